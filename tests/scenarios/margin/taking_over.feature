Rule: Taking over

  Where three orders in a row found nobody who buys, those on the other side take the position over,
  at the price of bankruptcy. Who gives up first is who has the most profit by equity, which is profit
  times leverage; who loses comes last.

  Scenario: who won by most of its equity gives up first
    When ann buys 0.5 of ben at 60000
    And ann buys 0.5 of rich at 60000
    And the mark comes to 50000
    And the venue liquidates ann
    Then these positions
      | account | quantity |
      | ann     | 0        |
      | ben     | 0        |
      | rich    | 0        |
    And these were taken over from ann
      | account | quantity |
      | ben     | 0.5      |
      | rich    | 0.5      |

  Scenario: nobody gives up more than is to be taken over
    When cat buys 0.5 of rich at 60000
    And ann buys 0.9 of rich at 60000
    And the mark comes to 52000
    And the venue liquidates ann
    Then these positions
      | account | quantity |
      | ann     | 0        |
      | rich    | -0.5     |
      | cat     | 0.5      |
