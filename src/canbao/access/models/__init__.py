from canbao.access.models.record import ChainHead, Record, Secret
from canbao.access.models.staff import Role, Staff

__all__ = ["ChainHead", "Record", "Role", "Secret", "Staff"]
