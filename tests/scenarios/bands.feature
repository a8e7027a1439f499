Rule: Price bands

  A market may have a band: how far its price may move, in basis points on either side, within a
  window. It counts from the price of the last auction, or of the last trade that is older than the
  window, to a tenth of it; from the reference price of the listing before there was either. An order
  trades as far as the band reaches. Where the next order that it would meet is outside, on either
  side, the market stops instead and holds an auction of the stated length, whose price then counts.
  What is left of the order gathers with the others if it may rest, and expires if not. An order that
  wants all or a least quantity counts on what is within the band alone, and stops nothing. Triggers
  that were reached by then are pulled when the market opens. An auction of another kind whose price
  would be outside, and a market that would open with such a price, hold the band's auction first,
  which trades at whatever price it finds.

  Scenario: a taker stops at the band, its rest gathers, and the auction finds the price
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 102   |
      | a2    | alice   | SELL | 5    | 103   |
      | b1    | bob     | BUY  | 6    | 105   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 102   |
    And the state is AUCTION
    And these orders
      | order | status           | filled | remaining |
      | a2    | OPEN             | 0      | 5         |
      | b1    | PARTIALLY_FILLED | 2      | 4         |
    And this book
      | side | price | lots | orders |
      | BUY  | 105   | 4    | 1      |
      | SELL | 103   | 5    | 1      |

  Scenario: when its time is up the auction trades, also outside the band
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 103   |
      | b1    | bob     | BUY  | 6    | 105   |
    And 60 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | SELL | 1    | 105   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 105   |
      | b1    | c1    | 1    | 105   |
    And the state is OPEN

  Scenario: a market order that stops at the band expires
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | type   | in force |
      | a1    | alice   | SELL | 2    | 102   | LIMIT  | GTC      |
      | a2    | alice   | SELL | 5    | 103   | LIMIT  | GTC      |
      | b1    | bob     | BUY  | 6    | 105   | MARKET | IOC      |
    Then these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 2      | 4         |
    And the state is AUCTION

  Scenario: a price that is better for the taker is a move, too
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | BUY  | 2    | 103   |
      | b1    | bob     | SELL | 2    | 100   |
    Then no trades
    And the state is AUCTION

  Scenario: an order for all or nothing counts on what is within the band, and stops nothing
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | in force |
      | a1    | alice   | SELL | 2    | 102   | GTC      |
      | a2    | alice   | SELL | 5    | 103   | GTC      |
      | b1    | bob     | BUY  | 6    | 105   | FOK      |
      | b2    | bob     | BUY  | 2    | 105   | FOK      |
    Then these orders
      | order | status  | filled |
      | b1    | EXPIRED | 0      |
      | b2    | FILLED  | 2      |
    And the state is OPEN

  Scenario: a price that has stood for the window counts
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 1    | 102   |
      | b1    | bob     | BUY  | 1    | 102   |
    And 10 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | a2    | alice   | SELL | 1    | 104   |
      | b2    | bob     | BUY  | 1    | 104   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 102   |
      | a2    | b2    | 1    | 104   |

  Scenario: a price of this window does not count yet
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 1    | 102   |
      | b1    | bob     | BUY  | 1    | 102   |
    And 9 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | a2    | alice   | SELL | 1    | 104   |
      | b2    | bob     | BUY  | 1    | 104   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 102   |
    And the state is AUCTION

  Scenario: the price of an auction counts at once
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 103   |
      | b1    | bob     | BUY  | 5    | 103   |
    And 60 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | a2    | alice   | SELL | 1    | 105   |
      | b2    | bob     | BUY  | 1    | 105   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 103   |
      | a2    | b2    | 1    | 105   |
    And the state is OPEN

  Scenario: a stop that is triggered stops at the band as any order does
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | trigger | trigger_ticks |
      | s1    | carol   | BUY  | 3    | 105   | STOP    | 101           |
      | a1    | alice   | SELL | 1    | 101   |         |               |
      | a2    | alice   | SELL | 1    | 102   |         |               |
      | a3    | alice   | SELL | 1    | 103   |         |               |
      | b1    | bob     | BUY  | 1    | 101   |         |               |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 101   |
      | a2    | s1    | 1    | 102   |
    And these orders
      | order | status           | filled | remaining |
      | s1    | PARTIALLY_FILLED | 1      | 2         |
    And the state is AUCTION

  Scenario: a trigger that was reached before the market stopped is pulled when it opens
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | trigger | trigger_ticks |
      | s1    | carol   | BUY  | 2    | 105   | STOP    | 102           |
      | a1    | alice   | SELL | 1    | 102   |         |               |
      | a2    | alice   | SELL | 2    | 103   |         |               |
      | b1    | bob     | BUY  | 2    | 103   |         |               |
      | c1    | dave    | SELL | 9    | 99    |         |               |
    And the auction of the band ends
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 102   |
      | c1    | b1    | 1    | 99    |
      | c1    | s1    | 2    | 99    |

  Scenario: an auction of another kind whose price is outside holds the band's auction first
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And an CLOSING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 103   |
      | b1    | bob     | BUY  | 5    | 105   |
    And the auction ends
    Then no trades
    And the state is AUCTION

  Scenario: what then comes is what would have come behind the first one
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And an CLOSING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 103   |
      | b1    | bob     | BUY  | 5    | 103   |
    And the auction ends
    And 60 seconds pass
    And the book looks at the time
    Then these prices and lots of an auction
      | price | lots | left over |
      | 103   | 5    | 0         |
    And the state is HALTED
