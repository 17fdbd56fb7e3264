"""Runs the benchmarks and prints one JSON line each: ``python -m tests.bench [name …]``."""

import importlib
import pkgutil
import sys
import time

import orjson

import tests.bench


def names() -> list[str]:
    """Return the benchmarks there are."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name.removeprefix("bench_") for name in found if name.startswith("bench_"))


def main(wanted: list[str]) -> None:
    """Run those that were asked for, or all."""
    for name in wanted or names():
        module = importlib.import_module(f"tests.bench.bench_{name}")
        began = time.perf_counter()
        for line in module.bench():
            body = {"bench": name, **line, "took_s": round(time.perf_counter() - began, 2)}
            sys.stdout.write(orjson.dumps(body).decode() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
