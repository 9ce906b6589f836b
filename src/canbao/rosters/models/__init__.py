from canbao.rosters.models.holding import Holding
from canbao.rosters.models.learned import LearnedColumn
from canbao.rosters.models.roster import Closing, Outcome, Roster, RosterRow
from canbao.rosters.models.upload import Upload

__all__ = ["Closing", "Holding", "LearnedColumn", "Outcome", "Roster", "RosterRow", "Upload"]
