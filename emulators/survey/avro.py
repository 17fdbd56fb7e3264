"""ZTF packets as Avro container files: one record, no compression, the schema in the header."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro

from fritz.alerts.schemas import alert_schema

__all__ = ["CANDIDATE_FIELDS", "FORCED_FIELDS", "PREVIOUS_FIELDS", "pack"]

VERSION = "4.02"
SCHEMA = alert_schema(VERSION)
PARSED = fastavro.parse_schema(json.loads(json.dumps(SCHEMA)))
MAGIC = b"Obj\x01"
SYNC = bytes(range(7, 23))


def _fields_of(name: str) -> tuple[str, ...]:
    """Return the field names of the record within the alert that a field of it holds."""
    kind: Any = next(f["type"] for f in SCHEMA["fields"] if f["name"] == name)
    while "fields" not in kind:
        options = kind if isinstance(kind, list) else [kind["items"]]
        kind = next(option for option in options if isinstance(option, dict))
    return tuple(f["name"] for f in kind["fields"])


CANDIDATE_FIELDS = _fields_of("candidate")
PREVIOUS_FIELDS = _fields_of("prv_candidates")
FORCED_FIELDS = _fields_of("fp_hists")


def _long(value: int) -> bytes:
    """Return an Avro long: zigzag, seven bits a byte."""
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _header() -> bytes:
    text = json.dumps(SCHEMA).encode()
    entries = [(b"avro.schema", text), (b"avro.codec", b"null")]
    packed = b"".join(_long(len(k)) + k + _long(len(v)) + v for k, v in entries)
    return MAGIC + _long(len(entries)) + packed + _long(0) + SYNC


HEADER = _header()


def pack(record: dict[str, Any]) -> bytes:
    """Return an alert as the bytes of an Avro container file."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, PARSED, record)
    data = body.getvalue()
    return b"".join((HEADER, _long(1), _long(len(data)), data, SYNC))
