from canbao.rosters.models.holding import Holding
from canbao.rosters.models.roster import Closing, Outcome, Roster, RosterRow

__all__ = ["Closing", "Holding", "Outcome", "Roster", "RosterRow"]
