Rule: Deleveraging

  Where nobody buys what an account below its maintenance must sell, those on the other side take its
  position over, past the queue and at a stated price, without a fee. The command names them in the
  order of the ranking, each with how many lots it gives up at most. The book cuts both sides to what
  is open when the command comes: nobody's position grows or turns, and no unit too much is moved.

  Scenario: those on the other side give up in the order in which they are named
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 3    | 100   |
      | c1    | carol   | SELL | 4    | 100   |
      | b1    | bob     | BUY  | 7    | 100   |
    And the position of bob is taken over at 90 by
      | account | lots |
      | carol   | 4    |
      | alice   | 3    |
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 30   |
      | bob     | 0    | 0    | -70  |
      | carol   | 0    | 0    | 40   |

  Scenario: nobody gives up more than it has, or than it is asked for
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 3    | 100   |
      | c1    | carol   | SELL | 4    | 100   |
      | b1    | bob     | BUY  | 7    | 100   |
    And the position of bob is taken over at 90 by
      | account | lots |
      | carol   | 9    |
      | alice   | 1    |
    Then these positions
      | account | lots | cost | made |
      | alice   | -2   | -200 | 10   |
      | bob     | 2    | 200  | -50  |
      | carol   | 0    | 0    | 40   |

  Scenario: a second takeover finds what the first one left
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 3    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    And the position of bob is taken over at 90 by
      | account | lots |
      | alice   | 2    |
    And the position of bob is taken over at 80 by
      | account | lots |
      | alice   | 3    |
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 40   |
      | bob     | 0    | 0    | -40  |

  Scenario: a reduce-only order that rests is cut to what is left
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | reduce only |
      | a1    | alice   | SELL | 3    | 100   |             |
      | b1    | bob     | BUY  | 3    | 100   |             |
      | a2    | alice   | BUY  | 3    | 95    | yes         |
    And the position of bob is taken over at 90 by
      | account | lots |
      | alice   | 2    |
    Then this book
      | side | price | lots | orders |
      | BUY  | 95    | 1    | 1      |

  Scenario: an option is bought back of who holds it, for the price of the takeover
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | b1    | bob     | SELL | 5    | 100   |
      | a1    | alice   | BUY  | 3    | 100   |
      | c1    | carol   | BUY  | 2    | 100   |
    And the position of bob is taken over at 120 by
      | account | lots |
      | carol   | 2    |
      | alice   | 2    |
    Then these positions
      | account | lots | cost | made |
      | alice   | 1    | 100  | -60  |
      | bob     | -1   | -100 | 20   |
      | carol   | 0    | 0    | 40   |

  Scenario: an option that is long is paid for by those who wrote it
    When the market is an option
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 3    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    And the position of bob is taken over at 90 by
      | account | lots |
      | alice   | 3    |
    Then these positions
      | account | lots | cost | made |
      | alice   | 0    | 0    | 30   |
      | bob     | 0    | 0    | -30  |
