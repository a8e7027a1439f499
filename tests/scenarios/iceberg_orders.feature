Rule: Iceberg orders

  An order that rests may show only so many of its lots. When those are filled it shows the next
  ones, at the end of the queue of its price. The hold covers all of it.

  Scenario: the book shows the displayed lots only
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 10   | 100   | 3            |
    Then this book
      | side | price | lots | orders |
      | SELL | 100   | 3    | 1      |
    And these orders
      | order | status | filled | remaining |
      | a1    | OPEN   | 0      | 10        |

  Scenario: the next lots come behind whoever waits at the price
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 10   | 100   | 3            |
      | b1    | bob     | SELL | 2    | 100   |              |
      | c1    | carol   | BUY  | 7    | 100   |              |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 3    | 100   |
      | b1    | c1    | 2    | 100   |
      | a1    | c1    | 2    | 100   |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 1    | 1      |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 5      | 5         |

  Scenario: one taker goes through all of it
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 10   | 100   | 4            |
      | c1    | carol   | BUY  | 12   | 100   |              |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 4    | 100   |
      | a1    | c1    | 4    | 100   |
      | a1    | c1    | 2    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | FILLED           | 10     | 0         |
      | c1    | PARTIALLY_FILLED | 10     | 2         |

  Scenario: an iceberg takes with all of its lots, and shows some of the rest
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | b1    | bob     | BUY  | 6    | 100   |              |
      | a1    | alice   | SELL | 10   | 100   | 3            |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a1    | 6    | 100   |
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 3    | 1      |

  Scenario: a FOK order finds what is hidden too
    When orders arrive
      | order | account | side | lots | price | in force | display_lots |
      | a1    | alice   | SELL | 10   | 100   |          | 1            |
      | c1    | carol   | BUY  | 10   | 100   | FOK      |              |
    Then these orders
      | order | status | filled | remaining |
      | c1    | FILLED | 10     | 0         |

  Scenario: a cancel takes out all of it
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 10   | 100   | 3            |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    Then an empty book
    And these orders
      | order | status    | filled | remaining |
      | a1    | CANCELLED | 0      | 10        |

  Scenario: decrement takes the displayed lots off, and the next ones show
    When orders arrive
      | order | account | side | lots | price | display_lots | self_trade |
      | a1    | alice   | SELL | 10   | 100   | 3            |            |
      | b1    | bob     | SELL | 1    | 100   |              |            |
      | a2    | alice   | BUY  | 3    | 100   |              | DECREMENT  |
      | c1    | carol   | BUY  | 2    | 100   |              |            |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 1    | 100   |
      | a1    | c1    | 1    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 1      | 6         |
      | a2    | EXPIRED          | 0      | 0         |

  Scenario: what does not rest shows nothing, and what shows all is no iceberg
    When orders arrive
      | order | account | side | lots | price | in force | display_lots |
      | a1    | alice   | SELL | 10   | 100   | IOC      | 3            |
      | a2    | alice   | SELL | 10   | 100   |          | 10           |
    Then these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |
      | a2    | REJECTED | MATCHING_INVALID_COMMAND |
