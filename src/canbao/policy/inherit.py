"""A pack that stands on another: a city's on its province's, this year's on last year's, an amendment on what it amends.

A topic that the pack has itself takes the place of the other's. `topic+` changes it instead: of a list, entries with the
same name take the other's place, `{drop: name}` takes one away, and the rest is added (`before: name` puts it in front
of another); of anything else, the keys that are given take the others' places.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from canbao.policy.reading import Path, Reading, read_files

CHANGES = "+"
ENGLISH = "english"  # words for what the rules say; a translation of what is dropped here goes with it
NOTICE = "notice"  # the key under which a rule taken from another pack says whose it is
OWN = ("document", "examples", "no_rule_for", "extends")  # never taken from another pack


def name_of(topic: str, entry: Any) -> str | None:
    """By what an entry of a list is known: its name, or what it is about."""
    if not isinstance(entry, dict):
        return None
    for key in ("name", "who", "reason", "what"):
        if isinstance(entry.get(key), str):
            return str(entry[key])
    if topic == "subsidies":
        names = entry.get("categories") or [entry.get("category")]
        return "、".join(str(name) for name in names) if isinstance(names, list) else str(names)
    if topic == "standards":
        return "、".join(str(entry[key]) for key in ("line", "tier") if entry.get(key)) or "基本医保"
    if topic == "rosters":
        return str(entry.get("department"))
    return None


def stand_on(own: Reading, other: Reading, notice: str) -> None:
    """Fill `own` with what it takes from `other`, whose rules then say from which notice they come."""
    own_topics = set(own.data)
    changes = _changes(own)
    for topic, value in other.data.items():
        if topic in OWN or topic in own.data:
            continue
        own.data[topic] = _marked(value, notice)
        for path, place in other.places.items():
            if path[0] == topic:
                own.places[path] = place
    english = None if ENGLISH in own_topics else own.data.pop(ENGLISH, None)
    for changed, value in changes.items():
        if changed != ENGLISH + CHANGES:
            _change(own, changed, value)
    if isinstance(english, dict):
        said = set(_texts(own.data))
        own.data[ENGLISH] = {text: words for text, words in english.items() if text in said}
    if ENGLISH + CHANGES in changes:
        _change(own, ENGLISH + CHANGES, changes[ENGLISH + CHANGES])


def _texts(data: Any) -> Iterator[str]:
    """Everything that is said anywhere."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _texts(one)


def _changes(own: Reading) -> dict[str, Any]:
    """Everything under `topic+`, taken out of `own`; of a topic that nothing can be taken over from, a problem."""
    changes = {topic: own.data.pop(topic) for topic in list(own.data) if topic.endswith(CHANGES)}
    for changed in list(changes):
        topic = changed.removesuffix(CHANGES)
        if topic in OWN:
            own.problems.append(own.problem((changed,), f"{topic} 不从上级沿用，直接写 {topic}，不加 {CHANGES}"))
        elif topic in own.data:
            own.problems.append(own.problem((changed,), f"{topic} 已整个重写，不能又写 {changed}：二者选一"))
        else:
            continue
        del changes[changed]
    return changes


def _marked(value: Any, notice: str) -> Any:
    """Every rule with the notice it comes from; one that has it already came from further up."""
    if isinstance(value, list):
        return [_marked(item, notice) for item in value]
    if isinstance(value, dict):
        inner = {key: _marked(item, notice) for key, item in value.items()}
        is_rule = "clause" in value or "assumed" in value
        return {NOTICE: notice, **inner} if is_rule else inner
    return value


def _change(own: Reading, changed: str, value: Any) -> None:
    topic = changed.removesuffix(CHANGES)
    base = own.data.get(topic)
    if isinstance(value, list) and isinstance(base, list | None):
        own.data[topic], sources = _changed_list(own, topic, base or [], value)
        _move_places(own, topic, changed, sources)
    elif isinstance(value, dict) and isinstance(base, dict | None):
        own.data[topic] = _changed_rule(base or {}, value)
        for key in value:
            _take_places(own, (changed, key), (topic, key))
        own.places[(topic,)] = own.place((changed,))
    else:
        shape = "列表（- …）" if isinstance(base, list) else "“键: 值”"
        own.problems.append(own.problem((changed,), f"{changed} 的写法和上级的 {topic} 不一样：上级的是{shape}"))


