Rule: Stops that trail

  The trigger of a stop that trails follows the last trade at a distance, in ticks or as a part of the
  price, and never goes back. Its limit goes with it, so it needs no more held than at first. What it
  has seen it has seen: a trade at its trigger triggers it, wherever the price goes next.

  Scenario: a seller's trigger rises with the price and stays when it falls
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price | trail_ticks |
      | s1    | alice   | SELL | 2    | 90    | STOP    | 95            | 3           |
      | a1    | bob     | SELL | 1    | 103   |         |               |             |
      | b1    | bob     | BUY  | 1    | 103   |         |               |             |
      | b2    | bob     | BUY  | 1    | 101   |         |               |             |
      | d1    | carol   | SELL | 1    | 101   |         |               |             |
      | b3    | bob     | BUY  | 1    | 100   |         |               |             |
      | b4    | bob     | BUY  | 2    | 99    |         |               |             |
      | d2    | carol   | SELL | 1    | 100   |         |               |             |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 103   |
      | b2    | d1    | 1    | 101   |
      | b3    | d2    | 1    | 100   |
      | b4    | s1    | 2    | 99    |

  Scenario: a buyer's trigger falls with the price, and its limit with it
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price | trail_ticks |
      | s1    | alice   | BUY  | 2    | 106   | STOP    | 105           | 2           |
      | b1    | bob     | BUY  | 1    | 97    |         |               |             |
      | d1    | carol   | SELL | 1    | 97    |         |               |             |
      | a1    | bob     | SELL | 1    | 99    |         |               |             |
      | a2    | bob     | SELL | 9    | 101   |         |               |             |
      | d2    | carol   | BUY  | 1    | 99    |         |               |             |
    Then these trades
      | maker | taker | lots | price |
      | b1    | d1    | 1    | 97    |
      | a1    | d2    | 1    | 99    |
    And this book
      | side | price | lots | orders |
      | BUY  | 100   | 2    | 1      |
      | SELL | 101   | 9    | 1      |

  Scenario: a distance in basis points is rounded down, and at least a tick
    When orders arrive
      | order | account | side | lots | price | trigger | trigger price | trail_bps |
      | s1    | alice   | SELL | 1    | 90    | STOP    | 95            | 1         |
      | s2    | alice   | SELL | 1    | 90    | STOP    | 95            | 250       |
      | a1    | bob     | SELL | 1    | 103   |         |               |           |
      | b1    | bob     | BUY  | 1    | 103   |         |               |           |
      | b2    | bob     | BUY  | 1    | 102   |         |               |           |
      | b3    | bob     | BUY  | 1    | 101   |         |               |           |
      | b4    | bob     | BUY  | 1    | 100   |         |               |           |
      | d1    | carol   | SELL | 1    | 102   |         |               |           |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 1    | 103   |
      | b2    | d1    | 1    | 102   |
      | b3    | s1    | 1    | 101   |
      | b4    | s2    | 1    | 100   |

  Scenario: only a stop trails, and by one distance
    When orders arrive
      | order | account | side | lots | price | trigger     | trigger price | trail_ticks | trail_bps |
      | x1    | alice   | SELL | 2    | 90    | TAKE_PROFIT | 105           | 3           |           |
      | x2    | alice   | SELL | 2    | 90    | STOP        | 95            | 3           | 10        |
      | x3    | alice   | SELL | 2    | 90    | STOP        | 95            | 0           |           |
      | x4    | alice   | SELL | 2    | 90    |             |               | 3           |           |
    Then these orders
      | order | status   | filled | remaining | because                  |
      | x1    | REJECTED | 0      | 2         | MATCHING_INVALID_COMMAND |
      | x2    | REJECTED | 0      | 2         | MATCHING_INVALID_COMMAND |
      | x3    | REJECTED | 0      | 2         | MATCHING_INVALID_COMMAND |
      | x4    | REJECTED | 0      | 2         | MATCHING_INVALID_COMMAND |
