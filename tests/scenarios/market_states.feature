Rule: Market states

  OPEN takes every order. CANCEL_ONLY and HALTED refuse them all. AUCTION takes limit orders that
  rest, GTC and not post-only, and refuses all others. A cancel is taken in every state: nobody is
  kept in an order.

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

  Scenario: an auction takes limit orders that rest and no others
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price | type   | in force | post only |
      | a1    | alice   | SELL | 5    | 100   | LIMIT  | GTC      | no        |
      | a2    | alice   | SELL | 5    | 100   | LIMIT  | IOC      | no        |
      | a3    | alice   | SELL | 5    | 100   | LIMIT  | FOK      | no        |
      | a4    | alice   | SELL | 5    | 100   | MARKET | IOC      | no        |
      | a5    | alice   | SELL | 5    | 100   | LIMIT  | GTC      | yes       |
    Then these orders
      | order | status   | because                  |
      | a1    | OPEN     |                          |
      | a2    | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | a3    | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | a4    | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | a5    | REJECTED | MATCHING_MARKET_NOT_OPEN |
