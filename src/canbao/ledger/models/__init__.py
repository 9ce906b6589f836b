from canbao.ledger.models.account import Account, AccountKind
from canbao.ledger.models.transfer import Reason, Transfer

__all__ = ["Account", "AccountKind", "Reason", "Transfer"]
