Rule: Post-only orders

  A post-only order never takes. It is refused when it would have, or, if it slides, it rests one
  tick short of the price that it would have met. An order that never rests makes no sense as one.

  Scenario: one that would take is refused
    When orders arrive
      | order | account | side | lots | price | post only |
      | a1    | alice   | SELL | 5    | 100   |           |
      | b1    | bob     | BUY  | 5    | 100   | yes       |
    Then no trades
    And these orders
      | order | status   | because                        |
      | b1    | REJECTED | MATCHING_POST_ONLY_WOULD_CROSS |

  Scenario: one that would not take rests
    When orders arrive
      | order | account | side | lots | price | post only |
      | a1    | alice   | SELL | 5    | 100   |           |
      | b1    | bob     | BUY  | 5    | 99    | yes       |
    Then this book
      | side | price | lots | orders |
      | BUY  | 99    | 5    | 1      |
      | SELL | 100   | 5    | 1      |

  Scenario: one that slides rests a tick below the best ask
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | a1    | alice   | SELL | 5    | 100   |           |        |
      | b1    | bob     | BUY  | 5    | 103   | yes       | yes    |
    Then no trades
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 5    | 1      |
      | SELL | 100   | 5    | 1      |

  Scenario: one that slid is shown with the price that it has
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | a1    | alice   | SELL | 5    | 100   |           |        |
      | b1    | bob     | BUY  | 5    | 103   | yes       | yes    |
      | a2    | alice   | SELL | 2    | 99    |           |        |
    Then these orders
      | order | status           | filled | remaining | price |
      | b1    | PARTIALLY_FILLED | 2      | 3         | 99    |

  Scenario: one that slides rests a tick above the best bid
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | b1    | bob     | BUY  | 5    | 100   |           |        |
      | a1    | alice   | SELL | 5    | 98    | yes       | yes    |
    Then this book
      | side | price | lots | orders |
      | BUY  | 100   | 5    | 1      |
      | SELL | 101   | 5    | 1      |

  Scenario: there is no price below the first tick
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | a1    | alice   | SELL | 5    | 1     |           |        |
      | b1    | bob     | BUY  | 5    | 3     | yes       | yes    |
    Then these orders
      | order | status   | because                        |
      | b1    | REJECTED | MATCHING_POST_ONLY_WOULD_CROSS |

  Scenario: only a post-only order slides
    When orders arrive
      | order | account | side | lots | price | post only | slides |
      | b1    | bob     | BUY  | 5    | 100   |           | yes    |
    Then these orders
      | order | status   | because                  |
      | b1    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: what cannot rest is not post-only
    When orders arrive
      | order | account | side | lots | price | type   | in force | post only | min_quantity_lots | amount | trigger | trigger price | after |
      | x1    | alice   | BUY  | 5    | 100   |        | IOC      | yes       |                   |        |         |               |       |
      | x2    | alice   | BUY  | 5    | 100   |        | FOK      | yes       |                   |        |         |               |       |
      | x3    | alice   | BUY  | 5    | 100   | MARKET | GTC      | yes       |                   |        |         |               |       |
      | x4    | alice   | BUY  | 5    | 100   |        | IOC      | yes       | 2                 |        |         |               |       |
      | x5    | alice   | BUY  | 5    | 100   | MARKET | IOC      | yes       |                   | 50000  |         |               |       |
      | x6    | alice   | BUY  | 5    | 106   |        | IOC      | yes       |                   |        | STOP    | 105           |       |
      | x7    | alice   | BUY  | 5    | 100   |        | GTC      |           |                   |        |         |               |       |
      | x8    | alice   | SELL | 5    | 105   |        | FOK      | yes       |                   |        |         |               | x7    |
    Then these orders
      | order | status   | because                  |
      | x1    | REJECTED | MATCHING_INVALID_COMMAND |
      | x2    | REJECTED | MATCHING_INVALID_COMMAND |
      | x3    | REJECTED | MATCHING_INVALID_COMMAND |
      | x4    | REJECTED | MATCHING_INVALID_COMMAND |
      | x5    | REJECTED | MATCHING_INVALID_COMMAND |
      | x6    | REJECTED | MATCHING_INVALID_COMMAND |
      | x7    | REJECTED | MATCHING_INVALID_COMMAND |
