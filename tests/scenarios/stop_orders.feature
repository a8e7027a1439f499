Rule: Stops and take-profits

  An order with a trigger waits, armed, until a trade is at its trigger price or beyond. A stop goes
  with the market: a buyer waits for a rise, a seller for a fall. A take-profit goes against it. What
  counts is the last trade of the book. Once triggered it comes in as it would have come just then,
  with all its other terms. Nobody sees it before. Its hold is the same before and after.

  Scenario: a seller's stop comes in when a trade falls to its trigger
    When orders arrive
      | order | account | side | lots | price | type   | in force | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 90    | MARKET | IOC      | STOP    | 97            |
      | b1    | bob     | BUY  | 1    | 97    | LIMIT  | GTC      |         |               |
      | b2    | bob     | BUY  | 9    | 96    | LIMIT  | GTC      |         |               |
      | a1    | carol   | SELL | 1    | 97    | LIMIT  | GTC      |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a1    | 1    | 97    |
      | b2    | s1    | 4    | 96    |
    And these orders
      | order | status           | filled | remaining |
      | s1    | FILLED           | 4      | 0         |
      | b2    | PARTIALLY_FILLED | 4      | 5         |

  Scenario: an armed order is not in the book that others see
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 90    | STOP    | 97            |
      | b1    | bob     | BUY  | 1    | 95    |         |               |
    Then no trades
    And this book
      | side | price | lots | orders |
      | BUY  | 95    | 1    | 1      |
    And these orders
      | order | status | filled | remaining |
      | s1    | ARMED  | 0      | 4         |

  Scenario: a buyer's stop waits for a rise
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | a1    | bob     | SELL | 1    | 100   |         |               |
      | a2    | bob     | SELL | 1    | 103   |         |               |
      | a3    | bob     | SELL | 5    | 104   |         |               |
      | s1    | alice   | BUY  | 2    | 104   | STOP    | 103           |
      | c1    | carol   | BUY  | 1    | 100   |         |               |
      | c2    | carol   | BUY  | 1    | 103   |         |               |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 1    | 100   |
      | a2    | c2    | 1    | 103   |
      | a3    | s1    | 2    | 104   |

  Scenario: take-profits wait the other way
    When orders arrive
      | order | account | side | lots | price | trigger     | trigger price |
      | t1    | alice   | SELL | 1    | 99    | TAKE_PROFIT | 103           |
      | t2    | alice   | BUY  | 1    | 99    | TAKE_PROFIT | 97            |
      | b1    | bob     | BUY  | 9    | 103   |             |               |
      | c1    | carol   | SELL | 1    | 103   |             |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 103   |
      | b1    | t1    | 1    | 103   |
    And these orders
      | order | status | filled | remaining |
      | t2    | ARMED  | 0      | 1         |

  Scenario: a stop-limit that finds nothing within its limit rests there
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 98    | STOP    | 99            |
      | b1    | bob     | BUY  | 1    | 97    |         |               |
      | c1    | carol   | SELL | 1    | 97    |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 97    |
    And this book
      | side | price | lots | orders |
      | SELL | 98    | 4    | 1      |
    And these orders
      | order | status | filled | remaining |
      | s1    | OPEN   | 0      | 4         |

  Scenario: a trigger that the last trade has reached already does not wait
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | b1    | bob     | BUY  | 3    | 97    |         |               |
      | c1    | carol   | SELL | 1    | 97    |         |               |
      | s1    | alice   | SELL | 2    | 95    | STOP    | 99            |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 97    |
      | b1    | s1    | 2    | 97    |

  Scenario: one triggers the next, the highest trigger first, then who came first
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 1    | 90    | STOP    | 98            |
      | s2    | alice   | SELL | 1    | 90    | STOP    | 99            |
      | s3    | carol   | SELL | 1    | 90    | STOP    | 99            |
      | s4    | alice   | SELL | 1    | 90    | STOP    | 96            |
      | b1    | bob     | BUY  | 1    | 99    |         |               |
      | b2    | bob     | BUY  | 1    | 98    |         |               |
      | b3    | bob     | BUY  | 1    | 97    |         |               |
      | b4    | bob     | BUY  | 1    | 96    |         |               |
      | b5    | bob     | BUY  | 1    | 95    |         |               |
      | c1    | carol   | SELL | 1    | 99    |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 99    |
      | b2    | s2    | 1    | 98    |
      | b3    | s3    | 1    | 97    |
      | b4    | s1    | 1    | 96    |
      | b5    | s4    | 1    | 95    |

  Scenario: what is triggered waits until the order that triggered it is through
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 1    | 90    | STOP    | 99            |
      | b1    | bob     | BUY  | 1    | 99    |         |               |
      | b2    | bob     | BUY  | 1    | 98    |         |               |
      | b3    | bob     | BUY  | 1    | 97    |         |               |
      | c1    | carol   | SELL | 2    | 98    |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 99    |
      | b2    | c1    | 1    | 98    |
      | b3    | s1    | 1    | 97    |

  Scenario: an armed order is cancelled as any other
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 90    | STOP    | 97            |
    And orders are cancelled
      | order | account |
      | s1    | alice   |
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 1    | 97    |
      | d1    | carol   | SELL | 1    | 97    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | d1    | 1    | 97    |
    And these orders
      | order | status    | filled | remaining |
      | s1    | CANCELLED | 0      | 4         |

  Scenario: a stop that must be filled whole and cannot be expires when it is triggered
    When orders arrive
      | order | account | side | lots | price | in force | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 90    | FOK      | STOP    | 99            |
      | b1    | bob     | BUY  | 2    | 99    | GTC      |         |               |
      | c1    | carol   | SELL | 1    | 99    | GTC      |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | s1    | EXPIRED | 0      | 4         |

  Scenario: a post-only stop that would take expires when it is triggered
    When orders arrive
      | order | account | side | lots | price | post only | trigger | trigger price |
      | s1    | alice   | SELL | 4    | 90    | yes       | STOP    | 99            |
      | b1    | bob     | BUY  | 2    | 99    | no        |         |               |
      | c1    | carol   | SELL | 1    | 99    | no        |         |               |
    Then these orders
      | order | status           | filled | remaining |
      | s1    | EXPIRED          | 0      | 4         |
      | b1    | PARTIALLY_FILLED | 1      | 1         |

  Scenario: a sliding stop rests one tick short of who is there when it is triggered
    When orders arrive
      | order | account | side | lots | price | post only | slides | trigger | trigger price |
      | s1    | alice   | BUY  | 4    | 105   | yes       | yes    | STOP    | 100           |
      | a1    | bob     | SELL | 2    | 100   | no        |        |         |               |
      | c1    | carol   | BUY  | 1    | 100   | no        |        |         |               |
    Then this book
      | side | price | lots | orders |
      | BUY  | 99    | 4    | 1      |
      | SELL | 100   | 1    | 1      |

  Scenario: a triggered iceberg shows its displayed lots
    When orders arrive
      | order | account | side | lots | price | display_lots | trigger | trigger price |
      | s1    | alice   | SELL | 9    | 101   | 2            | STOP    | 99            |
      | b1    | bob     | BUY  | 1    | 99    |              |         |               |
      | c1    | carol   | SELL | 1    | 99    |              |         |               |
    Then this book
      | side | price | lots | orders |
      | SELL | 101   | 2    | 1      |

  Scenario: a triggered order does not trade with its own account if it says so
    When orders arrive
      | order | account | side | lots | price | self_trade   | trigger | trigger price |
      | s1    | alice   | SELL | 2    | 90    | EXPIRE_MAKER | STOP    | 99            |
      | b1    | bob     | BUY  | 1    | 99    |              |         |               |
      | b2    | alice   | BUY  | 1    | 98    |              |         |               |
      | b3    | bob     | BUY  | 2    | 97    |              |         |               |
      | c1    | carol   | SELL | 1    | 99    |              |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 99    |
      | b3    | s1    | 2    | 97    |
    And these orders
      | order | status  | filled | remaining |
      | b2    | EXPIRED | 0      | 1         |

  Scenario: a halted market arms no orders, and keeps those that it has
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | x1    | alice   | SELL | 2    | 90    | STOP    | 99            |
    And the market is HALTED
    And orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | x2    | alice   | SELL | 2    | 90    | STOP    | 99            |
    Then these orders
      | order | status   | filled | remaining | because                  |
      | x1    | ARMED    | 0      | 2         |                          |
      | x2    | REJECTED | 0      | 2         | MATCHING_MARKET_NOT_OPEN |

  Scenario: a trigger without a price makes no sense
    When orders arrive
      | order | account | side | lots | price | trigger |
      | s1    | alice   | SELL | 2    | 90    | STOP    |
    Then these orders
      | order | status   | filled | remaining | because                  |
      | s1    | REJECTED | 0      | 2         | MATCHING_INVALID_COMMAND |

  Scenario: every price of an order that goes through several counts
    When orders arrive
      | order | account | side | lots | price | trigger     | trigger price |
      | a1    | bob     | SELL | 1    | 97    |             |               |
      | a2    | bob     | SELL | 1    | 103   |             |               |
      | t1    | alice   | BUY  | 1    | 101   | TAKE_PROFIT | 98            |
      | d1    | carol   | BUY  | 2    | 103   |             |               |
    Then these trades
      | maker | taker | lots | price |
      | a1    | d1    | 1    | 97    |
      | a2    | d1    | 1    | 103   |
    And these orders
      | order | status | filled | remaining |
      | t1    | OPEN   | 0      | 1         |
