"""Whoever did something, by name: people do not know each other by what they sign in with."""

from collections.abc import Iterable

from canbao.access.models import Staff


def names_of_staff(actors: Iterable[str | None]) -> dict[str, str]:
    """Names by actor (`staff:clerk`) or by bare user name, as they were asked for; others are left out. One query."""
    asked = {actor: actor.removeprefix("staff:") for actor in actors if actor}
    named = dict(Staff.objects.filter(username__in=asked.values()).values_list("username", "full_name"))
    return {actor: named[username] for actor, username in asked.items() if username in named}


def name_of(username: str) -> str:
    """One of them; the user name itself where nobody is called so any more."""
    return names_of_staff([username]).get(username, username)
