"""What every command says of itself, and that saying so is quick."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from fritz.cli.commands import COMMANDS as TABLE
from fritz.cli.commands import app
from fritz.cli.later import Later

IN_WORDS = {"demo", "replay", "simulate", "status", "up", "down", "mirror", "token create"}
"""Commands that scripts call: they answer in JSON, too."""


def commands(group, *above):
    whole = group.whole() if isinstance(group, Later) else group
    for name, command in sorted(getattr(whole, "commands", {}).items()):
        yield (*above, name)
        yield from commands(command, *above, name)


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command):
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    usage, said, *_ = (line for line in done.stdout.splitlines() if line.strip())
    assert usage.strip().startswith(f"Usage: fritz {' '.join(command)} ")
    assert said.strip()[0].isupper(), "a command says what it does"
    if " ".join(command) in IN_WORDS:
        assert "--json" in done.stdout


def test_the_commands_of_scripts_are_there():
    assert {" ".join(command) for command in COMMANDS} >= IN_WORDS


@pytest.mark.parametrize("name", TABLE)
def test_the_list_says_of_a_command_what_it_says_itself(name):
    listed = typer.main.get_command(app).commands[name]
    assert listed.help == listed.whole().help.partition("\n\n")[0].replace("\n", " ")


def test_the_list_is_shown_without_what_the_commands_need():
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from fritz.cli.commands import app\n"
        "done = CliRunner().invoke(app, ['--help'])\n"
        "print(done.exit_code, 'rescore' in done.stdout)\n"
        "print({'numpy', 'pyarrow', 'sqlglot', 'pydantic', 'fritz.wiring'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["0 True", "set()"]


def test_a_command_that_is_none_is_told_with_one_that_is_like_it():
    done = CliRunner().invoke(app, ["statsu"])
    assert done.exit_code == 2
    assert "'status'" in done.output
