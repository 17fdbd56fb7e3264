"""What a function needs installed: the part of requirements.lock that its dependencies reach.

The lock file pins everything the project uses, for every platform. Which of it a function needs
follows from what the installed packages say that they require, so nothing is resolved anew and no
index is asked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fritz.errors import Invalid

__all__ = ["RUNTIME", "locked", "requirements_of"]

RUNTIME: Mapping[str, str] = {
    "python_version": "3.12",
    "python_full_version": "3.12.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
}
"""Where functions run."""

OURS = frozenset({"fritz"})


def locked(lock: Path) -> dict[str, str]:
    """Return the entries of a lock file by package name: the pin and its hashes, as they stand.

    Of a package that is pinned twice for different platforms, the one for ours.
    """
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if not re.match(r"[A-Za-z0-9]", entry):
            continue
        requirement = Requirement(entry.partition("\\")[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(dict(RUNTIME)):
            found[canonicalize_name(requirement.name)] = entry.strip()
    return found


def requirements_of(function: Path, library: Path, lock: Path) -> list[str]:
    """Return the lines of a function's requirements.txt, without our own wheel.

    Parameters
    ----------
    function
        Its pyproject.toml.
    library
        That of the library, which no index has.
    lock
        The lock file.

    Raises
    ------
    Invalid
        Something that is needed is not pinned, or not installed here.
    """
    pins = locked(lock)
    own = tomllib.loads(library.read_text(encoding="utf-8"))["project"]
    wanted = tomllib.loads(function.read_text(encoding="utf-8"))["project"]["dependencies"]
    names: set[str] = set()
    open_ = [Requirement(each) for each in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while open_:
        requirement = open_.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        if name in OURS:
            open_ += [Requirement(each) for each in own["dependencies"]]
            for extra in extras:
                open_ += [Requirement(e) for e in own["optional-dependencies"][extra]]
            continue
        names.add(name)
        open_ += _required(name, extras)
    if missing := sorted(names - pins.keys()):
        raise Invalid(f"{lock.name} does not pin {', '.join(missing)}: make lock")
    return [pins[name] for name in sorted(names)]


def _required(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield what an installed package requires where functions run."""
    try:
        told = requires(name) or []
    except PackageNotFoundError as e:
        raise Invalid(f"{name} is not installed here: make install") from e
    for each in map(Requirement, told):
        markers = [{**RUNTIME, "extra": extra} for extra in (*extras, "")]
        if each.marker is None or any(each.marker.evaluate(marker) for marker in markers):
            yield each
