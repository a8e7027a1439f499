Rule: One triggers the other

  An order may lead another one, which comes with it and follows it: it waits, armed, until all of
  the first is filled, and then comes in as if it came just then, be it a limit, an order at the
  market, a stop that waits on for its price, or a pair of which one cancels the other. Till then
  the two are one group: whatever else ends one of them, a cancel, a time, an end of the day, a
  self-trade, a market that closes for good, ends the other with it, whatever was filled so far.
  Held for the one that follows is what it needs, but for what its leading order brings. That is
  added as it comes, so it cannot be spent in between: with each fill lots of a buyer are held for
  the sale that follows, and so is the money of a seller.

  Scenario: what follows comes in once all of the first is filled, and not before
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
      | a2    | bob     | SELL | 3    | 95    |       |
    Then these orders
      | order | status           | filled | held   |
      | b1    | PARTIALLY_FILLED | 3      | 47647  |
      | a1    | ARMED            | 0      | 300000 |
    And this book
      | side | price | lots | orders |
      | BUY  | 95    | 2    | 1      |

  Scenario: the last fill of the first lets the other one in
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
      | a2    | bob     | SELL | 3    | 95    |       |
      | a3    | bob     | SELL | 4    | 95    |       |
    Then these orders
      | order | status | filled | remaining | held   |
      | b1    | FILLED | 5      | 0         | 0      |
      | a1    | OPEN   | 0      | 5         | 500000 |
    And this book
      | side | price | lots | orders |
      | SELL | 95    | 2    | 1      |
      | SELL | 105   | 5    | 1      |

  Scenario: a first order that is filled as it comes lets the other one in at once
    When orders arrive
      | order | account | side | lots | price | in force | after |
      | a2    | bob     | SELL | 5    | 95    |          |       |
      | b2    | bob     | BUY  | 2    | 90    |          |       |
      | b1    | alice   | BUY  | 5    | 95    | FOK      |       |
      | a1    | alice   | SELL | 4    | 90    |          | b1    |
    Then these trades
      | maker | taker | lots | price |
      | a2    | b1    | 5    | 95    |
      | b2    | a1    | 2    | 90    |
    And these orders
      | order | status           | filled | held   |
      | b1    | FILLED           | 5      | 0      |
      | a1    | PARTIALLY_FILLED | 2      | 200000 |

  Scenario: a first order that is not filled whole takes the other one with it
    When orders arrive
      | order | account | side | lots | price | in force | after |
      | a2    | bob     | SELL | 3    | 95    |          |       |
      | b1    | alice   | BUY  | 5    | 95    | IOC      |       |
      | a1    | alice   | SELL | 5    | 105   |          | b1    |
    Then these orders
      | order | status  | filled | remaining | held |
      | b1    | EXPIRED | 3      | 2         | 0    |
      | a1    | EXPIRED | 0      | 5         | 0    |
    And an empty book

  Scenario: to cancel the first cancels both, and frees what was bought meanwhile
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
      | a2    | bob     | SELL | 3    | 95    |       |
    And orders are cancelled
      | order | account |
      | b1    | alice   |
    Then these orders
      | order | status    | filled | held |
      | b1    | CANCELLED | 3      | 0    |
      | a1    | CANCELLED | 0      | 0    |
    And an empty book

  Scenario: to cancel the one that follows cancels both
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    Then these orders
      | order | status    | held |
      | b1    | CANCELLED | 0    |
      | a1    | CANCELLED | 0    |
    And an empty book

  Scenario: once it has come in it is an order like any other
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
      | a2    | bob     | SELL | 5    | 95    |       |
    And orders are amended
      | amend | order | lots |
      | m1    | a1    | 3    |
    And orders are cancelled
      | order | account |
      | a1    | alice   |
    Then these amends
      | amend | status |
      | m1    | DONE   |
    And these orders
      | order | status    | remaining |
      | b1    | FILLED    | 0         |
      | a1    | CANCELLED | 3         |

  Scenario: neither of the two is amended while they are a group
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    And orders are amended
      | amend | order | lots |
      | m1    | b1    | 4    |
      | m2    | a1    | 4    |
    Then these amends
      | amend | status   | because                 |
      | m1    | REJECTED | MATCHING_ORDER_NOT_OPEN |
      | m2    | REJECTED | MATCHING_ORDER_NOT_OPEN |

  Scenario: a stop that follows waits on for its price
    When orders arrive
      | order | account | side | lots | price | after | trigger | trigger price |
      | b1    | alice   | BUY  | 5    | 95    |       |         |               |
      | a1    | alice   | SELL | 5    | 88    | b1    | STOP    | 90            |
      | a2    | bob     | SELL | 5    | 95    |       |         |               |
    Then these orders
      | order | status | held   |
      | b1    | FILLED | 0      |
      | a1    | ARMED  | 500000 |
    And an empty book

  Scenario: a stop that follows comes in at its price
    When orders arrive
      | order | account | side | lots | price | after | trigger | trigger price |
      | b1    | alice   | BUY  | 5    | 95    |       |         |               |
      | a1    | alice   | SELL | 5    | 88    | b1    | STOP    | 90            |
      | a2    | bob     | SELL | 5    | 95    |       |         |               |
      | b2    | bob     | BUY  | 9    | 90    |       |         |               |
      | a3    | carol   | SELL | 1    | 90    |       |         |               |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 5    | 95    |
      | b2    | a3    | 1    | 90    |
      | b2    | a1    | 5    | 90    |

  Scenario: a pair that follows takes the profit, or bounds the loss
    When orders arrive
      | order | account | side | lots | price | after | stop | stop limit |
      | b1    | alice   | BUY  | 5    | 95    |       |      |            |
      | a1    | alice   | SELL | 5    | 105   | b1    | 90   | 88         |
      | a2    | bob     | SELL | 5    | 95    |       |      |            |
      | b2    | bob     | BUY  | 9    | 90    |       |      |            |
      | a3    | carol   | SELL | 1    | 90    |       |      |            |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a2    | 5    | 95    |
      | b2    | a3    | 1    | 90    |
      | b2    | a1    | 5    | 90    |
    And these orders
      | order | status | filled | held |
      | a1    | FILLED | 5      | 0    |

  Scenario: money that a sale brings is held for the purchase that follows
    When orders arrive
      | order | account | side | lots | price | after |
      | a1    | alice   | SELL | 5    | 105   |       |
      | b1    | alice   | BUY  | 5    | 95    | a1    |
      | b2    | bob     | BUY  | 2    | 105   |       |
    Then these orders
      | order | status           | filled | held  |
      | a1    | PARTIALLY_FILLED | 2      | 300000 |
      | b1    | ARMED            | 0      | 52464 |

  Scenario: what the first does not bring is held from the start
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 7    | 105   | b1    |
      | b2    | carol   | BUY  | 5    | 95    |       |
      | b3    | carol   | BUY  | 2    | 90    | b2    |
    Then these orders
      | order | status | held   |
      | a1    | ARMED  | 200000 |
      | b3    | ARMED  | 45139  |

  Scenario: the time of one of the two ends both
    When orders arrive
      | order | account | side | lots | price | in force | expires at | after |
      | b1    | alice   | BUY  | 5    | 95    |          |            |       |
      | a1    | alice   | SELL | 5    | 105   | GTD      | 50         | b1    |
      | b2    | carol   | BUY  | 5    | 95    | GTD      | 60         |       |
      | a2    | carol   | SELL | 5    | 105   |          |            | b2    |
    And 70 ms have passed
    And the book looks at the time
    Then these orders
      | order | status  | held |
      | b1    | EXPIRED | 0    |
      | a1    | EXPIRED | 0    |
      | b2    | EXPIRED | 0    |
      | a2    | EXPIRED | 0    |
    And an empty book

  Scenario: a first order of which a self-trade took lots is not filled whole
    When orders arrive
      | order | account | side | lots | price | after | self_trade |
      | b1    | alice   | BUY  | 5    | 95    |       |            |
      | a1    | alice   | SELL | 5    | 105   | b1    |            |
      | a2    | alice   | SELL | 2    | 95    |       | DECREMENT  |
      | a3    | bob     | SELL | 3    | 95    |       |            |
    Then these orders
      | order | status  | filled | held |
      | b1    | FILLED  | 3      | 0    |
      | a1    | EXPIRED | 0      | 0    |
    And an empty book

  Scenario: an auction fills the first, and the other one comes in when the market opens
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 100   |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    And an HALT auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a2    | bob     | SELL | 5    | 100   |
    And the auction ends
    Then these trades
      | maker | taker | lots | price |
      | a2    | b1    | 5    | 100   |
    And this book
      | side | price | lots | orders |
      | SELL | 105   | 5    | 1      |

  Scenario: while the market is stopped what is to come in waits
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 100   |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    And an CLOSING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a2    | bob     | SELL | 5    | 100   |
    And the auction ends
    Then the state is HALTED
    And these orders
      | order | status | held   |
      | b1    | FILLED | 0      |
      | a1    | ARMED  | 500000 |
    And an empty book

  Scenario: a mass cancel ends a group, and a kill clears it
    When orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
      | b2    | bob     | BUY  | 5    | 95    |       |
      | a2    | bob     | SELL | 5    | 105   | b2    |
    And all of these orders are cancelled
      | order | account |
      | b1    | alice   |
      | a1    | alice   |
    And the market is killed
    Then these orders
      | order | status    | held |
      | b1    | CANCELLED | 0    |
      | a1    | CANCELLED | 0    |
      | b2    | CANCELLED | 0    |
      | a2    | CANCELLED | 0    |
    And an empty book

  Scenario: a cancel of the one that follows which comes first refuses both
    When orders are cancelled
      | order | account |
      | a1    | alice   |
    And orders arrive
      | order | account | side | lots | price | after |
      | b1    | alice   | BUY  | 5    | 95    |       |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    Then these orders
      | order | status    | because                 |
      | b1    | REJECTED  | MATCHING_ORDER_NOT_OPEN |
      | a1    | CANCELLED |                         |
    And an empty book

  Scenario: the first waits for no price, and is of lots
    When orders arrive
      | order | account | side | lots | price | after | trigger | trigger price | stop | stop limit |
      | b1    | alice   | BUY  | 5    | 95    |       | STOP    | 95            |      |            |
      | a1    | alice   | SELL | 5    | 105   | b1    |         |               |      |            |
      | b2    | alice   | BUY  | 5    | 95    |       |         |               | 99   | 100        |
      | a2    | alice   | SELL | 5    | 105   | b2    |         |               |      |            |
    Then these orders
      | order | status   | because                  |
      | b1    | REJECTED | MATCHING_INVALID_COMMAND |
      | a1    | REJECTED | MATCHING_INVALID_COMMAND |
      | b2    | REJECTED | MATCHING_INVALID_COMMAND |
      | a2    | REJECTED | MATCHING_INVALID_COMMAND |

  Scenario: an order that follows does not come by itself
    When orders arrive
      | order | account | side | lots | price | after |
      | a1    | alice   | SELL | 5    | 105   | b1    |
    Then an empty book
