Rule: Cancels of many

  A cancel of all orders of an account names those that its journal holds by one record: they leave
  the book, be they resting or waiting for a trigger, in every state of the market. One that has not
  come yet is refused when it comes. What is held later is not named, and lives. Nothing comes
  between, however many records it takes.

  Scenario: what rests and what waits for its trigger leaves the book, others stay
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price |
      | a1    | alice   | SELL | 5    | 101   |         |               |
      | a2    | alice   | BUY  | 2    | 99    |         |               |
      | a3    | alice   | BUY  | 2    | 103   | STOP    | 102           |
      | b1    | bob     | SELL | 3    | 101   |         |               |
    And all of these orders are cancelled
      | order | account |
      | a1    | alice   |
      | a2    | alice   |
      | a3    | alice   |
    Then these orders
      | order | status    | filled | remaining | held |
      | a1    | CANCELLED | 0      | 5         | 0    |
      | a2    | CANCELLED | 0      | 2         | 0    |
      | a3    | CANCELLED | 0      | 2         | 0    |
    And this book
      | side | price | lots | orders |
      | SELL | 101   | 3    | 1      |

  Scenario: an order that comes after the cancel that names it is refused, a later one rests
    When all of these orders are cancelled
      | order | account |
      | a1    | alice   |
    And orders arrive
      | order | account | side | lots | price |
      | a2    | alice   | BUY  | 1    | 99    |
      | a1    | alice   | BUY  | 5    | 99    |
    Then these orders
      | order | status    | filled |
      | a1    | CANCELLED | 0      |
      | a2    | OPEN      | 0      |
    And this book
      | side | price | lots | orders |
      | BUY  | 99    | 1    | 1      |

  Scenario: the cancel of another account cancels nothing
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | BUY  | 5    | 99    |
    And all of these orders are cancelled
      | order | account |
      | a1    | bob     |
    Then these orders
      | order | status |
      | a1    | OPEN   |

  Scenario: what is filled is filled, and the rest of an order is cancelled
    When orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 2    | 100   |              |
      | a2    | alice   | SELL | 9    | 101   | 2            |
      | b1    | bob     | BUY  | 5    | 101   |              |
    And all of these orders are cancelled
      | order | account |
      | a1    | alice   |
      | a2    | alice   |
    Then these orders
      | order | status    | filled | remaining | held |
      | a1    | FILLED    | 2      | 0         | 0    |
      | a2    | CANCELLED | 3      | 6         | 0    |
    And an empty book

  Scenario: a market that is halted takes it
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | BUY  | 5    | 99    |
      | a2    | alice   | BUY  | 5    | 98    |
    And the market is HALTED
    And all of these orders are cancelled
      | order | account |
      | a1    | alice   |
      | a2    | alice   |
    Then an empty book

  Scenario: orders that gather for an auction are not in it any more
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | BUY  | 5    | 101   |
      | b1    | bob     | SELL | 5    | 100   |
    And all of these orders are cancelled
      | order | account |
      | a1    | alice   |
    And the auction ends
    Then no trades
    And this book
      | side | price | lots | orders |
      | SELL | 100   | 5    | 1      |
