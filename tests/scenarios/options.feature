Rule: Options

  Who buys an option pays who sells it, at once; nothing is delivered, and the book keeps what each
  account has open. For a purchase the premium and its fee are held, for a sale the fee and a unit of
  the currency. When its time has come an option takes cancels only. Then it ends at a price of its
  underlying: its orders are cancelled, and every lot is paid its payoff by who wrote it, in ticks
  rounded down. It ends once, and is gone for good. An order may lead another one as in any market;
  what follows is held whole, since the first brings nothing.

  Scenario: the buyer pays the premium and the seller has it
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    Then these positions
      | account | lots | cost | made |
      | alice   | -3   | -300 | 300  |
      | bob     | 3    | 300  | -300 |

  Scenario: who closes is paid the price of the day, and nothing else
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | b1    | bob     | BUY  | 2    | 100   |
      | b2    | bob     | SELL | 2    | 104   |
      | a2    | alice   | BUY  | 2    | 104   |
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | -8   |
      | bob     | 0    | 0    | 8    |

  Scenario: a reduce-only order closes what is open and opens nothing
    When the market is an option
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 2    | 100   |             |
      | b1    | bob     | BUY  | 2    | 100   |             |
      | b2    | bob     | SELL | 9    | 101   | yes         |
    Then this book
      | side | price | lots | orders |
      | SELL | 101   | 2    | 1      |

  Scenario: in the money holders get from writers what each lot is worth
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 3    | 100   |
      | b1    | bob     | BUY  | 2    | 100   |
    And the option ends with its underlying at 100010.1
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 120  |
      | bob     | 0    | 0    | -120 |
    And these orders
      | order | status    | filled | remaining | held |
      | a1    | CANCELLED | 2      | 1         | 0    |
    And the state is DELISTED

  Scenario: out of the money nobody gets anything, and nothing is open
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | b1    | bob     | BUY  | 2    | 100   |
    And the option ends with its underlying at 99999
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 200  |
      | bob     | 0    | 0    | -200 |

  Scenario: an option ends once
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
      | b1    | bob     | BUY  | 2    | 100   |
    And the option ends with its underlying at 99999
    And the option ends with its underlying at 100010
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 200  |
      | bob     | 0    | 0    | -200 |

  Scenario: before its time an option does not end
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 2    | 100   |
    And somebody ends the option before its time
    Then the state is OPEN

  Scenario: an order that follows comes in once the first is filled
    When the market is an option
    And orders arrive
      | order | account | side | lots | price | after |
      | b1    | bob     | BUY  | 2    | 100   |       |
      | b2    | bob     | SELL | 2    | 104   | b1    |
      | a1    | alice   | SELL | 2    | 100   |       |
    Then this book
      | side | price | lots | orders |
      | SELL | 104   | 2    | 1      |
    And these positions
      | account | lots | cost | made |
      | alice   | -2   | -200 | 200  |
      | bob     | 2    | 200  | -200 |

  Scenario: an option that ends takes along what waits for a part of its first
    When the market is an option
    And orders arrive
      | order | account | side | lots | price | after |
      | b1    | bob     | BUY  | 2    | 100   |       |
      | b2    | bob     | SELL | 2    | 104   | b1    |
      | a1    | alice   | SELL | 1    | 100   |       |
    And the option ends with its underlying at 99999
    Then these orders
      | order | status    | filled | remaining | held |
      | b1    | CANCELLED | 1      | 1         | 0    |
      | b2    | CANCELLED | 0      | 2         | 0    |
    And these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 100  |
      | bob     | 0    | 0    | -100 |
