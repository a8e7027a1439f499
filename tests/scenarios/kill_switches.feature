Rule: Kill switches

  A market that is killed is halted, and every order in it is cancelled by the same command: those that
  rest, those that wait for a trigger, what icebergs hide. It happens in any state of the market, however
  many records it takes, and nothing comes between. An auction that is held is broken off. Orders that
  come behind it are refused, until the switch is off and the market is opened.

  Scenario: every order is cancelled and the market is halted
    When orders arrive
      | order | account | side | lots | price | display_lots | trigger | trigger_ticks |
      | a1    | alice   | SELL | 5    | 101   |              |         |               |
      | a2    | bob     | SELL | 9    | 101   | 2            |         |               |
      | a3    | alice   | BUY  | 5    | 99    |              |         |               |
      | a4    | carol   | BUY  | 1    | 105   |              | STOP    | 104           |
    And the market is killed
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 101   |
    Then an empty book
    And the state is HALTED
    And no trades
    And these orders
      | order | status    | remaining | held | because                  |
      | a1    | CANCELLED | 5         | 0    |                          |
      | a2    | CANCELLED | 9         | 0    |                          |
      | a3    | CANCELLED | 5         | 0    |                          |
      | a4    | CANCELLED | 1         | 0    |                          |
      | b1    | REJECTED  | 5         | 0    | MATCHING_MARKET_NOT_OPEN |

  Scenario: an auction is broken off
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 99    |
      | b1    | bob     | BUY  | 5    | 101   |
    And the market is killed
    And the market is OPEN
    Then no trades
    And an empty book

  Scenario: a market that is halted already is cleared
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 101   |
    And the market is HALTED
    And the market is killed
    Then an empty book
