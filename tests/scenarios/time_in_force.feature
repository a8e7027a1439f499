Rule: Time in force and minimum quantity

  GTC rests. IOC takes what there is and the rest expires. FOK takes all or nothing. An IOC order
  with a minimum takes at least that much, or nothing.

  Scenario: IOC takes what there is within its limit
    When orders arrive
      | order | account | side | lots | price | in force |
      | a1    | alice   | SELL | 2    | 100   |          |
      | a2    | alice   | SELL | 9    | 102   |          |
      | b1    | bob     | BUY  | 5    | 101   | IOC      |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 2      | 3         |

  Scenario: FOK takes all or nothing
    When orders arrive
      | order | account | side | lots | price | in force |
      | a1    | alice   | SELL | 2    | 100   |          |
      | a2    | alice   | SELL | 2    | 101   |          |
      | b1    | bob     | BUY  | 5    | 101   | FOK      |
      | b2    | bob     | BUY  | 4    | 101   | FOK      |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b2    | 2    | 100   |
      | a2    | b2    | 2    | 101   |
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 5         |

  Scenario: a minimum that is there at once is taken, and more
    When orders arrive
      | order | account | side | lots | price | in force | min_quantity_lots |
      | a1    | alice   | SELL | 4    | 100   |          |                   |
      | b1    | bob     | BUY  | 9    | 100   | IOC      | 3                 |
    Then these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 4      | 5         |

  Scenario: what an iceberg hides behind an own order does not count for the minimum
    When orders arrive
      | order | account | side | lots | price | in force | min_quantity_lots | display_lots | self_trade |
      | a1    | alice   | SELL | 6    | 100   |          |                   | 2            |            |
      | b1    | bob     | SELL | 4    | 100   |          |                   |              |            |
      | b2    | bob     | BUY  | 5    | 100   | IOC      | 3                 |              | DECREMENT  |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | b2    | EXPIRED | 0      | 5         |

  Scenario: less than the minimum is not taken
    When orders arrive
      | order | account | side | lots | price | in force | min_quantity_lots |
      | a1    | alice   | SELL | 4    | 100   |          |                   |
      | b1    | bob     | BUY  | 9    | 100   | IOC      | 5                 |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 9         |

  Scenario: a minimum makes sense for IOC orders, up to their quantity
    When orders arrive
      | order | account | side | lots | price | in force | min_quantity_lots |
      | b1    | bob     | BUY  | 9    | 100   |          | 5                 |
      | b2    | bob     | BUY  | 9    | 100   | FOK      | 5                 |
      | b3    | bob     | BUY  | 9    | 100   | IOC      | 10                |
    Then these orders
      | order | status   | because                  |
      | b1    | REJECTED | MATCHING_INVALID_COMMAND |
      | b2    | REJECTED | MATCHING_INVALID_COMMAND |
      | b3    | REJECTED | MATCHING_INVALID_COMMAND |
