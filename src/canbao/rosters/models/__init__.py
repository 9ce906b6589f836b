from canbao.rosters.models.holding import Holding
from canbao.rosters.models.roster import Outcome, Roster, RosterRow

__all__ = ["Holding", "Outcome", "Roster", "RosterRow"]
