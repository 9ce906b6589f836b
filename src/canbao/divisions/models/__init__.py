from canbao.divisions.models.division import Division, FormerName
from canbao.divisions.models.unit import CollectingUnit, UnitKind

__all__ = ["CollectingUnit", "Division", "FormerName", "UnitKind"]
