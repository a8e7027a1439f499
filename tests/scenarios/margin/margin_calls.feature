Rule: Margin calls

  An account is called when its equity falls to a stated level of its maintenance margin: once for
  each level that it falls to, not with every price. A call ends, or eases to the level above, only
  once equity is five points of maintenance above it, so a mark that trembles calls nobody twice.

  Scenario: an account is called once at each level that it falls to
    When ann buys 1 of ben at 60000
    And the mark comes to 57500
    And the mark comes to 56600
    And the mark comes to 56590
    And the mark comes to 56100
    Then these calls of ann
      | at |
      | 1.5 |
      | 1.2 |

  Scenario: who has enough is not called
    When ann buys 1 of ben at 60000
    And the mark comes to 58500
    Then no calls of ann
    And ann is not liquidated
