"""What a venue on AWS costs and how much it can take: recorded calls times published prices."""

from zerodesk_client.cost.bill import Bill, Profile, bill
from zerodesk_client.cost.ceilings import Ceiling, ceilings

__all__ = ["Bill", "Ceiling", "Profile", "bill", "ceilings"]
