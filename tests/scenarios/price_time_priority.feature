Rule: Price-time priority

  The better price trades first, at one price whoever came first. A trade is at the price of the
  order that was there first.

  Scenario: the better price first, then first come
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 101   |
      | b1    | bob     | SELL | 5    | 100   |
      | a2    | alice   | SELL | 5    | 100   |
      | c1    | carol   | BUY  | 12   | 103   |
    Then these trades
      | maker | taker | lots | price |
      | b1    | c1    | 5    | 100   |
      | a2    | c1    | 5    | 100   |
      | a1    | c1    | 2    | 101   |

  Scenario: who is filled in part keeps the place
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | BUY  | 5    | 100   |
      | b1    | bob     | BUY  | 5    | 100   |
      | c1    | carol   | SELL | 2    | 100   |
      | c2    | carol   | SELL | 4    | 100   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | c1    | 2    | 100   |
      | a1    | c2    | 3    | 100   |
      | b1    | c2    | 1    | 100   |

  Scenario: a market order goes as far as its collar and never rests
    When orders arrive
      | order | account | side | lots | price | type   |
      | a1    | alice   | SELL | 2    | 100   |        |
      | a2    | alice   | SELL | 2    | 105   |        |
      | b1    | bob     | BUY  | 9    | 104   | MARKET |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
    And these orders
      | order | status  | filled | remaining |
      | b1    | EXPIRED | 2      | 7         |
