Rule: Orders that end at a time

  A GTD order names its end, a DAY order ends with the day. Time is record time, which commands carry,
  and no machine's clock. Whose time has come expires before the next command is decided, the earliest
  first. A look at the time is a command that does nothing else.

  Scenario: an order expires by the first command that is sent at its end or later
    When orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | GTD      | 1000       |
      | b2    | bob     | BUY  | 3    | 99    | GTC      |            |
    And 1000 ms have passed
    And orders arrive
      | order | account | side | lots | price |
      | a1    | carol   | SELL | 1    | 99    |
    Then these trades
      | maker | taker | lots | price |
      | b2    | a1    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 3         |

  Scenario: before its end it trades
    When orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | DAY      | 1000       |
    And 999 ms have passed
    And orders arrive
      | order | account | side | lots | price |
      | a1    | carol   | SELL | 1    | 99    |
    Then these orders
      | order | status           | filled | remaining |
      | b1    | PARTIALLY_FILLED | 1      | 2         |

  Scenario: a quiet book is told to look at the time
    When orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | GTD      | 1000       |
      | b2    | alice   | BUY  | 3    | 100   | GTD      | 2000       |
    And 1500 ms have passed
    And the book looks at the time
    Then these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 3         |
      | b2    | OPEN    | 0      | 3         |

  Scenario: an order that comes too late does not stand
    When 5000 ms have passed
    And orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | GTD      | 5000       |
    Then these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 3         |
    And an empty book

  Scenario: an armed order expires too, before the trade that would trigger it
    When orders arrive
      | order | account | side | lots | price | in force | expires at | trigger | trigger price |
      | s1    | alice   | SELL | 3    | 90    | GTD      | 1000       | STOP    | 99            |
      | b1    | bob     | BUY  | 9    | 99    | GTC      |            |         |               |
    And 1000 ms have passed
    And orders arrive
      | order | account | side | lots | price |
      | a1    | carol   | SELL | 1    | 99    |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a1    | 1    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | s1    | EXPIRED | 0      | 3         |

  Scenario: a triggered order keeps its end
    When orders arrive
      | order | account | side | lots | price | in force | expires at | trigger | trigger price |
      | s1    | alice   | SELL | 3    | 101   | GTD      | 1000       | STOP    | 99            |
      | b1    | bob     | BUY  | 1    | 99    | GTC      |            |         |               |
      | a1    | carol   | SELL | 1    | 99    | GTC      |            |         |               |
    And 1000 ms have passed
    And the book looks at the time
    Then these orders
      | order | status  | filled | remaining |
      | s1    | EXPIRED | 0      | 3         |

  Scenario: an iceberg expires with all that it hides
    When orders arrive
      | order | account | side | lots | price | in force | expires at | display_lots |
      | a1    | alice   | SELL | 9    | 101   | GTD      | 1000       | 2            |
      | b1    | bob     | BUY  | 3    | 101   | GTC      |            |              |
    And 1000 ms have passed
    And the book looks at the time
    Then these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 3      | 6         |
    And an empty book

  Scenario: orders expire in a halted market
    When orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | GTD      | 1000       |
    And the market is HALTED
    And 1000 ms have passed
    And the book looks at the time
    Then these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 3         |

  Scenario: what ends at a time says when
    When orders arrive
      | order | account | side | lots | price | in force | expires at |
      | b1    | alice   | BUY  | 3    | 100   | GTD      |            |
      | b2    | alice   | BUY  | 3    | 100   | GTC      | 1000       |
    Then these orders
      | order | status   | filled | remaining | because                  |
      | b1    | REJECTED | 0      | 3         | MATCHING_INVALID_COMMAND |
      | b2    | REJECTED | 0      | 3         | MATCHING_INVALID_COMMAND |

  Scenario: an order that comes too late does not slide
    When 5000 ms have passed
    And orders arrive
      | order | account | side | lots | price | in force | expires at | post only | slides |
      | a1    | bob     | SELL | 3    | 100   | GTC      |            | no        | no     |
      | b1    | alice   | BUY  | 3    | 100   | GTD      | 5000       | yes       | yes    |
      | b2    | alice   | BUY  | 3    | 99    | GTD      | 5000       | yes       | yes    |
    Then these orders
      | order | status   | filled | remaining | because                        |
      | b1    | REJECTED | 0      | 3         | MATCHING_POST_ONLY_WOULD_CROSS |
      | b2    | EXPIRED  | 0      | 3         |                                |
