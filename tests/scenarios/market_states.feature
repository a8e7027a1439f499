Rule: Market states

  OPEN takes every order. CANCEL_ONLY and HALTED refuse them all. AUCTION takes limit orders that
  rest, not post-only, without a trigger or a stop beside them, and refuses all others. A cancel is
  taken in every state: nobody is kept in an order. DELISTED is for good: every order is cancelled,
  and a derivative of which somebody has something open is not delisted.

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

  Scenario: a market that is delisted cancels every order and never opens again
    When orders arrive
      | order | account | side | lots | price | display_lots | trigger | trigger price |
      | a1    | alice   | SELL | 5    | 100   |              |         |               |
      | s1    | alice   | SELL | 2    | 90    |              | STOP    | 95            |
      | i1    | bob     | BUY  | 6    | 99    | 2            |         |               |
    And the market is delisted
    And the market is OPEN
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 1    | 100   |
    Then no trades
    And these orders
      | order | status    | filled | remaining | because                  |
      | a1    | CANCELLED | 0      | 5         |                          |
      | s1    | CANCELLED | 0      | 2         |                          |
      | i1    | CANCELLED | 0      | 6         |                          |
      | b1    | REJECTED  | 0      | 1         | MATCHING_MARKET_NOT_OPEN |
    And an empty book

  Scenario: a perpetual is not delisted while somebody has something open
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    And the market is delisted
    And orders arrive
      | order | account | side | lots | price |
      | b2    | bob     | SELL | 1    | 100   |
      | c1    | carol   | BUY  | 3    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 3    | 100   |
      | a1    | c1    | 2    | 100   |
      | b2    | c1    | 1    | 100   |
    And these orders
      | order | status | filled | remaining |
      | a1    | FILLED | 5      | 0         |
      | b1    | FILLED | 3      | 0         |
      | b2    | FILLED | 1      | 0         |
      | c1    | FILLED | 3      | 0         |
    And an empty book
