"""What every command says of itself."""

import pytest
import typer
from typer.testing import CliRunner

from fritz.cli.commands import app

IN_WORDS = {"demo", "replay", "simulate", "status", "up", "down", "mirror", "token create"}
"""Commands that scripts call: they answer in JSON, too."""


def commands(group, *above):
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield (*above, name)
        yield from commands(command, *above, name)


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command):
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    usage, said, *_ = (line for line in done.stdout.splitlines() if line.strip())
    assert usage.strip().startswith("Usage: ")
    assert said.strip()[0].isupper(), "a command says what it does"
    if " ".join(command) in IN_WORDS:
        assert "--json" in done.stdout


def test_the_commands_of_scripts_are_there():
    assert {" ".join(command) for command in COMMANDS} >= IN_WORDS
