from canbao.access.models.fingerprints import Fingerprints
from canbao.access.models.record import ChainHead, Record, Secret
from canbao.access.models.staff import Role, Staff

__all__ = ["ChainHead", "Fingerprints", "Record", "Role", "Secret", "Staff"]
