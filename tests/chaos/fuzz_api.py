"""Fuzzes the API for longer than the tests do: ``python -m tests.chaos.fuzz_api 40 [words]``.

Words narrow it to operations that have them in their labels, such as ``POST /api/photometry``.
"""

import sys

from tests.support.fuzzing import fuzz


def main(cases="40", *words):
    """Print what was found; exit 1 where anything was."""
    found = fuzz(int(cases), " ".join(words))
    for key, told in found.faults.items():
        sys.stdout.write(f"{key}\n{told}\n\n")
    sys.stdout.write(f"{found.summary()}\n")
    sys.exit(bool(found.faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
