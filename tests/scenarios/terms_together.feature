Rule: Terms that go together

  The terms of an order hold together, each as it does alone, also once its trigger is pulled or the
  order that it follows is filled. Those that contradict one another are refused. Here is every pair
  of terms that no other rule has a scenario of, and every term in every state of the market.

  Scenario: what rests, what takes at once and what has a stop beside it contradict one another
    When orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | min_quantity_lots | stop | stop limit |
      | x01   | alice   | BUY  | 5    | 100   | MARKET |          |            |           |        | 2            |                   |      |            |
      | x02   | alice   | BUY  | 5    | 100   | MARKET |          |            | yes       | yes    |              |                   |      |            |
      | x03   | alice   | BUY  | 5    | 100   | MARKET |          |            |           |        |              |                   | 105  | 106        |
      | x04   | alice   | BUY  | 5    | 100   |        | FOK      |            |           |        | 2            |                   |      |            |
      | x05   | alice   | BUY  | 5    | 100   |        | IOC      |            |           |        | 2            | 2                 |      |            |
      | x06   | alice   | BUY  | 5    | 100   |        | IOC      |            | yes       | yes    |              |                   |      |            |
      | x07   | alice   | BUY  | 5    | 100   |        | FOK      |            | yes       | yes    |              |                   |      |            |
      | x08   | alice   | BUY  | 5    | 100   |        | IOC      |            | yes       | yes    |              | 2                 |      |            |
      | x09   | alice   | BUY  | 5    | 100   |        |          |            | yes       | yes    |              |                   | 105  | 106        |
      | x10   | alice   | BUY  | 5    | 100   |        | FOK      |            |           |        |              |                   | 105  | 106        |
      | x11   | alice   | BUY  | 5    | 100   |        | GTD      | 900        |           |        |              | 2                 |      |            |
      | x12   | alice   | BUY  | 5    | 100   |        | DAY      | 900        |           |        |              | 2                 |      |            |
      | x13   | alice   | BUY  | 5    | 100   |        | IOC      |            |           |        |              | 2                 | 105  | 106        |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x01   | REJECTED | MATCHING_INVALID_COMMAND |
      | x02   | REJECTED | MATCHING_INVALID_COMMAND |
      | x03   | REJECTED | MATCHING_INVALID_COMMAND |
      | x04   | REJECTED | MATCHING_INVALID_COMMAND |
      | x05   | REJECTED | MATCHING_INVALID_COMMAND |
      | x06   | REJECTED | MATCHING_INVALID_COMMAND |
      | x07   | REJECTED | MATCHING_INVALID_COMMAND |
      | x08   | REJECTED | MATCHING_INVALID_COMMAND |
      | x09   | REJECTED | MATCHING_INVALID_COMMAND |
      | x10   | REJECTED | MATCHING_INVALID_COMMAND |
      | x11   | REJECTED | MATCHING_INVALID_COMMAND |
      | x12   | REJECTED | MATCHING_INVALID_COMMAND |
      | x13   | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: what waits for a price has no stop beside it and leads nothing
    When orders arrive
      | order | account | side | lots | price | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | after |
      | x1    | alice   | BUY  | 5    | 100   | STOP        | 105           |             |           | 107  | 108        |       |
      | x2    | alice   | BUY  | 5    | 100   | TAKE_PROFIT | 95            |             |           | 107  | 108        |       |
      | x3    | alice   | BUY  | 5    | 100   | STOP        | 105           | 2           |           | 107  | 108        |       |
      | x4    | alice   | BUY  | 5    | 100   | STOP        | 105           |             | 200       | 107  | 108        |       |
      | x5    | alice   | BUY  | 5    | 100   | TAKE_PROFIT | 95            |             | 200       |      |            |       |
      | x6    | alice   | BUY  | 5    | 100   | TAKE_PROFIT | 95            |             |           |      |            |       |
      | y6    | alice   | SELL | 5    | 110   |             |               |             |           |      |            | x6    |
      | x7    | alice   | BUY  | 5    | 100   | STOP        | 105           | 2           |           |      |            |       |
      | y7    | alice   | SELL | 5    | 110   |             |               |             |           |      |            | x7    |
      | x8    | alice   | BUY  | 5    | 100   | STOP        | 105           |             | 200       |      |            |       |
      | y8    | alice   | SELL | 5    | 110   |             |               |             |           |      |            | x8    |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x1    | REJECTED | MATCHING_INVALID_COMMAND |
      | x2    | REJECTED | MATCHING_INVALID_COMMAND |
      | x3    | REJECTED | MATCHING_INVALID_COMMAND |
      | x4    | REJECTED | MATCHING_INVALID_COMMAND |
      | x5    | REJECTED | MATCHING_INVALID_COMMAND |
      | x6    | REJECTED | MATCHING_INVALID_COMMAND |
      | x7    | REJECTED | MATCHING_INVALID_COMMAND |
      | x8    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: an amount waits for nothing, shows nothing, and neither leads nor follows
    When orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | amount | after |
      | x01   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              | STOP        | 105           |             |           |      |            | 50000  |       |
      | x02   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              | TAKE_PROFIT | 95            |             |           |      |            | 50000  |       |
      | x03   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              | STOP        | 105           | 2           |           |      |            | 50000  |       |
      | x04   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              | STOP        | 105           |             | 200       |      |            | 50000  |       |
      | x05   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        | 2            |             |               |             |           |      |            | 50000  |       |
      | x06   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            | yes       | yes    |              |             |               |             |           |      |            | 50000  |       |
      | x07   | alice   | BUY  | 5    | 100   | MARKET | GTC      |            |           |        |              |             |               |             |           |      |            | 50000  |       |
      | x08   | alice   | BUY  | 5    | 100   | MARKET | GTD      | 900        |           |        |              |             |               |             |           |      |            | 50000  |       |
      | x09   | alice   | BUY  | 5    | 100   | MARKET | DAY      | 900        |           |        |              |             |               |             |           |      |            | 50000  |       |
      | x10   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              |             |               |             |           | 105  | 106        | 50000  |       |
      | x11   | alice   | BUY  | 5    | 100   | MARKET | IOC      |            |           |        |              |             |               |             |           |      |            | 50000  |       |
      | y11   | alice   | SELL | 5    | 110   | LIMIT  | GTC      |            |           |        |              |             |               |             |           |      |            |        | x11   |
      | x12   | alice   | BUY  | 5    | 100   | LIMIT  | GTC      |            |           |        |              |             |               |             |           |      |            |        |       |
      | y12   | alice   | SELL | 5    | 90    | MARKET | IOC      |            |           |        |              |             |               |             |           |      |            | 50000  | x12   |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x01   | REJECTED | MATCHING_INVALID_COMMAND |
      | x02   | REJECTED | MATCHING_INVALID_COMMAND |
      | x03   | REJECTED | MATCHING_INVALID_COMMAND |
      | x04   | REJECTED | MATCHING_INVALID_COMMAND |
      | x05   | REJECTED | MATCHING_INVALID_COMMAND |
      | x06   | REJECTED | MATCHING_INVALID_COMMAND |
      | x07   | REJECTED | MATCHING_INVALID_COMMAND |
      | x08   | REJECTED | MATCHING_INVALID_COMMAND |
      | x09   | REJECTED | MATCHING_INVALID_COMMAND |
      | x10   | REJECTED | MATCHING_INVALID_COMMAND |
      | x11   | REJECTED | MATCHING_INVALID_COMMAND |
      | x12   | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: what follows another order leads none
    When orders arrive
      | order | account | side | lots | price | after |
      | c1    | alice   | BUY  | 5    | 90    | b1    |
      | b1    | alice   | SELL | 5    | 110   | a1    |
      | a1    | alice   | BUY  | 5    | 100   |       |
    Then no trades
    And these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: what only reduces hides nothing
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | display_lots | reduce only |
      | a1    | alice   | BUY  | 5    | 100   | 2            | yes         |
    Then no trades
    And these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: at the market an order may wait for a price, to the end of a time
    When orders arrive
      | order | account | side | lots | price | type   | in force | expires at | trigger     | trigger price | trail_ticks | trail_bps |
      | m1    | alice   | BUY  | 1    | 110   | MARKET | GTD      | 900        | TAKE_PROFIT | 100           |             |           |
      | m2    | alice   | BUY  | 2    | 110   | MARKET | DAY      | 900        | STOP        | 100           | 5           |           |
      | m3    | alice   | BUY  | 3    | 110   | MARKET | IOC      |            | STOP        | 100           |             | 500       |
      | m4    | alice   | BUY  | 1    | 110   | MARKET | DAY      | 900        | STOP        | 120           |             |           |
      | a1    | bob     | SELL | 1    | 100   |        |          |            |             |               |             |           |
      | a2    | bob     | SELL | 5    | 104   |        |          |            |             |               |             |           |
      | c1    | carol   | BUY  | 1    | 100   |        |          |            |             |               |             |           |
    And 900 ms have passed
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 1    | 100   |
      | a2    | m1    | 1    | 104   |
      | a2    | m2    | 2    | 104   |
      | a2    | m3    | 2    | 104   |
    And these orders
      | order | status  | filled | remaining |
      | m1    | FILLED  | 1      | 0         |
      | m2    | FILLED  | 2      | 0         |
      | m3    | EXPIRED | 2      | 1         |
      | m4    | EXPIRED | 0      | 1         |
    And an empty book

  Scenario: at the market an order leads another one, and follows
    When orders arrive
      | order | account | side | lots | price | type   | in force | min_quantity_lots | after |
      | a1    | bob     | SELL | 5    | 100   |        |          |                   |       |
      | b2    | bob     | BUY  | 9    | 98    |        |          |                   |       |
      | m1    | alice   | BUY  | 2    | 110   | MARKET | FOK      |                   |       |
      | m2    | alice   | SELL | 2    | 90    | MARKET | IOC      | 1                 | m1    |
    Then these trades
      | maker | taker | lots | price |
      | a1    | m1    | 2    | 100   |
      | b2    | m2    | 2    | 98    |
    And these orders
      | order | status | filled | remaining |
      | m1    | FILLED | 2      | 0         |
      | m2    | FILLED | 2      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 98    | 7    | 1      |
      | SELL | 100   | 3    | 1      |

  Scenario: a take-profit comes in with all its other terms
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | display_lots | min_quantity_lots | trigger     | trigger price |
      | b1    | bob     | BUY  | 2    | 104   |          |            |           |        |              |                   |             |               |
      | b2    | bob     | BUY  | 9    | 100   |          |            |           |        |              |                   |             |               |
      | t1    | alice   | SELL | 3    | 105   | GTD      | 900        |           |        | 1            |                   | TAKE_PROFIT | 105           |
      | t2    | alice   | SELL | 3    | 104   | DAY      | 900        | yes       |        |              |                   | TAKE_PROFIT | 105           |
      | t3    | alice   | SELL | 3    | 104   |          |            | yes       | yes    |              |                   | TAKE_PROFIT | 105           |
      | t4    | alice   | SELL | 3    | 104   | IOC      |            |           |        |              | 2                 | TAKE_PROFIT | 105           |
      | t5    | alice   | SELL | 3    | 104   | FOK      |            |           |        |              |                   | TAKE_PROFIT | 105           |
      | a1    | carol   | SELL | 1    | 105   |          |            |           |        |              |                   |             |               |
      | c1    | carol   | BUY  | 1    | 105   |          |            |           |        |              |                   |             |               |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 1    | 105   |
      | b1    | t4    | 2    | 104   |
    And these orders
      | order | status  | filled | remaining | price |
      | t1    | OPEN    | 0      | 3         |       |
      | t2    | EXPIRED | 0      | 3         |       |
      | t3    | OPEN    | 0      | 3         | 105   |
      | t4    | EXPIRED | 2      | 1         |       |
      | t5    | EXPIRED | 0      | 3         |       |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 9    | 1      |
      | SELL | 105   | 4    | 2      |

  Scenario: a stop that trails in ticks comes in with all its other terms
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | display_lots | min_quantity_lots | trigger | trigger price | trail_ticks |
      | s1    | alice   | SELL | 3    | 101   |          |            |           |        | 1            |                   | STOP    | 95            | 3           |
      | s2    | alice   | SELL | 3    | 97    | GTD      | 900        | yes       |        |              |                   | STOP    | 95            | 3           |
      | s3    | alice   | SELL | 3    | 97    | DAY      | 900        | yes       | yes    |              |                   | STOP    | 95            | 3           |
      | s4    | alice   | SELL | 3    | 97    | IOC      |            |           |        |              | 2                 | STOP    | 95            | 3           |
      | s5    | alice   | SELL | 3    | 97    | FOK      |            |           |        |              |                   | STOP    | 95            | 3           |
      | a1    | bob     | SELL | 1    | 101   |          |            |           |        |              |                   |         |               |             |
      | b1    | carol   | BUY  | 1    | 101   |          |            |           |        |              |                   |         |               |             |
      | b2    | bob     | BUY  | 9    | 97    |          |            |           |        |              |                   |         |               |             |
      | b3    | bob     | BUY  | 1    | 98    |          |            |           |        |              |                   |         |               |             |
      | d1    | carol   | SELL | 1    | 98    |          |            |           |        |              |                   |         |               |             |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 101   |
      | b3    | d1    | 1    | 98    |
    And these orders
      | order | status  | filled | remaining | price |
      | s1    | OPEN    | 0      | 3         | 104   |
      | s2    | OPEN    | 0      | 3         | 100   |
      | s3    | OPEN    | 0      | 3         | 100   |
      | s4    | EXPIRED | 0      | 3         | 100   |
      | s5    | EXPIRED | 0      | 3         | 100   |
    And this book
      | side | price | lots | orders |
      | BUY  | 97    | 9    | 1      |
      | SELL | 100   | 6    | 2      |
      | SELL | 104   | 1    | 1      |

  Scenario: a stop that trails in basis points comes in with all its other terms
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | display_lots | min_quantity_lots | trigger | trigger price | trail_bps |
      | s1    | alice   | SELL | 3    | 101   |          |            |           |        | 1            |                   | STOP    | 95            | 300       |
      | s2    | alice   | SELL | 3    | 97    | GTD      | 900        | yes       |        |              |                   | STOP    | 95            | 300       |
      | s3    | alice   | SELL | 3    | 97    | DAY      | 900        | yes       | yes    |              |                   | STOP    | 95            | 300       |
      | s4    | alice   | SELL | 3    | 97    | IOC      |            |           |        |              | 2                 | STOP    | 95            | 300       |
      | s5    | alice   | SELL | 3    | 97    | FOK      |            |           |        |              |                   | STOP    | 95            | 300       |
      | a1    | bob     | SELL | 1    | 101   |          |            |           |        |              |                   |         |               |           |
      | b1    | carol   | BUY  | 1    | 101   |          |            |           |        |              |                   |         |               |           |
      | b2    | bob     | BUY  | 9    | 97    |          |            |           |        |              |                   |         |               |           |
      | b3    | bob     | BUY  | 1    | 98    |          |            |           |        |              |                   |         |               |           |
      | d1    | carol   | SELL | 1    | 98    |          |            |           |        |              |                   |         |               |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 101   |
      | b3    | d1    | 1    | 98    |
    And these orders
      | order | status  | filled | remaining | price |
      | s1    | OPEN    | 0      | 3         | 104   |
      | s2    | OPEN    | 0      | 3         | 100   |
      | s3    | OPEN    | 0      | 3         | 100   |
      | s4    | EXPIRED | 0      | 3         | 100   |
      | s5    | EXPIRED | 0      | 3         | 100   |
    And this book
      | side | price | lots | orders |
      | BUY  | 97    | 9    | 1      |
      | SELL | 100   | 6    | 2      |
      | SELL | 104   | 1    | 1      |

  Scenario: an iceberg may be post-only, slide, and end with the day
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | display_lots |
      | a1    | bob     | SELL | 5    | 101   |          |            |           |        |              |
      | i1    | alice   | BUY  | 6    | 100   |          |            | yes       |        | 2            |
      | i2    | alice   | BUY  | 6    | 101   | DAY      | 900        | yes       | yes    | 2            |
      | d1    | carol   | SELL | 3    | 100   |          |            |           |        |              |
    And 900 ms have passed
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | i1    | d1    | 2    | 100   |
      | i2    | d1    | 1    | 100   |
    And these orders
      | order | status           | filled | remaining | price |
      | i1    | PARTIALLY_FILLED | 2      | 4         |       |
      | i2    | EXPIRED          | 1      | 5         | 100   |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 2    | 1      |
      | SELL | 101   | 5    | 1      |

  Scenario: an iceberg leads, and follows once the first is filled
    When orders arrive
      | order | account | side | lots | price | display_lots | after |
      | i1    | alice   | BUY  | 6    | 100   | 2            |       |
      | i2    | alice   | SELL | 6    | 105   | 3            | i1    |
      | d1    | carol   | SELL | 6    | 100   |              |       |
    Then these trades
      | maker | taker | lots | price |
      | i1    | d1    | 2    | 100   |
      | i1    | d1    | 2    | 100   |
      | i1    | d1    | 2    | 100   |
    And these orders
      | order | status | filled | remaining |
      | i1    | FILLED | 6      | 0         |
      | i2    | OPEN   | 0      | 6         |
    And this book
      | side | price | lots | orders |
      | SELL | 105   | 3    | 1      |

  Scenario: a post-only order leads a sliding one, and a sliding one a post-only one
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | after |
      | p1    | alice   | BUY  | 2    | 100   | DAY      | 900        | yes       |        |       |
      | p2    | alice   | SELL | 2    | 98    | DAY      | 900        | yes       | yes    | p1    |
      | b1    | bob     | BUY  | 5    | 99    |          |            |           |        |       |
      | d1    | carol   | SELL | 2    | 100   |          |            |           |        |       |
      | p3    | alice   | BUY  | 2    | 101   |          |            | yes       | yes    |       |
      | p4    | alice   | SELL | 2    | 99    |          |            | yes       |        | p3    |
      | d2    | carol   | SELL | 2    | 99    |          |            |           |        |       |
    Then these trades
      | maker | taker | lots | price |
      | p1    | d1    | 2    | 100   |
      | b1    | d2    | 2    | 99    |
    And these orders
      | order | status | filled | remaining | price |
      | p1    | FILLED | 2      | 0         |       |
      | p2    | OPEN   | 0      | 2         | 100   |
      | p3    | OPEN   | 0      | 2         | 99    |
      | p4    | ARMED  | 0      | 2         |       |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 5    | 2      |
      | SELL | 100   | 2    | 1      |

  Scenario: what takes at once may follow, and lead
    When orders arrive
      | order | account | side | lots | price | in force | min_quantity_lots | after |
      | a1    | bob     | SELL | 9    | 100   |          |                   |       |
      | b1    | bob     | BUY  | 3    | 98    |          |                   |       |
      | f1    | alice   | BUY  | 2    | 100   | IOC      | 1                 |       |
      | f2    | alice   | SELL | 2    | 98    | FOK      |                   | f1    |
      | f3    | alice   | BUY  | 2    | 100   | FOK      |                   |       |
      | f4    | alice   | SELL | 2    | 98    | IOC      | 1                 | f3    |
    Then these trades
      | maker | taker | lots | price |
      | a1    | f1    | 2    | 100   |
      | b1    | f2    | 2    | 98    |
      | a1    | f3    | 2    | 100   |
      | b1    | f4    | 1    | 98    |
    And these orders
      | order | status  | filled | remaining |
      | f1    | FILLED  | 2      | 0         |
      | f2    | FILLED  | 2      | 0         |
      | f3    | FILLED  | 2      | 0         |
      | f4    | EXPIRED | 1      | 1         |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 5    | 1      |

  Scenario: what waits for a price may follow
    When orders arrive
      | order | account | side | lots | price | trigger     | trigger price | trail_ticks | trail_bps | after |
      | f1    | alice   | BUY  | 2    | 100   |             |               |             |           |       |
      | f2    | alice   | SELL | 2    | 106   | TAKE_PROFIT | 105           |             |           | f1    |
      | f3    | alice   | BUY  | 2    | 100   |             |               |             |           |       |
      | f4    | alice   | SELL | 2    | 90    | STOP        | 95            | 3           |           | f3    |
      | f5    | alice   | BUY  | 2    | 100   |             |               |             |           |       |
      | f6    | alice   | SELL | 2    | 90    | STOP        | 95            |             | 300       | f5    |
      | d1    | carol   | SELL | 6    | 100   |             |               |             |           |       |
      | a1    | bob     | SELL | 1    | 105   |             |               |             |           |       |
      | c1    | carol   | BUY  | 1    | 105   |             |               |             |           |       |
      | b1    | bob     | BUY  | 1    | 102   |             |               |             |           |       |
      | b2    | bob     | BUY  | 9    | 101   |             |               |             |           |       |
      | d2    | carol   | SELL | 1    | 102   |             |               |             |           |       |
    Then these trades
      | maker | taker | lots | price |
      | f1    | d1    | 2    | 100   |
      | f3    | d1    | 2    | 100   |
      | f5    | d1    | 2    | 100   |
      | a1    | c1    | 1    | 105   |
      | b1    | d2    | 1    | 102   |
      | b2    | f4    | 2    | 101   |
      | b2    | f6    | 2    | 101   |
    And these orders
      | order | status | filled | remaining |
      | f2    | OPEN   | 0      | 2         |
      | f4    | FILLED | 2      | 0         |
      | f6    | FILLED | 2      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 101   | 5    | 1      |
      | SELL | 106   | 2    | 1      |

  Scenario: a pair may be post-only and end at a time
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | stop | stop limit |
      | p1    | alice   | SELL | 3    | 105   | DAY      | 900        | yes       | 95   | 94         |
      | p2    | alice   | SELL | 3    | 106   | GTD      | 900        |           | 90   | 89         |
      | b1    | bob     | BUY  | 2    | 95    |          |            |           |      |            |
      | d1    | carol   | SELL | 1    | 95    |          |            |           |      |            |
    And 900 ms have passed
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | b1    | d1    | 1    | 95    |
      | b1    | p1    | 1    | 95    |
    And these orders
      | order | status  | filled | remaining |
      | p1    | EXPIRED | 1      | 2         |
      | p2    | EXPIRED | 0      | 3         |
    And an empty book

  Scenario: what only reduces may be at the market, of an amount, and take at once
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | type   | in force | min_quantity_lots | amount | reduce only |
      | o1    | carol   | SELL | 8    | 100   |        |          |                   |        |             |
      | o2    | alice   | BUY  | 8    | 100   |        |          |                   |        |             |
      | b1    | bob     | BUY  | 9    | 99    |        |          |                   |        |             |
      | r1    | alice   | SELL | 2    | 90    | MARKET | IOC      |                   |        | yes         |
      | r2    | alice   | SELL | 2    | 90    | MARKET | IOC      |                   | 60000  | yes         |
      | r3    | alice   | SELL | 9    | 99    |        | IOC      | 2                 |        | yes         |
      | r4    | alice   | SELL | 9    | 99    |        | IOC      |                   |        | yes         |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
      | b1    | r1    | 2    | 99    |
      | b1    | r2    | 2    | 99    |
      | b1    | r3    | 4    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | r1    | FILLED  | 2      | 0         |
      | r2    | FILLED  | 2      | 0         |
      | r3    | FILLED  | 4      | 0         |
      | r4    | EXPIRED | 0      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 1    | 1      |

  Scenario: what only reduces may wait for a price, rest for a time, and have a stop beside it
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | in force | expires at | post only | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | reduce only |
      | o1    | carol   | SELL | 8    | 100   |          |            |           |             |               |             |           |      |            |             |
      | o2    | alice   | BUY  | 8    | 100   |          |            |           |             |               |             |           |      |            |             |
      | r1    | alice   | SELL | 2    | 105   |          |            |           | TAKE_PROFIT | 104           |             |           |      |            | yes         |
      | r2    | alice   | SELL | 2    | 90    |          |            |           | STOP        | 95            | 3           |           |      |            | yes         |
      | r3    | alice   | SELL | 2    | 90    |          |            |           | STOP        | 95            |             | 300       |      |            | yes         |
      | r4    | alice   | SELL | 9    | 106   | GTD      | 900        | yes       |             |               |             |           |      |            | yes         |
      | r5    | alice   | SELL | 9    | 107   | DAY      | 900        |           |             |               |             |           | 90   | 89         | yes         |
      | a1    | bob     | SELL | 1    | 104   |          |            |           |             |               |             |           |      |            |             |
      | c1    | carol   | BUY  | 1    | 104   |          |            |           |             |               |             |           |      |            |             |
      | b1    | bob     | BUY  | 9    | 101   |          |            |           |             |               |             |           |      |            |             |
      | d1    | carol   | SELL | 1    | 101   |          |            |           |             |               |             |           |      |            |             |
    And 900 ms have passed
    And the book looks at the time
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
      | a1    | c1    | 1    | 104   |
      | b1    | d1    | 1    | 101   |
      | b1    | r2    | 2    | 101   |
      | b1    | r3    | 2    | 101   |
    And these orders
      | order | status  | filled | remaining |
      | r1    | OPEN    | 0      | 2         |
      | r2    | FILLED  | 2      | 0         |
      | r3    | FILLED  | 2      | 0         |
      | r4    | EXPIRED | 0      | 4         |
      | r5    | EXPIRED | 0      | 4         |
    And this book
      | side | price | lots | orders |
      | BUY  | 101   | 4    | 1      |
      | SELL | 105   | 2    | 1      |

  Scenario: what only reduces may lead, and follow
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only | after |
      | o1    | carol   | SELL | 8    | 100   |             |       |
      | o2    | alice   | BUY  | 8    | 100   |             |       |
      | r1    | alice   | SELL | 3    | 103   | yes         |       |
      | r2    | alice   | SELL | 9    | 104   | yes         | r1    |
      | c1    | carol   | BUY  | 3    | 103   |             |       |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
      | r1    | c1    | 3    | 103   |
    And these orders
      | order | status | filled | remaining |
      | r1    | FILLED | 3      | 0         |
      | r2    | OPEN   | 0      | 5         |
    And this book
      | side | price | lots | orders |
      | SELL | 104   | 5    | 1      |

  Scenario: EXPIRE_TAKER of an iceberg that ends at a time and leads
    When orders arrive
      | order | account | side | lots | price | in force | expires at | display_lots | self_trade   | after |
      | b1    | bob     | SELL | 1    | 99    |          |            |              |              |       |
      | a1    | alice   | SELL | 2    | 100   |          |            |              |              |       |
      | b2    | bob     | SELL | 1    | 100   |          |            |              |              |       |
      | a2    | alice   | BUY  | 6    | 100   | GTD      | 900        | 2            | EXPIRE_TAKER |       |
      | a3    | alice   | SELL | 6    | 105   | DAY      | 900        |              | EXPIRE_TAKER | a2    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | OPEN    | 0      | 2         |
      | a2    | EXPIRED | 1      | 5         |
      | a3    | EXPIRED | 0      | 6         |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 3    | 2      |

  Scenario: EXPIRE_TAKER of what is post-only, slides, or has a stop beside it
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | self_trade   | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   |          |            |           |        |              |      |            |
      | p1    | alice   | BUY  | 3    | 105   |          |            | yes       |        | EXPIRE_TAKER |      |            |
      | p2    | alice   | BUY  | 3    | 105   | DAY      | 900        | yes       | yes    | EXPIRE_TAKER |      |            |
      | p3    | alice   | BUY  | 3    | 99    | GTD      | 900        | yes       |        | EXPIRE_TAKER | 105  | 106        |
      | b1    | bob     | BUY  | 1    | 105   |          |            |           |        |              |      |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status           | filled | remaining | because                        |
      | a1    | PARTIALLY_FILLED | 1      | 4         |                                |
      | p1    | REJECTED         | 0      | 3         | MATCHING_POST_ONLY_WOULD_CROSS |
      | p2    | OPEN             | 0      | 3         |                                |
      | p3    | EXPIRED          | 0      | 3         |                                |
    And this book
      | side | price | lots | orders |
      | BUY  | 104   | 3    | 1      |
      | SELL | 105   | 4    | 1      |

  Scenario: EXPIRE_TAKER of what waited for a price
    When orders arrive
      | order | account | side | lots | price | in force | expires at | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps |
      | a1    | alice   | SELL | 5    | 105   |          |            |                   |              |             |               |             |           |
      | b2    | bob     | SELL | 3    | 106   |          |            |                   |              |             |               |             |           |
      | t1    | alice   | BUY  | 1    | 106   |          |            |                   | EXPIRE_TAKER | TAKE_PROFIT | 105           |             |           |
      | s1    | alice   | BUY  | 1    | 106   | DAY      | 900        |                   | EXPIRE_TAKER | STOP        | 105           |             |           |
      | s2    | alice   | BUY  | 2    | 106   | IOC      |            | 1                 | EXPIRE_TAKER | STOP        | 105           | 3           |           |
      | s3    | alice   | BUY  | 1    | 106   | FOK      |            |                   | EXPIRE_TAKER | STOP        | 105           |             | 300       |
      | b1    | bob     | BUY  | 1    | 105   |          |            |                   |              |             |               |             |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 1      | 4         |
      | t1    | EXPIRED          | 0      | 1         |
      | s1    | EXPIRED          | 0      | 1         |
      | s2    | EXPIRED          | 0      | 2         |
      | s3    | EXPIRED          | 0      | 1         |
    And this book
      | side | price | lots | orders |
      | SELL | 105   | 4    | 1      |
      | SELL | 106   | 3    | 1      |

  Scenario: EXPIRE_TAKER of what takes at the market, of an amount too
    When orders arrive
      | order | account | side | lots | price | type   | in force | self_trade   | amount |
      | a1    | alice   | BUY  | 2    | 100   |        |          |              |        |
      | b1    | bob     | BUY  | 9    | 99    |        |          |              |        |
      | a2    | alice   | SELL | 3    | 90    | MARKET | IOC      | EXPIRE_TAKER |        |
      | a3    | alice   | BUY  | 2    | 100   |        |          |              |        |
      | a4    | alice   | SELL | 2    | 90    | MARKET | IOC      | EXPIRE_TAKER | 50000  |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | a1    | OPEN    | 0      | 2         |
      | a2    | EXPIRED | 0      | 3         |
      | a3    | OPEN    | 0      | 2         |
      | a4    | EXPIRED | 0      | 2         |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 4    | 2      |
      | BUY  | 99    | 9    | 1      |

  Scenario: EXPIRE_TAKER of what only reduces
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | self_trade   | reduce only |
      | o1    | carol   | SELL | 8    | 100   |              |             |
      | o2    | alice   | BUY  | 8    | 100   |              |             |
      | a1    | alice   | BUY  | 2    | 100   |              |             |
      | b1    | bob     | BUY  | 9    | 99    |              |             |
      | r1    | alice   | SELL | 4    | 99    | EXPIRE_TAKER | yes         |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | a1    | OPEN    | 0      | 2         |
      | r1    | EXPIRED | 0      | 4         |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 2    | 1      |
      | BUY  | 99    | 9    | 1      |

  Scenario: EXPIRE_MAKER of an iceberg that ends at a time and leads
    When orders arrive
      | order | account | side | lots | price | in force | expires at | display_lots | self_trade   | after |
      | b1    | bob     | SELL | 1    | 99    |          |            |              |              |       |
      | a1    | alice   | SELL | 2    | 100   |          |            |              |              |       |
      | b2    | bob     | SELL | 1    | 100   |          |            |              |              |       |
      | a2    | alice   | BUY  | 6    | 100   | GTD      | 900        | 2            | EXPIRE_MAKER |       |
      | a3    | alice   | SELL | 6    | 105   | DAY      | 900        |              | EXPIRE_MAKER | a2    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 99    |
      | b2    | a2    | 1    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | EXPIRED          | 0      | 2         |
      | a2    | PARTIALLY_FILLED | 2      | 4         |
      | a3    | ARMED            | 0      | 6         |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 2    | 1      |

  Scenario: EXPIRE_MAKER of what is post-only, slides, or has a stop beside it
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | self_trade   | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   |          |            |           |        |              |      |            |
      | p1    | alice   | BUY  | 3    | 105   |          |            | yes       |        | EXPIRE_MAKER |      |            |
      | p2    | alice   | BUY  | 3    | 105   | DAY      | 900        | yes       | yes    | EXPIRE_MAKER |      |            |
      | p3    | alice   | BUY  | 3    | 99    | GTD      | 900        | yes       |        | EXPIRE_MAKER | 105  | 106        |
      | b1    | bob     | BUY  | 1    | 105   |          |            |           |        |              |      |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status   | filled | remaining | because                        |
      | a1    | EXPIRED  | 1      | 4         |                                |
      | p1    | REJECTED | 0      | 3         | MATCHING_POST_ONLY_WOULD_CROSS |
      | p2    | OPEN     | 0      | 3         |                                |
      | p3    | EXPIRED  | 0      | 3         |                                |
    And this book
      | side | price | lots | orders |
      | BUY  | 104   | 3    | 1      |

  Scenario: EXPIRE_MAKER of what waited for a price
    When orders arrive
      | order | account | side | lots | price | in force | expires at | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps |
      | a1    | alice   | SELL | 5    | 105   |          |            |                   |              |             |               |             |           |
      | b2    | bob     | SELL | 3    | 106   |          |            |                   |              |             |               |             |           |
      | t1    | alice   | BUY  | 1    | 106   |          |            |                   | EXPIRE_MAKER | TAKE_PROFIT | 105           |             |           |
      | s1    | alice   | BUY  | 1    | 106   | DAY      | 900        |                   | EXPIRE_MAKER | STOP        | 105           |             |           |
      | s2    | alice   | BUY  | 2    | 106   | IOC      |            | 1                 | EXPIRE_MAKER | STOP        | 105           | 3           |           |
      | s3    | alice   | BUY  | 1    | 106   | FOK      |            |                   | EXPIRE_MAKER | STOP        | 105           |             | 300       |
      | b1    | bob     | BUY  | 1    | 105   |          |            |                   |              |             |               |             |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
      | b2    | t1    | 1    | 106   |
      | b2    | s1    | 1    | 106   |
      | b2    | s2    | 1    | 106   |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 1      | 4         |
      | t1    | FILLED  | 1      | 0         |
      | s1    | FILLED  | 1      | 0         |
      | s2    | EXPIRED | 1      | 1         |
      | s3    | EXPIRED | 0      | 1         |
    And an empty book

  Scenario: EXPIRE_MAKER of what takes at the market, of an amount too
    When orders arrive
      | order | account | side | lots | price | type   | in force | self_trade   | amount |
      | a1    | alice   | BUY  | 2    | 100   |        |          |              |        |
      | b1    | bob     | BUY  | 9    | 99    |        |          |              |        |
      | a2    | alice   | SELL | 3    | 90    | MARKET | IOC      | EXPIRE_MAKER |        |
      | a3    | alice   | BUY  | 2    | 100   |        |          |              |        |
      | a4    | alice   | SELL | 2    | 90    | MARKET | IOC      | EXPIRE_MAKER | 50000  |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 3    | 99    |
      | b1    | a4    | 2    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 2         |
      | a2    | FILLED  | 3      | 0         |
      | a3    | EXPIRED | 0      | 2         |
      | a4    | FILLED  | 2      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 4    | 1      |

  Scenario: EXPIRE_MAKER of what only reduces
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | self_trade   | reduce only |
      | o1    | carol   | SELL | 8    | 100   |              |             |
      | o2    | alice   | BUY  | 8    | 100   |              |             |
      | a1    | alice   | BUY  | 2    | 100   |              |             |
      | b1    | bob     | BUY  | 9    | 99    |              |             |
      | r1    | alice   | SELL | 4    | 99    | EXPIRE_MAKER | yes         |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
      | b1    | r1    | 4    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 2         |
      | r1    | FILLED  | 4      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 5    | 1      |

  Scenario: EXPIRE_BOTH of an iceberg that ends at a time and leads
    When orders arrive
      | order | account | side | lots | price | in force | expires at | display_lots | self_trade  | after |
      | b1    | bob     | SELL | 1    | 99    |          |            |              |             |       |
      | a1    | alice   | SELL | 2    | 100   |          |            |              |             |       |
      | b2    | bob     | SELL | 1    | 100   |          |            |              |             |       |
      | a2    | alice   | BUY  | 6    | 100   | GTD      | 900        | 2            | EXPIRE_BOTH |       |
      | a3    | alice   | SELL | 6    | 105   | DAY      | 900        |              | EXPIRE_BOTH | a2    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 2         |
      | a2    | EXPIRED | 1      | 5         |
      | a3    | EXPIRED | 0      | 6         |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 1    | 1      |

  Scenario: EXPIRE_BOTH of what is post-only, slides, or has a stop beside it
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | self_trade  | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   |          |            |           |        |             |      |            |
      | p1    | alice   | BUY  | 3    | 105   |          |            | yes       |        | EXPIRE_BOTH |      |            |
      | p2    | alice   | BUY  | 3    | 105   | DAY      | 900        | yes       | yes    | EXPIRE_BOTH |      |            |
      | p3    | alice   | BUY  | 3    | 99    | GTD      | 900        | yes       |        | EXPIRE_BOTH | 105  | 106        |
      | b1    | bob     | BUY  | 1    | 105   |          |            |           |        |             |      |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status   | filled | remaining | because                        |
      | a1    | EXPIRED  | 1      | 4         |                                |
      | p1    | REJECTED | 0      | 3         | MATCHING_POST_ONLY_WOULD_CROSS |
      | p2    | OPEN     | 0      | 3         |                                |
      | p3    | EXPIRED  | 0      | 3         |                                |
    And this book
      | side | price | lots | orders |
      | BUY  | 104   | 3    | 1      |

  Scenario: EXPIRE_BOTH of what waited for a price
    When orders arrive
      | order | account | side | lots | price | in force | expires at | min_quantity_lots | self_trade  | trigger     | trigger price | trail_ticks | trail_bps |
      | a1    | alice   | SELL | 5    | 105   |          |            |                   |             |             |               |             |           |
      | b2    | bob     | SELL | 3    | 106   |          |            |                   |             |             |               |             |           |
      | t1    | alice   | BUY  | 1    | 106   |          |            |                   | EXPIRE_BOTH | TAKE_PROFIT | 105           |             |           |
      | s1    | alice   | BUY  | 1    | 106   | DAY      | 900        |                   | EXPIRE_BOTH | STOP        | 105           |             |           |
      | s2    | alice   | BUY  | 2    | 106   | IOC      |            | 1                 | EXPIRE_BOTH | STOP        | 105           | 3           |           |
      | s3    | alice   | BUY  | 1    | 106   | FOK      |            |                   | EXPIRE_BOTH | STOP        | 105           |             | 300       |
      | b1    | bob     | BUY  | 1    | 105   |          |            |                   |             |             |               |             |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
      | b2    | s1    | 1    | 106   |
      | b2    | s2    | 2    | 106   |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 1      | 4         |
      | t1    | EXPIRED | 0      | 1         |
      | s1    | FILLED  | 1      | 0         |
      | s2    | FILLED  | 2      | 0         |
      | s3    | EXPIRED | 0      | 1         |
    And an empty book

  Scenario: EXPIRE_BOTH of what takes at the market, of an amount too
    When orders arrive
      | order | account | side | lots | price | type   | in force | self_trade  | amount |
      | a1    | alice   | BUY  | 2    | 100   |        |          |             |        |
      | b1    | bob     | BUY  | 9    | 99    |        |          |             |        |
      | a2    | alice   | SELL | 3    | 90    | MARKET | IOC      | EXPIRE_BOTH |        |
      | a3    | alice   | BUY  | 2    | 100   |        |          |             |        |
      | a4    | alice   | SELL | 2    | 90    | MARKET | IOC      | EXPIRE_BOTH | 50000  |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 2         |
      | a2    | EXPIRED | 0      | 3         |
      | a3    | EXPIRED | 0      | 2         |
      | a4    | EXPIRED | 0      | 2         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 9    | 1      |

  Scenario: EXPIRE_BOTH of what only reduces
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | self_trade  | reduce only |
      | o1    | carol   | SELL | 8    | 100   |             |             |
      | o2    | alice   | BUY  | 8    | 100   |             |             |
      | a1    | alice   | BUY  | 2    | 100   |             |             |
      | b1    | bob     | BUY  | 9    | 99    |             |             |
      | r1    | alice   | SELL | 4    | 99    | EXPIRE_BOTH | yes         |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 2         |
      | r1    | EXPIRED | 0      | 4         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 9    | 1      |

  Scenario: DECREMENT of an iceberg that ends at a time and leads
    When orders arrive
      | order | account | side | lots | price | in force | expires at | display_lots | self_trade | after |
      | b1    | bob     | SELL | 1    | 99    |          |            |              |            |       |
      | a1    | alice   | SELL | 2    | 100   |          |            |              |            |       |
      | b2    | bob     | SELL | 1    | 100   |          |            |              |            |       |
      | a2    | alice   | BUY  | 6    | 100   | GTD      | 900        | 2            | DECREMENT  |       |
      | a3    | alice   | SELL | 6    | 105   | DAY      | 900        |              | DECREMENT  | a2    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 99    |
      | b2    | a2    | 1    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | EXPIRED          | 0      | 0         |
      | a2    | PARTIALLY_FILLED | 2      | 2         |
      | a3    | ARMED            | 0      | 6         |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 2    | 1      |

  Scenario: DECREMENT of what is post-only, slides, or has a stop beside it
    When orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides | self_trade | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   |          |            |           |        |            |      |            |
      | p1    | alice   | BUY  | 3    | 105   |          |            | yes       |        | DECREMENT  |      |            |
      | p2    | alice   | BUY  | 3    | 105   | DAY      | 900        | yes       | yes    | DECREMENT  |      |            |
      | p3    | alice   | BUY  | 3    | 99    | GTD      | 900        | yes       |        | DECREMENT  | 105  | 106        |
      | b1    | bob     | BUY  | 1    | 105   |          |            |           |        |            |      |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status           | filled | remaining | because                        |
      | a1    | PARTIALLY_FILLED | 1      | 1         |                                |
      | p1    | REJECTED         | 0      | 3         | MATCHING_POST_ONLY_WOULD_CROSS |
      | p2    | OPEN             | 0      | 3         |                                |
      | p3    | EXPIRED          | 0      | 0         |                                |
    And this book
      | side | price | lots | orders |
      | BUY  | 104   | 3    | 1      |
      | SELL | 105   | 1    | 1      |

  Scenario: DECREMENT of what waited for a price
    When orders arrive
      | order | account | side | lots | price | in force | expires at | min_quantity_lots | self_trade | trigger     | trigger price | trail_ticks | trail_bps |
      | a1    | alice   | SELL | 5    | 105   |          |            |                   |            |             |               |             |           |
      | b2    | bob     | SELL | 3    | 106   |          |            |                   |            |             |               |             |           |
      | t1    | alice   | BUY  | 1    | 106   |          |            |                   | DECREMENT  | TAKE_PROFIT | 105           |             |           |
      | s1    | alice   | BUY  | 1    | 106   | DAY      | 900        |                   | DECREMENT  | STOP        | 105           |             |           |
      | s2    | alice   | BUY  | 2    | 106   | IOC      |            | 1                 | DECREMENT  | STOP        | 105           | 3           |           |
      | s3    | alice   | BUY  | 1    | 106   | FOK      |            |                   | DECREMENT  | STOP        | 105           |             | 300       |
      | b1    | bob     | BUY  | 1    | 105   |          |            |                   |            |             |               |             |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 105   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 1      | 2         |
      | t1    | EXPIRED          | 0      | 0         |
      | s1    | EXPIRED          | 0      | 0         |
      | s2    | EXPIRED          | 0      | 2         |
      | s3    | EXPIRED          | 0      | 1         |
    And this book
      | side | price | lots | orders |
      | SELL | 105   | 2    | 1      |
      | SELL | 106   | 3    | 1      |

  Scenario: DECREMENT of what takes at the market
    When orders arrive
      | order | account | side | lots | price | type   | in force | self_trade |
      | a1    | alice   | BUY  | 2    | 100   |        |          |            |
      | b1    | bob     | BUY  | 9    | 99    |        |          |            |
      | a2    | alice   | SELL | 3    | 90    | MARKET | IOC      | DECREMENT  |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 0         |
      | a2    | FILLED  | 1      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 8    | 1      |

  Scenario: DECREMENT of what only reduces
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | self_trade | reduce only |
      | o1    | carol   | SELL | 8    | 100   |            |             |
      | o2    | alice   | BUY  | 8    | 100   |            |             |
      | a1    | alice   | BUY  | 2    | 100   |            |             |
      | b1    | bob     | BUY  | 9    | 99    |            |             |
      | r1    | alice   | SELL | 4    | 99    | DECREMENT  | yes         |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
      | b1    | r1    | 2    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 0         |
      | r1    | FILLED  | 2      | 0         |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 7    | 1      |

  Scenario: a market that takes cancels only refuses orders of every term
    When the market is a perpetual
    And the market is CANCEL_ONLY
    And orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | amount | reduce only | after |
      | x01   | alice   | BUY  | 2    | 99    |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x02   | alice   | SELL | 2    | 110   |        | DAY      | 900        |           |        |              |                   |              |             |               |             |           |      |            |        |             | x01   |
      | x03   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x04   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            | 50000  |             |       |
      | x05   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           | 2           |           |      |            |        |             |       |
      | x06   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           |             | 200       |      |            |        |             |       |
      | x07   | alice   | BUY  | 2    | 96    |        |          |            |           |        |              |                   |              | TAKE_PROFIT | 95            |             |           |      |            |        |             |       |
      | x08   | alice   | BUY  | 4    | 98    |        | GTD      | 900        |           |        | 2            |                   | EXPIRE_TAKER |             |               |             |           |      |            |        |             |       |
      | x09   | alice   | BUY  | 2    | 97    |        |          |            | yes       |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x10   | alice   | BUY  | 2    | 97    |        | DAY      | 900        | yes       | yes    |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x11   | alice   | BUY  | 2    | 97    |        | IOC      |            |           |        |              | 1                 | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x12   | alice   | BUY  | 2    | 97    |        | FOK      |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x13   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   |              |             |               |             |           | 105  | 106        |        |             |       |
      | x14   | alice   | BUY  | 2    | 97    |        | DAY      | 900        |           |        |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x15   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x16   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x17   | bob     | SELL | 2    | 110   |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        | yes         |       |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x01   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x03   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x04   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x05   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x06   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x07   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x08   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x09   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x10   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x11   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x12   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x13   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x14   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x15   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x16   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x17   | REJECTED | MATCHING_MARKET_NOT_OPEN |

  Scenario: a halted market refuses orders of every term
    When the market is a perpetual
    And the market is HALTED
    And orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | amount | reduce only | after |
      | x01   | alice   | BUY  | 2    | 99    |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x02   | alice   | SELL | 2    | 110   |        | DAY      | 900        |           |        |              |                   |              |             |               |             |           |      |            |        |             | x01   |
      | x03   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x04   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            | 50000  |             |       |
      | x05   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           | 2           |           |      |            |        |             |       |
      | x06   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           |             | 200       |      |            |        |             |       |
      | x07   | alice   | BUY  | 2    | 96    |        |          |            |           |        |              |                   |              | TAKE_PROFIT | 95            |             |           |      |            |        |             |       |
      | x08   | alice   | BUY  | 4    | 98    |        | GTD      | 900        |           |        | 2            |                   | EXPIRE_TAKER |             |               |             |           |      |            |        |             |       |
      | x09   | alice   | BUY  | 2    | 97    |        |          |            | yes       |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x10   | alice   | BUY  | 2    | 97    |        | DAY      | 900        | yes       | yes    |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x11   | alice   | BUY  | 2    | 97    |        | IOC      |            |           |        |              | 1                 | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x12   | alice   | BUY  | 2    | 97    |        | FOK      |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x13   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   |              |             |               |             |           | 105  | 106        |        |             |       |
      | x14   | alice   | BUY  | 2    | 97    |        | DAY      | 900        |           |        |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x15   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x16   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x17   | bob     | SELL | 2    | 110   |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        | yes         |       |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x01   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x03   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x04   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x05   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x06   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x07   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x08   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x09   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x10   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x11   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x12   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x13   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x14   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x15   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x16   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x17   | REJECTED | MATCHING_MARKET_NOT_OPEN |

  Scenario: a delisted market refuses orders of every term
    When the market is a perpetual
    And the market is delisted
    And orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | amount | reduce only | after |
      | x01   | alice   | BUY  | 2    | 99    |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x02   | alice   | SELL | 2    | 110   |        | DAY      | 900        |           |        |              |                   |              |             |               |             |           |      |            |        |             | x01   |
      | x03   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x04   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            | 50000  |             |       |
      | x05   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           | 2           |           |      |            |        |             |       |
      | x06   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           |             | 200       |      |            |        |             |       |
      | x07   | alice   | BUY  | 2    | 96    |        |          |            |           |        |              |                   |              | TAKE_PROFIT | 95            |             |           |      |            |        |             |       |
      | x08   | alice   | BUY  | 4    | 98    |        | GTD      | 900        |           |        | 2            |                   | EXPIRE_TAKER |             |               |             |           |      |            |        |             |       |
      | x09   | alice   | BUY  | 2    | 97    |        |          |            | yes       |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x10   | alice   | BUY  | 2    | 97    |        | DAY      | 900        | yes       | yes    |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x11   | alice   | BUY  | 2    | 97    |        | IOC      |            |           |        |              | 1                 | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x12   | alice   | BUY  | 2    | 97    |        | FOK      |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x13   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   |              |             |               |             |           | 105  | 106        |        |             |       |
      | x14   | alice   | BUY  | 2    | 97    |        | DAY      | 900        |           |        |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x15   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x16   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x17   | bob     | SELL | 2    | 110   |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        | yes         |       |
    Then no trades
    And these orders
      | order | status   | because                  |
      | x01   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x03   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x04   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x05   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x06   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x07   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x08   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x09   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x10   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x11   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x12   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x13   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x14   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x15   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x16   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x17   | REJECTED | MATCHING_MARKET_NOT_OPEN |

  Scenario: an auction takes what may wait for its end, of every term
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | o1    | carol   | SELL | 8    | 100   |
      | o2    | bob     | BUY  | 8    | 100   |
    And an auction of 600 seconds begins
    And orders arrive
      | order | account | side | lots | price | type   | in force | expires at | post only | slides | display_lots | min_quantity_lots | self_trade   | trigger     | trigger price | trail_ticks | trail_bps | stop | stop limit | amount | reduce only | after |
      | x01   | alice   | BUY  | 2    | 99    |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x02   | alice   | SELL | 2    | 110   |        | DAY      | 900        |           |        |              |                   |              |             |               |             |           |      |            |        |             | x01   |
      | x03   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x04   | alice   | BUY  | 2    | 110   | MARKET | IOC      |            |           |        |              |                   |              |             |               |             |           |      |            | 50000  |             |       |
      | x05   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           | 2           |           |      |            |        |             |       |
      | x06   | alice   | BUY  | 2    | 106   |        |          |            |           |        |              |                   |              | STOP        | 105           |             | 200       |      |            |        |             |       |
      | x07   | alice   | BUY  | 2    | 96    |        |          |            |           |        |              |                   |              | TAKE_PROFIT | 95            |             |           |      |            |        |             |       |
      | x08   | alice   | BUY  | 4    | 98    |        | GTD      | 900        |           |        | 2            |                   | EXPIRE_TAKER |             |               |             |           |      |            |        |             |       |
      | x09   | alice   | BUY  | 2    | 97    |        |          |            | yes       |        |              |                   |              |             |               |             |           |      |            |        |             |       |
      | x10   | alice   | BUY  | 2    | 97    |        | DAY      | 900        | yes       | yes    |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x11   | alice   | BUY  | 2    | 97    |        | IOC      |            |           |        |              | 1                 | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x12   | alice   | BUY  | 2    | 97    |        | FOK      |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x13   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   |              |             |               |             |           | 105  | 106        |        |             |       |
      | x14   | alice   | BUY  | 2    | 97    |        | DAY      | 900        |           |        |              |                   | EXPIRE_MAKER |             |               |             |           |      |            |        |             |       |
      | x15   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | EXPIRE_BOTH  |             |               |             |           |      |            |        |             |       |
      | x16   | alice   | BUY  | 2    | 97    |        |          |            |           |        |              |                   | DECREMENT    |             |               |             |           |      |            |        |             |       |
      | x17   | bob     | SELL | 2    | 110   |        |          |            |           |        |              |                   |              |             |               |             |           |      |            |        | yes         |       |
    Then these trades
      | maker | taker | lots | price |
      | o1    | o2    | 8    | 100   |
    And these orders
      | order | status   | because                  |
      | x01   | OPEN     |                          |
      | x03   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x04   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x05   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x06   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x07   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x08   | OPEN     |                          |
      | x09   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x10   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x11   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x12   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x13   | REJECTED | MATCHING_MARKET_NOT_OPEN |
      | x14   | OPEN     |                          |
      | x15   | OPEN     |                          |
      | x16   | OPEN     |                          |
      | x17   | OPEN     |                          |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 2    | 1      |
      | BUY  | 98    | 2    | 1      |
      | BUY  | 97    | 6    | 3      |
      | SELL | 110   | 2    | 1      |
