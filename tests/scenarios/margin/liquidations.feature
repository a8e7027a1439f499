Rule: Liquidations

  An account whose equity is below its maintenance margin is stopped by a record, which refuses every
  order of its own. What it has in the books is cancelled; then one reduce-only order at a time closes
  a quarter of its largest position, or all of it once no equity is left, at most 2 % from the mark,
  until its initial margin is there. Then it is its owner's again.

  Scenario: quarters are sold until the initial margin is there
    When ann buys 1 of ben at 60000
    And the mark comes to 55500
    And deep bids for 1 at 55400
    And the venue liquidates ann
    Then these steps of ann
      | step   | quantity | price |
      | BEGIN  |          |       |
      | REDUCE | 0.25     | 54390 |
      | REDUCE | 0.1875   | 54390 |
      | REDUCE | 0.1407   | 54390 |
      | END    |          |       |
    And these positions
      | account | quantity |
      | ann     | 0.4218   |
      | ben     | -1       |
      | deep    | 0.5782   |
    And ann is not liquidated

  Scenario: what the account has in the books goes first
    When ann buys 1 of ben at 60000
    And ann offers 0.1 at 61000
    And the mark comes to 55500
    And deep bids for 1 at 55400
    And the venue liquidates ann
    Then no orders of ann
    And ann is not liquidated

  Scenario: its owner's orders are refused meanwhile, those that would close too
    When ann buys 1 of ben at 60000
    And the mark comes to 55500
    And deep bids for 1 at 55400
    Then an order of ann to sell 0.1 at 55400 is refused with RISK_LIQUIDATION
    And an order of ann to buy 0.1 at 55400 is refused with RISK_LIQUIDATION

  Scenario: who recovers before anything is sold keeps it all
    When ann buys 1 of ben at 60000
    And the mark comes to 55500
    And the mark comes to 60000
    And the venue liquidates ann
    Then these steps of ann
      | step  | quantity | price |
      | BEGIN |          |       |
      | END   |          |       |
    And these positions
      | account | quantity |
      | ann     | 1        |
      | ben     | -1       |

  Scenario: an operator stops it, and no other begins before that is allowed
    When ann buys 1 of ben at 60000
    And the mark comes to 55500
    And an operator stops the liquidation of ann
    And the mark comes to 55000
    Then ann is not liquidated

  Scenario: allowed again, an account is liquidated with the next mark
    When ann buys 1 of ben at 60000
    And the mark comes to 55500
    And an operator stops the liquidation of ann
    And an operator allows the liquidation of ann
    And the mark comes to 54900
    Then ann is liquidated
