"""What an explanation consists of, as JSON for programs and as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fritz.filters.bson_order import MISSING
from fritz.filters.wording import cut, value_text

__all__ = ["Clause", "Explanation", "Step", "Value"]

_ITEMS: Final = 8
_DEEPEST: Final = 3
_NAMED: Final = 3
_HEADS: Final = {"all": "all of", "any": "any of", "none": "none of"}


@dataclass(frozen=True, slots=True)
class Value:
    """What a field, or a part of an expression, was."""

    name: str
    value: Any
    """Plain JSON; long arrays and large objects are cut."""
    missing: bool = False
    """Whether there was no such field."""

    @classmethod
    def of(cls, name: str, value: Any) -> Value:
        """Return a value as it was found; `MISSING` for a field that is not there."""
        return cls(name, None, missing=True) if value is MISSING else cls(name, _plain(value, 0))

    def as_dict(self) -> dict[str, Any]:
        """Return the value as JSON."""
        return {"name": self.name, "value": self.value, "missing": self.missing}

    def as_text(self) -> str:
        """Return ``name = value``."""
        return f"{self.name} = {'missing' if self.missing else value_text(self.value)}"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition, and whether it held."""

    at: str
    """Where it stands in the pipeline."""
    text: str
    held: bool | None
    """None: evaluating it failed, or it is no condition but the way a field was computed."""
    values: tuple[Value, ...] = ()
    because: tuple[Clause, ...] = ()
    """What decided: the clauses within, or how the field that it tests was computed."""
    error: str | None = None
    kind: str = ""
    """How the clauses within combine: all, any, none; empty for a condition by itself."""

    def as_dict(self) -> dict[str, Any]:
        """Return the clause as JSON."""
        return {
            "at": self.at,
            "text": self.text,
            "held": self.held,
            "values": [value.as_dict() for value in self.values],
            "because": [clause.as_dict() for clause in self.because],
            "error": self.error,
        }

    def lines(self, indent: int) -> Iterator[str]:
        """Yield the clause as lines of text, what decided below it."""
        mark = {True: "yes", False: " no", None: "   "}[self.held]
        values = "; ".join(value.as_text() for value in self.values)
        text = _HEADS[self.kind] if self.kind and self.because else self.text
        yield f"{'  ' * indent}{mark}  {text}" + (f"   [{values}]" if values else "")
        if self.error:
            yield f"{'  ' * indent}     failed: {self.error}"
        for clause in self.because:
            yield from clause.lines(indent + 1)

    def conditions(self) -> Iterator[Clause]:
        """Yield the conditions by themselves that decided."""
        if not self.kind:
            yield self
            return
        for clause in self.because:
            yield from clause.conditions()


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage did."""

    index: int
    at: str
    """The stage, e.g. ``2.$match``."""
    before: int
    """Documents that reached it."""
    after: int
    """Documents that it let through or made."""
    clauses: tuple[Clause, ...] = ()
    """The conditions of a `$match`: those that decided."""
    error: str | None = None

    @property
    def operator(self) -> str:
        """The stage's name, e.g. ``$match``."""
        return self.at.partition(".")[2]

    @property
    def stopped(self) -> bool:
        """Whether nothing came out of it."""
        return self.after == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the stage as JSON."""
        return {
            "stage": self.index,
            "operator": self.operator,
            "documents_in": self.before,
            "documents_out": self.after,
            "stopped": self.stopped,
            "clauses": [clause.as_dict() for clause in self.clauses],
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an alert passed a filter or not."""

    passed: bool
    steps: tuple[Step, ...]
    """The stages as far as the alert came."""
    error: str | None = None
    """What failed, if the filter fails on this alert."""
    truncated: bool = False
    """Whether there was too much to look at; the clauses are then not all there."""

    @property
    def stopped_by(self) -> Step | None:
        """The stage that nothing came out of, or None."""
        return next((step for step in self.steps if step.stopped), None)

    @property
    def reason(self) -> str:
        """One sentence."""
        if self.passed:
            return "it passed every stage"
        step = self.stopped_by
        if self.error is not None:
            return f"the filter failed: {self.error}"
        if step is None:
            made = self.steps[-1].after if self.steps else 1
            return f"{made} documents came out; exactly one makes a candidate"
        failing = [leaf for clause in step.clauses for leaf in clause.conditions()]
        said = [
            f"{clause.text} is {'so' if clause.held else 'not so'}"
            f" ({'; '.join(value.as_text() for value in clause.values)})"
            for clause in failing[:_NAMED]
        ]
        more = f" and {len(failing) - _NAMED} more" if len(failing) > _NAMED else ""
        return cut(f"stage {step.index} ({step.operator}): {', '.join(said)}{more}", 600)

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON."""
        step = self.stopped_by
        return {
            "passed": self.passed,
            "reason": self.reason,
            "stopped_at": None if step is None else step.index,
            "error": self.error,
            "truncated": self.truncated,
            "stages": [each.as_dict() for each in self.steps],
        }

    def as_text(self) -> str:
        """Return the explanation as lines of text."""
        lines = [f"{'passed' if self.passed else 'stopped'}: {self.reason}"]
        for step in self.steps:
            lines.append(
                f"stage {step.index} {step.operator}: {step.before} in, {step.after} out"
                + (f"; failed: {step.error}" if step.error else "")
            )
            for clause in step.clauses:
                lines += clause.lines(1)
        if self.truncated:
            lines.append("(too many clauses to show them all)")
        return "\n".join(lines)


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return "…"
        return {
            cut(str(key)): _plain(item, depth + 1) for key, item in list(value.items())[:_ITEMS]
        }
    if isinstance(value, list):
        if depth >= _DEEPEST:
            return "…"
        more = [f"… {len(value) - _ITEMS} more"] if len(value) > _ITEMS else []
        return [_plain(item, depth + 1) for item in value[:_ITEMS]] + more
    if isinstance(value, str):
        return cut(value)
    return value if value is None or isinstance(value, bool | int | float) else cut(str(value))
