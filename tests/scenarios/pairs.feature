Rule: One cancels the other

  A limit order may have a stop beside it, on the other side of the market: one order of two ways,
  with one id, one quantity and the larger of their two holds. Whichever comes first ends the other,
  in the same record. The first trade of the limit, even of a part, ends the stop. A trade at the
  stop or beyond takes the whole order out of its queue, and it comes in with the stop's limit; what
  is left of it then expires, unless the stop rests. To cancel the order cancels both. While it waits
  for its stop it is not amended.

  Scenario: a trade of the limit ends the stop
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   | 95   | 90         |
      | b1    | bob     | BUY  | 2    | 105   |      |            |
      | b2    | bob     | BUY  | 9    | 94    |      |            |
      | a2    | carol   | SELL | 1    | 94    |      |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 105   |
      | b2    | a2    | 1    | 94    |
    And these orders
      | order | status           | filled | remaining |
      | a1    | PARTIALLY_FILLED | 2      | 3         |

  Scenario: a trade at the stop ends the limit
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   | 95   | 90         |
      | b1    | bob     | BUY  | 4    | 95    |      |            |
      | a2    | carol   | SELL | 1    | 95    |      |            |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 1    | 95    |
      | b1    | a1    | 3    | 95    |
    And an empty book
    And these orders
      | order | status  | filled | remaining | held | price |
      | a1    | EXPIRED | 3      | 2         | 0    | 90    |

  Scenario: a stop that rests stays at its limit
    When orders arrive
      | order | account | side | lots | price | stop | stop limit | stop_rests |
      | b1    | bob     | BUY  | 5    | 95    | 105  | 106        | yes        |
      | a1    | alice   | SELL | 2    | 105   |      |            |            |
      | b2    | carol   | BUY  | 1    | 105   |      |            |            |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b2    | 1    | 105   |
      | a1    | b1    | 1    | 105   |
    And this book
      | side | price | lots | orders |
      | BUY  | 106   | 4    | 1      |

  Scenario: the larger of the two ways is held, and what is not needed any more is free
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | b1    | bob     | BUY  | 4    | 95    | 105  | 108        |
      | b2    | bob     | BUY  | 4    | 95    | 105  | 108        |
      | a1    | alice   | SELL | 5    | 95    |      |            |
    Then these orders
      | order | status           | filled | held  |
      | b1    | FILLED           | 4      | 0     |
      | b2    | PARTIALLY_FILLED | 1      | 71470 |

  Scenario: a stop that the last trade has reached already comes in at once
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | a1    | alice   | SELL | 1    | 100   |      |            |
      | b1    | bob     | BUY  | 5    | 100   |      |            |
      | a2    | alice   | SELL | 3    | 105   | 101  | 99         |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 100   |
      | b1    | a2    | 3    | 100   |

  Scenario: to cancel the order cancels both
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   | 95   | 90         |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 4    | 95    |
      | a2    | carol   | SELL | 1    | 95    |
    Then these orders
      | order | status    | filled | held |
      | a1    | CANCELLED | 0      | 0    |

  Scenario: a pair is not amended, until its first trade makes it a limit like any other
    When orders arrive
      | order | account | side | lots | price | stop | stop limit |
      | a1    | alice   | SELL | 5    | 105   | 95   | 90         |
    And orders are amended
      | amend | order | lots |
      | m1    | a1    | 4    |
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | BUY  | 1    | 105   |
    And orders are amended
      | amend | order | lots |
      | m2    | a1    | 4    |
    Then these amends
      | amend | status   | because                 |
      | m1    | REJECTED | MATCHING_ORDER_NOT_OPEN |
      | m2    | DONE     |                         |

  Scenario: a stop is beyond its limit, and beside an order that rests and shows all
    When orders arrive
      | order | account | side | lots | price | in force | stop | stop limit | display_lots |
      | a1    | alice   | SELL | 5    | 105   |          | 105  | 90         |              |
      | a2    | alice   | SELL | 5    | 105   | IOC      | 95   | 90         |              |
      | a3    | alice   | SELL | 5    | 105   |          | 95   | 90         | 2            |
      | b1    | bob     | BUY  | 5    | 95    |          | 94   | 99         |              |
    Then these orders
      | order | status   | because                  |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |
      | a2    | REJECTED | MATCHING_INVALID_COMMAND |
      | a3    | REJECTED | MATCHING_INVALID_COMMAND |
      | b1    | REJECTED | MATCHING_INVALID_COMMAND |
