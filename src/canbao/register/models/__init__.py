from canbao.register.models.household import Household
from canbao.register.models.resident import Resident

__all__ = ["Household", "Resident"]
