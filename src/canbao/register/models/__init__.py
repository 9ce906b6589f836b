from canbao.register.models.change import Change
from canbao.register.models.household import Household
from canbao.register.models.resident import Resident

__all__ = ["Change", "Household", "Resident"]
