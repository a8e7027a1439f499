Rule: Perpetuals

  Of a perpetual nothing is delivered. The book keeps what each account has open and what it cost;
  what an account closes is closed at its average cost, and what that made or lost is paid in cash
  at once. For an order its fee is held, and a unit of the currency. An order that is reduce-only
  never opens anything: it comes in with no more than its account has open, and is cut after every
  trade to what is open then. One that waits for its trigger is looked at when it comes in. What
  wants all or a least quantity wants all of what it was cut to, and does not count on the
  reduce-only orders of others. One that slides and could close nothing stays where it is. The fee
  of a seller that slides up is held at its new price; what that adds is of what is free.

  Scenario: a trade opens a position on either side, and no cash moves but the fees
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    Then these positions
      | account | lots | cost | made |
      | alice   | -3   | -300 | 0    |
      | bob     | 3    | 300  | 0    |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 3      | 2         |
      | b1    | FILLED           | 3      | 0         |

  Scenario: what is closed is closed at the average and paid at once
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | a2    | alice   | SELL | 1    | 101   |
      | b1    | bob     | BUY  | 3    | 101   |
      | c1    | carol   | BUY  | 1    | 99    |
      | b2    | bob     | SELL | 1    | 99    |
    Then these positions
      | account | lots | cost | made |
      | alice   | -3   | -301 | 0    |
      | bob     | 2    | 201  | -1   |
      | carol   | 1    | 99   | 0    |

  Scenario: more than is open turns the position
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | b1    | bob     | BUY  | 2    | 100   |
      | c1    | carol   | BUY  | 5    | 103   |
      | b2    | bob     | SELL | 5    | 103   |
    Then these positions
      | account | lots | cost | made |
      | alice   | -2   | -200 | 0    |
      | bob     | -3   | -309 | 6    |
      | carol   | 5    | 515  | 0    |

  Scenario: a reduce-only order comes in with no more than is open
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 2    | 100   |             |
      | b1    | bob     | BUY  | 2    | 100   |             |
      | b2    | bob     | SELL | 9    | 101   | yes         |
    Then this book
      | side | price | lots | orders |
      | SELL | 101   | 2    | 1      |
    And these orders
      | order | status | filled | remaining |
      | b2    | OPEN   | 0      | 2         |

  Scenario: where nothing is open on the other side a reduce-only order expires
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 2    | 100   |             |
      | b1    | bob     | BUY  | 2    | 100   |             |
      | b2    | bob     | BUY  | 1    | 100   | yes         |
      | c1    | carol   | SELL | 1    | 100   | yes         |
    Then an empty book
      | side | price | lots | orders |
    And these orders
      | order | status  | filled | remaining | held |
      | b2    | EXPIRED | 0      | 0         | 0    |
      | c1    | EXPIRED | 0      | 0         | 0    |

  Scenario: reduce-only orders that rest are cut when the position shrinks
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 5    | 100   |             |
      | b1    | bob     | BUY  | 5    | 100   |             |
      | b2    | bob     | SELL | 5    | 103   | yes         |
      | b3    | bob     | SELL | 2    | 104   | yes         |
      | c1    | carol   | BUY  | 4    | 99    |             |
      | b4    | bob     | SELL | 4    | 99    |             |
    Then this book
      | side | price | lots | orders |
      | SELL | 103   | 1    | 1      |
      | SELL | 104   | 1    | 1      |

  Scenario: one taker meets reduce-only orders, and none of them opens anything
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 3    | 100   |             |
      | b1    | bob     | BUY  | 3    | 100   |             |
      | b2    | bob     | SELL | 2    | 101   | yes         |
      | b3    | bob     | SELL | 3    | 101   | yes         |
      | b4    | bob     | SELL | 3    | 102   | yes         |
      | c1    | carol   | BUY  | 9    | 103   |             |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 3    | 100   |
      | b2    | c1    | 2    | 101   |
      | b3    | c1    | 1    | 101   |
    And these positions
      | account | lots | cost | made |
      | alice   | -3   | -300 | 0    |
      | bob     | 0    | 0    | 3    |
      | carol   | 3    | 303  | 0    |
    And these orders
      | order | status           | filled | remaining |
      | b3    | FILLED           | 1      | 0         |
      | b4    | EXPIRED          | 0      | 0         |
      | c1    | PARTIALLY_FILLED | 3      | 6         |

  Scenario: a stop that only reduces is cut when it comes in
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only | trigger | trigger price |
      | a1    | alice   | SELL | 3    | 100   |             |         |               |
      | b1    | bob     | BUY  | 3    | 100   |             |         |               |
      | b2    | bob     | SELL | 9    | 97    | yes         | STOP    | 99            |
      | c1    | carol   | BUY  | 1    | 99    |             |         |               |
      | c2    | carol   | BUY  | 7    | 98    |             |         |               |
      | b3    | bob     | SELL | 1    | 99    |             |         |               |
    Then these positions
      | account | lots | cost | made |
      | alice   | -3   | -300 | 0    |
      | bob     | 0    | 0    | -5   |
      | carol   | 3    | 295  | 0    |

  Scenario: in an auction a reduce-only order is cut by the trades before its own
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 3    | 100   |             |
      | b1    | bob     | BUY  | 3    | 100   |             |
    And an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | b2    | bob     | SELL | 2    | 99    |             |
      | b3    | bob     | SELL | 3    | 100   | yes         |
      | c1    | carol   | BUY  | 5    | 100   |             |
    And the auction ends
    Then these positions
      | account | lots | cost | made |
      | alice   | -3   | -300 | 0    |
      | bob     | 0    | 0    | 0    |
      | carol   | 3    | 300  | 0    |
    And the state is OPEN

  Scenario: more of a reduce-only order than is open is not asked for
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 3    | 100   |             |
      | b1    | bob     | BUY  | 3    | 100   |             |
      | b2    | bob     | SELL | 2    | 103   | yes         |
    And orders are amended
      | amend | order | lots | held |
      | m1    | b2    | 8    | 9999 |
    Then this book
      | side | price | lots | orders |
      | SELL | 103   | 3    | 1      |

  Scenario: what is delivered cannot be reduced
    When orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 3    | 100   | yes         |
    Then these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: all or nothing is all of what a reduce-only order was cut to
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | in force | reduce only |
      | a1    | alice   | SELL | 2    | 100   | GTC      |             |
      | b1    | bob     | BUY  | 2    | 100   | GTC      |             |
      | c1    | carol   | BUY  | 3    | 99    | GTC      |             |
      | b2    | bob     | SELL | 5    | 99    | FOK      | yes         |
    Then these orders
      | order | status | filled | remaining |
      | b2    | FILLED | 2      | 0         |

  Scenario: all or nothing does not count on what only reduces
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | in force | reduce only |
      | a1    | alice   | SELL | 3    | 100   | GTC      |             |
      | b1    | bob     | BUY  | 3    | 100   | GTC      |             |
      | b2    | bob     | SELL | 2    | 101   | GTC      | yes         |
      | b3    | bob     | SELL | 3    | 101   | GTC      | yes         |
      | c1    | carol   | BUY  | 5    | 101   | FOK      |             |
      | d1    | carol   | BUY  | 2    | 101   | FOK      |             |
    Then these orders
      | order | status  | filled | remaining |
      | c1    | EXPIRED | 0      | 5         |
      | d1    | EXPIRED | 0      | 2         |

  Scenario: a reduce-only order that slides and could close nothing stays where it is
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | post only | slides | reduce only |
      | a1    | alice   | SELL | 2    | 100   |           |        |             |
      | b1    | bob     | BUY  | 1    | 101   | yes       | yes    | yes         |
    Then these orders
      | order | status   | filled | remaining |
      | b1    | REJECTED | 0      | 1         |

  Scenario: a seller that slides up rests though its fee is more there
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | post only | slides |
      | a1    | alice   | BUY  | 2    | 104   |           |        |
      | b1    | bob     | SELL | 2    | 100   | yes       | yes    |
    Then this book
      | side | price | lots | orders |
      | BUY  | 104   | 2    | 1      |
      | SELL | 105   | 2    | 1      |
