Rule: Self-trade prevention

  An order says what happens when it would meet another order of its own account.
  What is prevented is no trade: no price is printed and no fee is paid.
  Whoever comes decides; what the resting order said when it came does not matter.

  Scenario: without a term an account may trade with itself
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | a2    | alice   | BUY  | 5    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | a2    | 5    | 100   |

  Scenario: EXPIRE_TAKER ends the order that comes and leaves the one that rests
    When orders arrive
      | order | account | side | lots | price | self_trade   |
      | b1    | bob     | SELL | 2    | 99    |              |
      | a1    | alice   | SELL | 5    | 100   |              |
      | b2    | bob     | SELL | 5    | 100   |              |
      | a2    | alice   | BUY  | 9    | 100   | EXPIRE_TAKER |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 2    | 99    |
    And these orders
      | order | status  | filled | remaining |
      | a1    | OPEN    | 0      | 5         |
      | b2    | OPEN    | 0      | 5         |
      | a2    | EXPIRED | 2      | 7         |

  Scenario: EXPIRE_MAKER ends the order that rests, and the one that comes goes on
    When orders arrive
      | order | account | side | lots | price | self_trade   |
      | a1    | alice   | SELL | 5    | 100   |              |
      | b1    | bob     | SELL | 5    | 100   |              |
      | a2    | alice   | BUY  | 9    | 100   | EXPIRE_MAKER |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 5    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | EXPIRED          | 0      | 5         |
      | b1    | FILLED           | 5      | 0         |
      | a2    | PARTIALLY_FILLED | 5      | 4         |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 4    | 1      |

  Scenario: EXPIRE_BOTH ends both
    When orders arrive
      | order | account | side | lots | price | self_trade  |
      | a1    | alice   | SELL | 5    | 100   |             |
      | b1    | bob     | SELL | 5    | 101   |             |
      | a2    | alice   | BUY  | 9    | 101   | EXPIRE_BOTH |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 5         |
      | a2    | EXPIRED | 0      | 9         |
    And this book
      | side | price | lots | orders |
      | SELL | 101   | 5    | 1      |

  Scenario: DECREMENT takes the smaller off both, and the larger goes on
    When orders arrive
      | order | account | side | lots | price | self_trade |
      | a1    | alice   | SELL | 5    | 100   |            |
      | b1    | bob     | SELL | 5    | 100   |            |
      | a2    | alice   | BUY  | 8    | 100   | DECREMENT  |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 3    | 100   |
    And these orders
      | order | status           | filled | remaining |
      | a1    | EXPIRED          | 0      | 0         |
      | a2    | FILLED           | 3      | 0         |
      | b1    | PARTIALLY_FILLED | 3      | 2         |

  Scenario: DECREMENT leaves a larger resting order in its place
    When orders arrive
      | order | account | side | lots | price | self_trade |
      | a1    | alice   | SELL | 5    | 100   |            |
      | b1    | bob     | SELL | 5    | 100   |            |
      | a2    | alice   | BUY  | 2    | 100   | DECREMENT  |
      | c1    | carol   | BUY  | 4    | 100   |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 3    | 100   |
      | b1    | c1    | 1    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | a2    | EXPIRED | 0      | 0         |

  Scenario: a FOK order counts only what others offer before its own order ends it
    When orders arrive
      | order | account | side | lots | price | in force | self_trade   |
      | b1    | bob     | SELL | 5    | 100   |          |              |
      | a1    | alice   | SELL | 5    | 101   |          |              |
      | b2    | bob     | SELL | 5    | 102   |          |              |
      | a2    | alice   | BUY  | 6    | 102   | FOK      | EXPIRE_TAKER |
    Then no trades
    And these orders
      | order | status  | filled | remaining |
      | a1    | OPEN    | 0      | 5         |
      | a2    | EXPIRED | 0      | 6         |

  Scenario: a FOK order that expires its own passes over it
    When orders arrive
      | order | account | side | lots | price | in force | self_trade   |
      | b1    | bob     | SELL | 5    | 100   |          |              |
      | a1    | alice   | SELL | 5    | 101   |          |              |
      | b2    | bob     | SELL | 5    | 102   |          |              |
      | a2    | alice   | BUY  | 6    | 102   | FOK      | EXPIRE_MAKER |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 5    | 100   |
      | b2    | a2    | 1    | 102   |
    And these orders
      | order | status  | filled | remaining |
      | a1    | EXPIRED | 0      | 5         |

  Scenario: a mode that nobody knows is refused
    When orders arrive
      | order | account | side | lots | price | self_trade |
      | a1    | alice   | SELL | 5    | 100   | PERHAPS    |
    Then these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |
