"""Commands whose modules are imported when they run: `fritz status` waits for no trainer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

__all__ = ["Later", "group_of"]


class Later(TyperCommand):
    """Stands in the list of commands for one whose module is not imported yet.

    Parameters
    ----------
    place : module and name of the function, or of the `typer.Typer` of a group.
    said : what the list of commands says of it.
    """

    def __init__(self, name: str, place: str, said: str) -> None:
        super().__init__(name, callback=None, help=said)
        self._place = place

    def whole(self) -> Any:
        """Return the command itself."""
        module, _, attribute = self._place.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
            command.name = self.name
            return command
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return typer.main.get_command(alone)

    @override
    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        return self.whole().make_context(info_name, args, parent, **extra)


def group_of(table: Mapping[str, tuple[str, str]]) -> type[TyperGroup]:
    """Return the class of a group whose commands a table names: place, what the list says."""

    class Group(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands = {name: Later(name, *row) for name, row in table.items()}

    return Group
