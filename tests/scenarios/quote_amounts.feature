Rule: Market orders by quote amount

  A market order may name an amount of the quote currency in place of a quantity: what to spend, or
  what to sell for, the fee not in it. It takes whole lots while what is left of the amount covers
  them, at each price as many as it covers, and never goes beyond it. It ends FILLED once the rest
  covers no lot at the next price, and EXPIRED where nobody is left within the collar, or where not
  even one lot was covered. A buyer holds the amount and its fee, a seller the lots that make up the
  amount at the worst price of the collar; what is not used is free again. Such an order never trades
  more lots than the amount comes to at the collar's low end. It is IOC, and has no other term that
  counts lots. A lot at a price of 100 is worth 25,000 minor units here.

  Scenario: a buyer takes whole lots while the amount covers them
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 2    | 100   |        |          |        |
      | a2    | alice   | SELL | 9    | 102   |        |          |        |
      | b1    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 130000 |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
      | a2    | b1    | 3    | 102   |
    And these orders
      | order | status | filled | remaining | held |
      | b1    | FILLED | 5      | 0         | 0    |

  Scenario: a seller sells for the amount, and keeps the lots that it did not need
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | b1    | bob     | BUY  | 2    | 100   |        |          |        |
      | b2    | bob     | BUY  | 9    | 98    |        |          |        |
      | a1    | alice   | SELL | 6    | 90    | MARKET | IOC      | 124000 |
    Then these trades
      | maker | taker | lots | price |
      | b1    | a1    | 2    | 100   |
      | b2    | a1    | 3    | 98    |
    And these orders
      | order | status | filled | remaining | held |
      | a1    | FILLED | 5      | 0         | 0    |

  Scenario: where nobody is left within the collar the rest of the amount is free
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 2    | 100   |        |          |        |
      | a2    | alice   | SELL | 2    | 111   |        |          |        |
      | b1    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 200000 |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
    And these orders
      | order | status  | filled | held |
      | b1    | EXPIRED | 2      | 0    |

  Scenario: an amount that covers no lot buys nothing
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 2    | 100   |        |          |        |
      | b1    | bob     | BUY  | 1    | 110   | MARKET | IOC      | 24999  |
      | b2    | bob     | BUY  | 1    | 110   | MARKET | IOC      | 25000  |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b2    | 1    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 0      | 0         |
      | b2    | FILLED  | 1      | 0         |

  Scenario: better prices do not lead beyond the lots that the collar allows
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 9    | 50    |        |          |        |
      | b1    | bob     | BUY  | 4    | 110   | MARKET | IOC      | 100000 |
    Then these orders
      | order | status | filled | remaining | held |
      | b1    | FILLED | 4      | 0         | 0    |

  Scenario: an iceberg is taken slice by slice
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount | display_lots |
      | a1    | alice   | SELL | 6    | 100   |        |          |        | 2            |
      | a2    | carol   | SELL | 1    | 100   |        |          |        |              |
      | b1    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 110000 |              |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
      | a2    | b1    | 1    | 100   |
      | a1    | b1    | 1    | 100   |
    And these orders
      | order | status | filled | remaining |
      | b1    | FILLED | 4      | 0         |

  Scenario: an order of an amount keeps from its own account's if it says so
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount | self_trade   |
      | a1    | bob     | SELL | 2    | 100   |        |          |        |              |
      | a2    | alice   | SELL | 2    | 101   |        |          |        |              |
      | b1    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 60000  | EXPIRE_MAKER |
    Then these trades
      | maker | taker | lots | price |
      | a2    | b1    | 2    | 101   |
    And these orders
      | order | status  | filled |
      | a1    | EXPIRED | 0      |
      | b1    | EXPIRED | 2      |

  Scenario: one that could pay for the next order outside the band stops the market
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 2    | 100   |        |          |        |
      | a2    | alice   | SELL | 2    | 110   |        |          |        |
      | b1    | bob     | BUY  | 9    | 120   | MARKET | IOC      | 80000  |
    Then the state is AUCTION
    And these orders
      | order | status  | filled |
      | b1    | EXPIRED | 2      |

  Scenario: one that could not pay for it does not
    When the band is 200 basis points within 10 seconds, and its auctions last 60 seconds
    And orders arrive
      | order | account | side | lots | price | type   | in force | amount |
      | a1    | alice   | SELL | 2    | 100   |        |          |        |
      | a2    | alice   | SELL | 2    | 110   |        |          |        |
      | b1    | bob     | BUY  | 9    | 120   | MARKET | IOC      | 70000  |
    Then the state is OPEN
    And these orders
      | order | status  | filled |
      | b1    | EXPIRED | 2      |

  Scenario: an amount is of a market order, IOC, and of no terms that count lots
    When orders arrive
      | order | account | side | lots | price | type   | in force | amount | self_trade | min_quantity_lots |
      | b1    | bob     | BUY  | 9    | 110   | LIMIT  | IOC      | 60000  |            |                   |
      | b2    | bob     | BUY  | 9    | 110   | MARKET | FOK      | 60000  |            |                   |
      | b3    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 60000  | DECREMENT  |                   |
      | b4    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 60000  |            | 1                 |
      | b5    | bob     | BUY  | 9    | 110   | MARKET | IOC      | 0      |            |                   |
    Then these orders
      | order | status   | because                  |
      | b1    | REJECTED | MATCHING_INVALID_COMMAND |
      | b2    | REJECTED | MATCHING_INVALID_COMMAND |
      | b3    | REJECTED | MATCHING_INVALID_COMMAND |
      | b4    | REJECTED | MATCHING_INVALID_COMMAND |
      | b5    | REJECTED | MATCHING_INVALID_COMMAND |
