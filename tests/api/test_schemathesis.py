"""What schemathesis finds in the API; ``make fuzz`` looks further."""

import sys

import pytest

from tests.support.fuzzing import fuzz

CASES = 3
"""Of each operation: as many as a quarter of a minute takes."""


@pytest.mark.timeout(900)
def test_no_operation_fails_or_answers_what_it_does_not_describe(capsys):
    found = fuzz(CASES)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.summary()}\n")
    assert not found.faults, "\n\n".join(f"{k}\n{v}" for k, v in found.faults.items())
    assert found.operations >= 240
    assert found.statuses[200] >= found.cases / 4, "too few requests got past the first look"
