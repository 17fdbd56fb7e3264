"""The fields of an Avro record, read in runs.

Alerts are long runs of nullable floats, nearly always all there or all null. Such a run is checked
by one comparison and unpacked by one `struct` call, which is what makes decoding quick.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any, TypeAlias

from fritz.alerts.avro_values import Data, Reader, Type
from fritz.errors import Poison

__all__ = ["Step", "steps_of"]

Step: TypeAlias = Callable[[Data, int, list[Any]], int]
"""Reads fields, appends their values to the list, and returns where they end."""
NULL, PRESENT = 0, 2
"""The bytes of a nullable value's two branches."""
WIDTHS = {"float": ("f", 4), "double": ("d", 8)}


def steps_of(types: Sequence[Type]) -> Iterator[Step]:
    """Yield how to read a record's fields: nullable ones in runs, the others one at a time."""
    for nullable, group in groupby(types, key=lambda t: t.nullable is not None):
        run = list(group)
        if nullable:
            yield _nullable_run([t.nullable for t in run if t.nullable])
        else:
            yield from (_single(t.read) for t in run)


def _single(read: Reader) -> Step:
    def step(data: Data, position: int, values: list[Any]) -> int:
        value, position = read(data, position)
        values.append(value)
        return position

    return step


def _nullable_run(types: Sequence[Type]) -> Step:
    """Return the step for consecutive fields that are each ``["null", type]``."""
    total = len(types)
    readers = [t.read for t in types]
    present = [_all_present(types[i:]) for i in range(total)]

    def step(data: Data, position: int, values: list[Any]) -> int:
        field = 0
        while field < total:
            branch = data[position]
            if branch == NULL:
                rest = data[position : position + total - field]
                nulls = len(rest) - len(rest.lstrip(b"\0"))
                values.extend([None] * nulls)
                position += nulls
                field += nulls
            elif branch == PRESENT:
                count, size, stride, marks, unpack = present[field]
                if count > 1 and data[position : position + size : stride] == marks:
                    values.extend(unpack(data, position))
                    position += size
                    field += count
                else:
                    value, position = readers[field](data, position + 1)
                    values.append(value)
                    field += 1
            else:
                raise Poison("bad_type", f"branch byte {branch} at byte {position}")
        return position

    return step


def _all_present(
    types: Sequence[Type],
) -> tuple[int, int, int, bytes, Callable[[bytes, int], tuple[Any, ...]]]:
    """Describe the leading floats, or doubles, if none is null.

    Returns
    -------
    How many, their bytes with each one's branch byte, the bytes of one, the branch bytes, and what
    unpacks them.
    """
    first = types[0].primitive or ""
    if first not in WIDTHS:
        return 1, 0, 1, b"", _nothing
    count = sum(1 for _ in takewhile(lambda t: t.primitive == first, types))
    code, width = WIDTHS[first]
    unpack = struct.Struct("<" + f"x{code}" * count).unpack_from
    return count, count * (width + 1), width + 1, bytes([PRESENT]) * count, unpack


def _nothing(_data: bytes, _position: int) -> tuple[Any, ...]:
    return ()
