from canbao.rosters.models.holding import Holding
from canbao.rosters.models.learned import LearnedWord
from canbao.rosters.models.roster import Closing, Outcome, Roster, RosterRow
from canbao.rosters.models.upload import Upload

__all__ = ["Closing", "Holding", "LearnedWord", "Outcome", "Roster", "RosterRow", "Upload"]
