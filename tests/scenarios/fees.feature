Rule: Fees and rebates

  A taker pays its rate of what it traded, a maker its own; both came with their orders and stay with
  them. A maker whose rate is negative has a rebate. Fees and rebates are rounded down, per trade. A
  rebate comes out of the fee of the taker that it traded with and is never more than that, so the
  house never pays. In an auction both sides pay the maker's rate, and there are no rebates. A lot at a
  price of 100 is worth 25,000 minor units here, and rates are in basis points.

  Scenario: both sides pay by their own rate
    When orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | a1    | alice   | SELL | 5    | 100   | 7          | 31         |
      | b1    | bob     | BUY  | 5    | 100   | 7          | 20         |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | 87         | 250        |

  Scenario: a rebate is paid out of the taker's fee
    When orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | a1    | alice   | SELL | 5    | 100   | -3         | 31         |
      | b1    | bob     | BUY  | 5    | 100   | 7          | 20         |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | -37        | 250        |

  Scenario: a rebate is never more than what the taker pays
    When orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | a1    | alice   | SELL | 5    | 100   | -15        | 31         |
      | b1    | bob     | BUY  | 2    | 100   | 0          | 10         |
      | b2    | bob     | BUY  | 3    | 100   | 0          | 0          |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | -50        | 50         |
      | a1    | b2    | 0          | 0          |

  Scenario: a buyer who has a rebate holds the taker's fee, and has it back
    When orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | b1    | bob     | BUY  | 4    | 100   | -2         | 31         |
      | a1    | alice   | SELL | 3    | 100   | 7          | 20         |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | b1    | a1    | -15        | 150        |
    And these orders
      | order | status           | held  |
      | b1    | PARTIALLY_FILLED | 25077 |

  Scenario: an iceberg has its rebate slice by slice
    When orders arrive
      | order | account | side | lots | price | maker rate | taker rate | display_lots |
      | a1    | alice   | SELL | 5    | 100   | -3         | 31         | 2            |
    And orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | b1    | bob     | BUY  | 5    | 100   | 7          | 20         |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | -15        | 100        |
      | a1    | b1    | -15        | 100        |
      | a1    | b1    | -7         | 50         |

  Scenario: in an auction there are no rebates
    When an OPENING auction begins
    And orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | a1    | alice   | SELL | 5    | 100   | -3         | 31         |
      | b1    | bob     | BUY  | 5    | 100   | 7          | 20         |
    And the auction ends
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | 0          | 87         |

  Scenario: of a perpetual, too
    When the market is a perpetual
    And orders arrive
      | order | account | side | lots | price | maker rate | taker rate |
      | a1    | alice   | SELL | 5    | 100   | -3         | 31         |
      | b1    | bob     | BUY  | 5    | 100   | 7          | 20         |
    Then these fees
      | maker | taker | maker pays | taker pays |
      | a1    | b1    | -37        | 250        |
