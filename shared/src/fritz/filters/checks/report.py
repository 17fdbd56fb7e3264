"""Collecting findings, each once."""

from __future__ import annotations

from dataclasses import dataclass, field

from fritz.filters.checks.shapes import Unfound
from fritz.filters.errors import Finding, Severity

__all__ = ["Report"]


@dataclass(slots=True)
class Report:
    """Findings in the order in which they were made."""

    findings: list[Finding] = field(default_factory=list)
    _said: set[tuple[str, str]] = field(default_factory=set)

    def say(
        self,
        code: str,
        at: str,
        message: str,
        *,
        severity: Severity = "warning",
        near: str | tuple[str, ...] | None = None,
    ) -> None:
        """Add a finding unless the same was said of the same stage."""
        key = (code, f"{at.split('.', 1)[0]} {message}")
        if key not in self._said:
            self._said.add(key)
            self.findings.append(Finding(code, at, message, near, severity))

    def unfound(self, at: str, found: Unfound, *, original: bool, sure: bool) -> None:
        """Add what is wrong with a path that leads nowhere.

        A dead branch of a condition, or a field asked for in vain, leaves a filter working: that
        is a warning. A test of what is never there is an error (`sure`).
        """
        severity: Severity = "error" if sure else "warning"
        if found.dropped_by is not None:
            message = f"{found.path} was dropped by stage {found.dropped_by}"
            self.say("dropped_field", at, message, severity=severity, near=found.near)
        elif original or not found.top:
            message = f"there is no field {found.path} in the alert document"
            self.say("unknown_field", at, message, severity=severity, near=found.near)
        else:
            code = "unknown_field" if sure else "undefined_field"
            message = f"no earlier stage defines {found.path}"
            self.say(code, at, message, severity=severity, near=found.near)