def _changed_rule(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A rule that is changed in part is this notice's now and cites it; what stays of the other is marked as taken over."""
    if NOTICE not in base:
        return {**base, **change}
    stays = {key: value for key, value in base.items() if key not in (NOTICE, "clause", "assumed", "derived", "says")}
    taken_over = {key: f"沿用{base[NOTICE]}" for key in stays if key not in change}
    reasons = change.get("derived")
    return {**stays, **change, "derived": {**taken_over, **(reasons if isinstance(reasons, dict) else {})}}


def _changed_list(own: Reading, topic: str, base: list[Any], changes: list[Any]) -> tuple[list[Any], list[Path]]:
    """The changed list, and for each entry where it stands: `(topic, i)` of the base or `(topic+, i)` of the changes."""
    entries: list[tuple[Any, Path]] = [(entry, (topic, index)) for index, entry in enumerate(base)]
    changed: set[str] = set()
    for index, change in enumerate(changes):
        place: Path = (f"{topic}{CHANGES}", index)
        dropped = change.get("drop") if isinstance(change, dict) else None
        name = str(dropped) if dropped is not None else name_of(topic, change)
        if name in changed:
            own.problems.append(
                own.problem(place, f"“{name}”在 {topic}{CHANGES} 里改了两次；本是两条的，各写一个 name")
            )
            continue
        changed |= {name} if name is not None else set()
        same = [
            number for number, (entry, _) in enumerate(entries) if name is not None and name_of(topic, entry) == name
        ]
        if len(same) > 1:
            own.problems.append(
                own.problem(place, f"上级的 {topic} 里有几条“{name}”，请在上级给它们 name，或整个主题重写")
            )
        elif dropped is not None:
            if not same:
                known = "、".join(filter(None, (name_of(topic, entry) for entry, _ in entries)))
                own.problems.append(own.problem(place, f"上级的 {topic} 里没有“{name}”，去不掉；有：{known}"))
            if set(change) - {"drop", "clause", "says"}:
                own.problems.append(own.problem(place, "drop 是去掉整条，不和别的键一起写"))
            entries = [item for number, item in enumerate(entries) if number not in same]
        elif same:
            if isinstance(change, dict) and "before" in change:
                own.problems.append(
                    own.problem((*place, "before"), f"“{name}”替换上级的一条，仍在原来的位置：不写 before")
                )
            entries[same[0]] = (_without_order(change), place)
        else:
            entries.insert(_position(own, topic, entries, change, place), (_without_order(change), place))
    return [entry for entry, _ in entries], [place for _, place in entries]


def _without_order(change: Any) -> Any:
    return {key: value for key, value in change.items() if key != "before"} if isinstance(change, dict) else change


def _position(own: Reading, topic: str, entries: list[tuple[Any, Path]], change: Any, place: Path) -> int:
    before = change.get("before") if isinstance(change, dict) else None
    if before is None:
        return len(entries)
    for number, (entry, _) in enumerate(entries):
        if name_of(topic, entry) == str(before):
            return number
    own.problems.append(own.problem((*place, "before"), f"上级的 {topic} 里没有“{before}”"))
    return len(entries)


def _move_places(own: Reading, topic: str, changed: str, sources: list[Path]) -> None:
    """The lines of the changed list: each entry keeps the file and line that it was written on."""
    old = {path: place for path, place in own.places.items() if path[0] in (topic, changed)}
    for path in old:
        del own.places[path]
    own.places[(topic,)] = old.get((changed,)) or old.get((topic,)) or ("", 0)
    for index, source in enumerate(sources):
        for path, place in old.items():
            if path[: len(source)] == source:
                own.places[(topic, index, *path[len(source) :])] = place


def _take_places(own: Reading, source: Path, target: Path) -> None:
    for path, place in list(own.places.items()):
        if path[: len(source)] == source:
            own.places[(*target, *path[len(source) :])] = place


def extended_by(texts: Mapping[str, str]) -> str | None:
    """The name of the pack that these files stand on."""
    document = read_files(own_files(texts)).data.get("document")
    name = document.get("extends") if isinstance(document, dict) else None
    return name if isinstance(name, str) and name else None


def data_above(texts: Mapping[str, str]) -> dict[str, Any]:
    """What the files of the pack say on which these stand, as they are written; empty where there is none."""
    above = f"{extended_by(texts)}/"
    return read_files({name: text for name, text in texts.items() if name.rpartition("/")[0] + "/" == above}).data


def own_files(texts: Mapping[str, str]) -> dict[str, str]:
    """A pack's own files; those of what it stands on are kept beside them as `name/file`."""
    return {name: text for name, text in texts.items() if "/" not in name}


def read_texts(texts: Mapping[str, str]) -> Reading:
    """Everything that a pack says, also what it takes from the pack that it stands on."""
    return _read(texts, "", ())


def _read(texts: Mapping[str, str], prefix: str, below: tuple[str, ...]) -> Reading:
    files = {
        name: text for name, text in texts.items() if name.startswith(prefix) and "/" not in name.removeprefix(prefix)
    }
    reading = read_files(files)
    for path in [path for path in reading.places if path[-1] == NOTICE]:
        reading.problems.append(reading.problem(path, f"{NOTICE} 由程序填写，不用自己写"))
    document = reading.data.get("document")
    document = document if isinstance(document, dict) else {}
    name = document.get("extends")
    if not isinstance(name, str) or not name:
        _no_changes(reading)
        return reading
    place: Path = ("document", "extends")
    if name in below:
        reading.problems.append(reading.problem(place, f"绕了一圈：{' → '.join((*below, name))}"))
        return reading
    other = _read(texts, f"{name}/", (*below, name))
    if not other.data:
        reading.cannot_read(*reading.place(place), f"没有找到方案 {name}，它应在同一个文件夹里")
        return reading
    reading.problems += other.problems
    reading.unread += other.unread
    if document.get("holds_from") is not None:
        reading.before = other
    stand_on(reading, other, _notice_of(other))
    return reading


def _no_changes(reading: Reading) -> None:
    for topic in [topic for topic in reading.data if topic.endswith(CHANGES)]:
        reading.cannot_read(*reading.place((topic,)), f"{topic} 要改的是上级方案里的，document 里要写 extends")
        del reading.data[topic]


def _notice_of(other: Reading) -> str:
    document = other.data.get("document")
    if not isinstance(document, dict):
        return ""
    return notice_name(document.get("number"), document.get("title"))


def notice_name(number: object, title: object) -> str:
    """How clauses of a notice are cited from another: by its number, else by its title."""
    return str(number or f"《{title}》")
