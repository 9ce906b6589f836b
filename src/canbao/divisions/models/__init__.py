from canbao.divisions.models.division import Division
from canbao.divisions.models.unit import CollectingUnit, UnitKind

__all__ = ["CollectingUnit", "Division", "UnitKind"]
