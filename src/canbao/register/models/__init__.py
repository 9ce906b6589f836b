from canbao.register.models.change import Change
from canbao.register.models.household import Household
from canbao.register.models.resident import Resident, WithoutNumber
from canbao.register.models.two_people import TwoPeople
from canbao.register.models.word import Reading, Word

__all__ = ["Change", "Household", "Reading", "Resident", "TwoPeople", "WithoutNumber", "Word"]
