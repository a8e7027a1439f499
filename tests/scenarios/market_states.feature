Rule: Market states

  OPEN takes everything. CANCEL_ONLY, HALTED and AUCTION refuse orders. A cancel is taken in every
  state: nobody is kept in an order.

  Scenario: an order is refused unless the market is open
    When the market is HALTED
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    Then these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_MARKET_NOT_OPEN |

  Scenario: a cancel is taken in a halt
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And the market is HALTED
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    Then an empty book

  Scenario: what rests stays through a halt and trades after it
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And the market is CANCEL_ONLY
    And the market is OPEN
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |
