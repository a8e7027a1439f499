Rule: Post-only orders

  A post-only order never takes. It is refused when it would have, or, if it slides, it rests one
  tick short of the price that it would have met.

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
