"""The checkout that a command runs in: functions, function table and web app stand there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fritz.errors import NotFound
from fritz.ports import Subscription

__all__ = ["Function", "checkout_root", "functions", "indexes", "subscription_of", "topics"]

TABLE = Path("infra/terraform/services.json")
INDEXES = Path("infra/terraform/firestore.indexes.json")


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the function table, which Terraform reads too."""

    name: str
    source: str
    """Path of main.py below the checkout."""
    target: str
    topic: str
    dead_letter_topic: str | None
    max_attempts: int
    ack_deadline_s: int
    min_backoff_s: float
    max_backoff_s: float
    concurrency: int
    """Requests that one instance takes at once."""
    environment: Mapping[str, str]
    """Variables of its process; THREADS is how many requests functions-framework runs at once."""
    memory: str
    cpu: int
    max_instances: int


@cache
def checkout_root() -> Path:
    """Return the folder of the checkout that this library is installed from.

    Raises
    ------
    NotFound
        The library was installed from a wheel; the local platform needs a checkout.
    """
    for folder in Path(__file__).parents:
        if (folder / TABLE).exists():
            return folder
    raise NotFound(f"no checkout of Fritz around {__file__}: {TABLE} is missing")


def indexes() -> Path:
    """Return the file of the declared composite indexes."""
    return checkout_root() / INDEXES


def topics() -> list[str]:
    """Return the names of all topics."""
    return list(_table()["topics"])


def functions() -> list[Function]:
    """Return the function table."""
    known = set(Function.__dataclass_fields__)  # the rest of a row is for Terraform alone
    return [
        Function(name, **{key: value for key, value in row.items() if key in known})
        for name, row in _table()["functions"].items()
    ]


def subscription_of(function: Function, endpoint: str) -> Subscription:
    """Return the push subscription that feeds a function."""
    return Subscription(
        name=f"{function.topic}-{function.name}",
        topic=function.topic,
        endpoint=endpoint,
        dead_letter_topic=function.dead_letter_topic,
        max_attempts=function.max_attempts,
        ack_deadline_s=function.ack_deadline_s,
        min_backoff_s=function.min_backoff_s,
        max_backoff_s=function.max_backoff_s,
    )


def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((checkout_root() / TABLE).read_text())
    return table
