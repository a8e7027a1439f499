Rule: Amends

  An order that rests may be given another quantity, another price, or both. A smaller quantity
  keeps its place in the queue; with anything else the order leaves it and comes in as if it were
  new. What it needs beyond its hold is held under the amend's own id before the book sees it: the
  book moves that into the order's hold or has it released, and never takes more.

  Scenario: less of an order keeps its place
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | SELL | 5    | 100   |
    And orders are amended
      | amend | order | lots |
      | m1    | a1    | 2    |
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 3    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 2    | 100   |
      | b1    | c1    | 1    | 100   |
    And these amends
      | amend | status |
      | m1    | DONE   |

  Scenario: less of an order that slides to where it is keeps its place
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | c1    | carol   | SELL | 5    | 101   |           |        |
      | a1    | alice   | BUY  | 5    | 101   | yes       | yes    |
      | b1    | bob     | BUY  | 5    | 100   |           |        |
    And orders are amended
      | amend | order | lots | price |
      | m1    | a1    | 2    | 101   |
    And orders arrive
      | order | account | side | lots | price |
      | d1    | carol   | SELL | 3    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | d1    | 2    | 100   |
      | b1    | d1    | 1    | 100   |

  Scenario: more of an order goes to the end of the queue
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | SELL | 5    | 100   |
    And orders are amended
      | amend | order | lots | held   |
      | m1    | a1    | 6    | 1000000 |
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 6    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 5    | 100   |
      | a1    | c1    | 1    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 1      | 5         |

  Scenario: another price is another queue, and one that meets the other side trades
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 101   |
      | b1    | bob     | BUY  | 2    | 100   |
      | b2    | bob     | BUY  | 2    | 99    |
    And orders are amended
      | amend | order | price |
      | m1    | a1    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a1    | 2    | 100   |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 2    | 1      |
      | SELL | 100   | 3    | 1      |
    And these orders
      | order | status           | filled | remaining | price |
      | a1    | PARTIALLY_FILLED | 2      | 3         | 100   |

  Scenario: the quantity is the whole order's, what is filled included
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    And orders are amended
      | amend | order | lots |
      | m1    | a1    | 4    |
      | m2    | a1    | 3    |
    Then these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 3      | 1         |
    And these amends
      | amend | status   | because                     |
      | m1    | DONE     |                             |
      | m2    | REJECTED | MATCHING_AMEND_BELOW_FILLED |

  Scenario: an amend that needs more than is held is refused, and the order stays as it is
    When orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 5    | 100   |
    And orders are amended
      | amend | order | lots | price | held |
      | m1    | b1    | 6    |       |      |
      | m2    | b1    |      | 101   | 1    |
    Then these amends
      | amend | status   | because                    |
      | m1    | REJECTED | MATCHING_INSUFFICIENT_HOLD |
      | m2    | REJECTED | MATCHING_INSUFFICIENT_HOLD |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 5    | 1      |

  Scenario: what is held for an amend becomes the order's, and what it does not need is free
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And orders are amended
      | amend | order | lots | held    |
      | m1    | a1    | 6    | 9000000 |
    Then these orders
      | order | status | filled | remaining | held   |
      | a1    | OPEN   | 0      | 6         | 600000 |

  Scenario: an iceberg is amended by what it hides first, and goes on showing as much
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 9    | 100   | 3            |
      | b1    | bob     | SELL | 1    | 100   |              |
    And orders are amended
      | amend | order | lots |
      | m1    | a1    | 4    |
    Then this book
      | side | price | lots | orders |
      | SELL | 100   | 4    | 2      |
    And these orders
      | order | status | filled | remaining |
      | a1    | OPEN   | 0      | 4         |

  Scenario: a post-only order is not amended to a price at which it would take
    When orders arrive
      | order | account | side | lots | price | post only |
      | b1    | bob     | BUY  | 5    | 100   |           |
      | a1    | alice   | SELL | 5    | 101   | yes       |
    And orders are amended
      | amend | order | price |
      | m1    | a1    | 100   |
    Then no trades
    And these amends
      | amend | status   | because                        |
      | m1    | REJECTED | MATCHING_POST_ONLY_WOULD_CROSS |

  Scenario: in a market that is stopped an order becomes smaller, and nothing else
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And the market is HALTED
    And orders are amended
      | amend | order | lots | price |
      | m1    | a1    | 3    |       |
      | m2    | a1    |      | 101   |
    Then these amends
      | amend | status   | because                  |
      | m1    | DONE     |                          |
      | m2    | REJECTED | MATCHING_MARKET_NOT_OPEN |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 3    | 1      |

  Scenario: nobody amends what is not theirs, or not open
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 1    | 100   |
    And orders are amended
      | amend | order | account | lots |
      | m1    | a1    | carol   | 3    |
      | m2    | b1    |         | 3    |
    Then these amends
      | amend | status   | because                 |
      | m1    | REJECTED | MATCHING_ORDER_NOT_OPEN |
      | m2    | REJECTED | MATCHING_ORDER_NOT_OPEN |
