"""People who work here. A person is one account, one role and one division: what they may see follows from the last two."""

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from canbao.kernel.division_code import DivisionCode


class Role(models.TextChoices):
    """What someone's work is. What each may do is a table in `access/may.py`."""

    VILLAGE_CLERK = "village_clerk", "村（社区）经办人"
    SCHOOL_CLERK = "school_clerk", "学校经办人"
    TOWNSHIP = "township", "乡镇经办机构"
    FINANCE_BRANCH = "finance_branch", "财政分局"
    DEPARTMENT = "department", "名单提供部门"
    COUNTY = "county", "县医保局"
    TAX = "tax", "税务局"
    CITY = "city", "市医保局"


class StaffManager(BaseUserManager["Staff"]):
    """The first accounts are made through the owner's connection (`db_manager("owner")`); after that, and by the
    application, only work within the whole county's scope makes or moves anybody (a trigger says so)."""

    def create_staff(
        self, *, username: str, password: str, full_name: str, role: Role, division: str, unit_id: int | None = None
    ) -> "Staff":
        staff = self.model(
            username=username, full_name=full_name, role=role, division=DivisionCode(division), unit_id=unit_id
        )
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """`division` is a 12-digit code: they see it and everything below it. `unit_id` is their collecting unit, if any."""

    username = models.CharField("用户名", max_length=40, unique=True)
    full_name = models.CharField("姓名", max_length=40)
    role = models.CharField("岗位", max_length=20, choices=Role)
    division = models.CharField("区划", max_length=12, db_collation="C")
    department = models.CharField("部门", max_length=40, blank=True, default="")
    unit_id = models.BigIntegerField("代收单位", null=True)  # a plain id: units live above this room
    is_active = models.BooleanField("在岗", default=True)

    objects = StaffManager()
    USERNAME_FIELD = "username"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(division__regex=r"^[0-9]{12}$"), name="staff_division_is_a_code"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def check_password(self, raw_password: str) -> bool:
        """Like Django's, without re-hashing on the way in: nobody is signed in yet, so nothing may be written."""
        return check_password(raw_password, self.password)

    @property
    def code(self) -> DivisionCode:
        return DivisionCode(self.division)

    @property
    def county(self) -> str:
        """The six digits of the county they work in (a city's staff have no single one)."""
        return self.division[:6]
