"""What can go wrong with a filter: when it is compiled, and when it meets an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from typing_extensions import override

from fritz.errors import FritzError, Invalid

__all__ = [
    "BudgetExceeded",
    "FilterError",
    "FilterRefused",
    "Finding",
    "OperatorError",
    "Severity",
]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say about a pipeline."""

    code: str
    """What kind of thing, e.g. ``unknown_field``: for programs."""
    path: str
    """Where in the pipeline, e.g. ``1.$project.age.$subtract``."""
    message: str
    """What is wrong: for the filter's author."""
    did_you_mean: str | tuple[str, ...] | None = None
    """What the author probably meant, or several equally near answers."""
    severity: Severity = "error"

    @override
    def __str__(self) -> str:
        near = self.did_you_mean
        hint = ", ".join(near) if isinstance(near, tuple) else near
        said = f"{self.path}: {self.message}" if self.path else self.message
        return f"{said} (did you mean {hint}?)" if hint else said

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return asdict(self)


class FilterRefused(Invalid):
    """A pipeline that must not run; `findings` say why."""

    code: ClassVar[str] = "filter_refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings) or "filter refused")
        self.findings: tuple[Finding, ...] = tuple(findings)
        """Every error found, and the warnings beside them."""


class FilterError(FritzError):
    """One alert on which MongoDB would have raised: it is skipped for this filter."""

    code: ClassVar[str] = "filter_error"

    def __init__(self, message: str, operator: str = "", path: str = "") -> None:
        where = f"{path}: " if path else ""
        what = f"{operator}: " if operator and not message.startswith(operator) else ""
        super().__init__(f"{where}{what}{message}")
        self.reason = message
        """What was wrong with the value."""
        self.operator = operator
        """The operator that raised, e.g. ``$divide``."""
        self.path = path
        """Where it stands in the pipeline."""


class BudgetExceeded(FilterError):
    """The filter did more work on one alert than it may."""

    code: ClassVar[str] = "budget_exceeded"


class OperatorError(Exception):
    """Raised by an operator's function; the evaluator adds where it stands."""
