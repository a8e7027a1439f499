Rule: The insurance fund

  What a liquidated account owes, once nothing of it is open, the insurance fund pays as far as it
  goes, once and to the unit. Because it is there, an order that reduces may sell below the price of
  bankruptcy, and a takeover by others happens nearer to the mark.

  Scenario: the fund pays what a sale below the price of bankruptcy left owing
    When ann buys 1 of ben at 60000
    And the insurance fund is given 5000
    And the mark comes to 50000
    And deep bids for 1 at 49750
    And the venue liquidates ann
    Then these steps of ann
      | step   | quantity | price |
      | BEGIN  |          |       |
      | REDUCE | 1        | 49000 |
      | INSURE |          |       |
      | END    |          |       |
    And these dollars
      | account        | dollars     |
      | ann            | 0           |
      | insurance-fund | 1695.125    |

  Scenario: without a fund nobody sells below the price of bankruptcy
    When ann buys 1 of ben at 60000
    And the mark comes to 50000
    And deep bids for 1 at 49750
    And the venue liquidates ann
    Then these steps of ann
      | step       | quantity | price |
      | BEGIN      |          |       |
      | REDUCE     | 1        | 53030 |
      | REDUCE     | 1        | 53030 |
      | REDUCE     | 1        | 53030 |
      | DELEVERAGE | 1        | 53030 |
      | END        |          |       |

  Scenario: a small fund pays all that it has, and the others take over so much nearer to the mark
    When ann buys 1 of ben at 60000
    And the insurance fund is given 1000
    And the mark comes to 50000
    And the venue liquidates ann
    Then these steps of ann
      | step       | quantity | price |
      | BEGIN      |          |       |
      | REDUCE     | 1        | 52030 |
      | REDUCE     | 1        | 52030 |
      | REDUCE     | 1        | 52030 |
      | DELEVERAGE | 1        | 52030 |
      | INSURE     |          |       |
      | END        |          |       |
    And these dollars
      | account        | dollars |
      | ann            | 0       |
      | insurance-fund | 0       |
