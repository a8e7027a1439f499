Rule: Stale marks

  A market may say how old its index price may be. Behind that it takes cancels only, from the first
  command on that is not a new price, be it only a look at the time. An index price that is fresh
  opens it again: at once, or by an auction of the band's length where it has a band. It opens only
  what a stale mark stopped: a halt of somebody else stays. An auction may end on a stale mark, for
  its price is its own; the market stops behind it, and triggers wait for a fresh index price.

  Scenario: what comes behind the bound is refused, and cancels are taken
    When the index price may be 60 seconds old
    And an index price of 100 comes
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | a2    | alice   | SELL | 5    | 101   |
    And 61 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 100   |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    Then no trades
    And the state is CANCEL_ONLY
    And these orders
      | order | status    | because                  |
      | a1    | CANCELLED |                          |
      | b1    | REJECTED  | MATCHING_MARKET_NOT_OPEN |
    And this book
      | side | price | lots | orders |
      | SELL | 101   | 5    | 1      |

  Scenario: a fresh index price opens the market
    When the index price may be 60 seconds old
    And an index price of 100 comes
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And 61 seconds pass
    And the book looks at the time
    And an index price of 100 comes
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |
    And the state is OPEN

  Scenario: where the price has a band, orders gather first and what rested may go
    When the band is 200 basis points within 10 seconds, and its auctions last 30 seconds
    And the index price may be 60 seconds old
    And an index price of 100 comes
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | a2    | alice   | SELL | 5    | 101   |
    And 61 seconds pass
    And the book looks at the time
    And an index price of 101 comes
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 101   |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    And 30 seconds pass
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | a2    | b1    | 5    | 101   |
    And the state is OPEN

  Scenario: a halt of an operator is not undone by a fresh index price
    When the index price may be 60 seconds old
    And an index price of 100 comes
    And 61 seconds pass
    And the book looks at the time
    And the market is HALTED
    And an index price of 100 comes
    Then the state is HALTED

  Scenario: no one opens the market on a stale mark
    When the index price may be 60 seconds old
    And an index price of 100 comes
    And 61 seconds pass
    And the book looks at the time
    And the market is OPEN
    Then the state is CANCEL_ONLY

  Scenario: what an auction triggers on a stale mark waits for a fresh one
    When the index price may be 60 seconds old
    And an index price of 100 comes
    And orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 1    | 99    | STOP    | 100           |
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 1    | 99    |
    And an auction of 90 seconds begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | b2    | bob     | BUY  | 2    | 100   |
    And 91 seconds pass
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | a1    | b2    | 2    | 100   |
    And the state is CANCEL_ONLY
    And these orders
      | order | status | held   |
      | s1    | ARMED  | 100000 |
