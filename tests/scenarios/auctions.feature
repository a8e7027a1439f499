Rule: Auctions

  In an auction orders gather without trading, also where they cross. When it ends, all that can
  trades at one price: the one at which the most lots trade; of several, the one that leaves the
  fewest lots of the longer side over; of several, the highest if buyers are left over at each and
  the lowest if sellers are; else the one nearest to the last trade's price, or to the mark before
  there was one. Best price first, then first come, as always. Both sides pay the maker's rate, and
  an account may trade with itself. An auction ends by an operator's word, by the first command
  after its time is up, or by the schedule that looks every minute. Behind an OPENING auction and
  one after a HALT the market is open, behind a CLOSING one it is halted. A stop breaks an auction
  off: nothing trades, and whatever still crosses trades like this before the market opens. Behind
  an auction that opens the market its price pulls triggers, as any trade's does.

  Scenario: orders that cross do not trade before the auction ends
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 99    |
      | b1    | bob     | BUY  | 5    | 101   |
    Then no trades
    And this book
      | side | price | lots | orders |
      | BUY  | 101   | 5    | 1      |
      | SELL | 99    | 5    | 1      |

  Scenario: the price at which the most trade
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 4    | 99    |
      | a2    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 9    | 101   |
      | b2    | bob     | BUY  | 3    | 99    |
    And the auction ends
    Then these prices and lots of an auction
      | price | lots | left over |
      | 100   | 9    | 0         |
    And these trades
      | maker | taker | lots | price |
      | a1    | b1    | 4    | 100   |
      | a2    | b1    | 5    | 100   |

  Scenario: of prices at which as many trade, the one with the fewest left over
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 97    |
      | b1    | bob     | BUY  | 6    | 101   |
      | b2    | bob     | BUY  | 9    | 99    |
    And the auction ends
    Then these prices and lots of an auction
      | price | lots | left over |
      | 101   | 5    | 1         |

  Scenario: buyers who are left over press the price up
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 97    |
      | b1    | bob     | BUY  | 8    | 103   |
    And the auction ends
    Then these prices and lots of an auction
      | price | lots | left over |
      | 103   | 5    | 3         |

  Scenario: sellers who are left over press the price down
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 8    | 97    |
      | b1    | bob     | BUY  | 5    | 103   |
    And the auction ends
    Then these prices and lots of an auction
      | price | lots | left over |
      | 97    | 5    | -3        |

  Scenario: where nothing else decides, the price nearest to the last trade
    When orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 1    | 102   |
      | b1    | bob     | BUY  | 1    | 102   |
    And an HALT auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a2    | alice   | SELL | 5    | 97    |
      | b2    | bob     | BUY  | 5    | 101   |
    And the auction ends
    Then these prices and lots of an auction
      | price | lots | left over |
      | 101   | 5    | 0         |

  Scenario: the first command after its time ends an auction, and comes behind it
    When an auction of 60 seconds begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 3    | 100   |
    And 60 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 2    | 103   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 3    | 100   |
      | a1    | c1    | 2    | 100   |

  Scenario: a command before its time finds the auction going on
    When an auction of 60 seconds begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
    And 59 seconds pass
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 2    | 103   |
    Then no trades

  Scenario: behind a closing auction the market is halted
    When an CLOSING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 100   |
      | b1    | bob     | BUY  | 5    | 100   |
    And the auction ends
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 2    | 103   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |
    And these orders
      | order | status   | because                  |
      | c1    | REJECTED | MATCHING_MARKET_NOT_OPEN |

  Scenario: a stop breaks an auction off, and what crosses trades before the market opens
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 5    | 99    |
      | b1    | bob     | BUY  | 5    | 101   |
    And the market is HALTED
    And the market is OPEN
    And orders arrive
      | order | account | side | lots | price |
      | c1    | carol   | BUY  | 2    | 103   |
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |

  Scenario: hidden lots trade in an auction, behind the shown ones of the same price
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price | display_lots |
      | a1    | alice   | SELL | 6    | 100   | 2            |
      | a2    | carol   | SELL | 2    | 100   |              |
      | b1    | bob     | BUY  | 5    | 100   |              |
    And the auction ends
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 2    | 100   |
      | a2    | b1    | 2    | 100   |
      | a1    | b1    | 1    | 100   |

  Scenario: an account may trade with itself in an auction
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price | self_trade   |
      | a1    | alice   | SELL | 5    | 100   |              |
      | a2    | alice   | BUY  | 5    | 100   | EXPIRE_TAKER |
    And the auction ends
    Then these trades
      | maker | taker | lots | price |
      | a1    | a2    | 5    | 100   |

  Scenario: the price of an auction pulls triggers once the market is open
    When orders arrive
      | order | account | side | lots | price | trigger   | trigger_ticks |
      | s1    | carol   | BUY  | 2    | 103   | STOP      | 100           |
    And an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 7    | 100   |
      | b1    | bob     | BUY  | 5    | 100   |
    And the auction ends
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |
      | a1    | s1    | 2    | 100   |

  Scenario: the price of a closing auction pulls triggers when the market opens again
    When orders arrive
      | order | account | side | lots | price | trigger   | trigger_ticks |
      | s1    | carol   | BUY  | 2    | 103   | STOP      | 100           |
    And an CLOSING auction begins
    And orders arrive
      | order | account | side | lots | price |
      | a1    | alice   | SELL | 7    | 100   |
      | b1    | bob     | BUY  | 5    | 100   |
    And the auction ends
    And the market is OPEN
    Then these trades
      | maker | taker | lots | price |
      | a1    | b1    | 5    | 100   |
      | a1    | s1    | 2    | 100   |
