"""The archive's columns as an alert's fields: what `document_from_row` makes of a row, in SQL.

Where a number is one that SQL might treat differently (not finite, or huge), the row is odd and
left to Python whole; everything else here then need not care.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from fritz.alerts.history import WINDOW_DAYS
from fritz.archive.documents import ADDED_TO_CANDIDATE
from fritz.archive.expressions import column, parameter, text
from fritz.archive.rights import bound_gate, element_rights
from fritz.archive.schema import Column, ColumnType
from fritz.archive.tables import ALERTS
from fritz.filters.bson_order import MISSING
from fritz.filters.codegen.survey import TOP_LEVEL
from fritz.filters.dialects import Dialect
from fritz.filters.kinds import ARRAY, BOOL, DOUBLE, INT, MISSING_KIND, NULLISH, OBJECT, STRING
from fritz.filters.sql.conditions import UNSURE, all_of, any_of, exactly, fixed, known, negated
from fritz.filters.sql.shapes import shown_below
from fritz.filters.sql.values import (
    LARGEST,
    LARGEST_WHOLE,
    Constant,
    History,
    Nulls,
    Parameters,
    Scalar,
    Unknown,
    Value,
)

__all__ = ["HISTORIES", "Columns"]

HISTORIES: Final = frozenset({"prv_candidates", "fp_hists"})
_KINDS: Final[Mapping[ColumnType, int]] = {"INT64": INT, "FLOAT64": DOUBLE, "STRING": STRING}
_ALWAYS: Final = frozenset({"jd", "ra", "dec", "fid", "programid", "candid"})
"""Fields of the detection without which no alert is archived."""
_TOP: Final = frozenset({"candid", "objectId", "survey", "schemavsn", "publisher"})
_OBJECTS: Final = frozenset({"candidate", "classifications", "coordinates", "cross_matches"})
_DERIVED: Final = frozenset({"mag", "magerr", "limmag3sig", "limmag5sig"})
_TRUE_SIGNS: Final = ("t", "T", "1", "y", "Y")
_BANDS: Final = {1: "g", 2: "r", 3: "i"}


class Columns:
    """Makes values of paths; keeps which columns are read and what makes a row odd."""

    def __init__(self, parameters: Parameters, dialect: Dialect, *, loops: bool) -> None:
        self.parameters = parameters
        self.loops = loops
        """Whether SQL looks into histories; without it only their types are known."""
        self.used: set[str] = set()
        """Top-level columns that are read."""
        self._dialect = dialect
        self._odd: dict[str, exp.Expr] = {}
        self._odd_elements: dict[str, dict[str, exp.Expr]] = {}
        self._histories = 0

    # --- the alert ----------------------------------------------------------------------------

    def field(self, parts: tuple[str, ...]) -> Value:  # noqa: PLR0911  one per column
        """Return the value that a path of the alert finds; objects and arrays are not followed."""
        name, rest = parts[0], parts[1:]
        if name in _TOP:
            return Constant(MISSING) if rest else self._top(name)
        if name in HISTORIES:
            return self.over_elements(self.history(name)) if rest else self.history(name)
        if name not in TOP_LEVEL:
            return Constant(MISSING)
        if name not in _OBJECTS:
            return Unknown()
        if not rest:
            return Unknown(OBJECT)
        if name == "candidate":
            return Constant(MISSING) if len(rest) > 1 else self._candidate(rest[0])
        if name == "coordinates" and rest in {("l",), ("b",)}:
            return self._coordinate(rest[0])
        if name == "classifications" and len(rest) == 1:
            return self._score(rest[0])
        return Unknown()

    def _top(self, name: str) -> Value:
        self.used.add(name)
        definition = ALERTS.column(name)
        nulls = Nulls.NEVER if definition.mode == "REQUIRED" else Nulls.NULL
        return Scalar(column(name), _KINDS[definition.type], nulls, place=(name,))

    def _candidate(self, name: str) -> Value:
        self.used.add("candidate")
        if self._dialect == "boom" and name in {"isdiffpos", "band"}:
            return self._boom(name, ("candidate",))
        definition = _field(ALERTS.column("candidate"), name)
        if definition is None:
            return Unknown() if self._dialect == "boom" else Constant(MISSING)
        sql = column("candidate", name)
        if name in _ALWAYS:
            nulls = Nulls.NEVER
        else:
            nulls = Nulls.EITHER if name in ADDED_TO_CANDIDATE else Nulls.NULL
        if definition.type == "FLOAT64":
            self._mark(self._odd, sql, may_be_null=nulls is not Nulls.NEVER)
        return Scalar(sql, _KINDS[definition.type], nulls, place=("candidate", name))

    def _coordinate(self, name: str) -> Value:
        self.used.add("coordinates")
        sql = column("coordinates", name)
        self._mark(self._odd, sql, may_be_null=False)
        return Scalar(sql, DOUBLE, Nulls.NEVER, place=("coordinates", name))

    def _score(self, name: str) -> Value:
        if name.endswith("_version"):
            return Unknown(STRING | DOUBLE | MISSING_KIND)
        self.used.add("classifications")
        found = exp.EQ(this=column("score", "name"), expression=self.parameters.bind(name))
        scores = exp.select(exp.Max(this=column("score", "score")))
        rows = _unnested("classifications", "score")
        sql = exp.Subquery(this=scores.from_(rows).where(found))
        self._mark(self._odd, sql, may_be_null=True)
        return Scalar(sql, DOUBLE, Nulls.EITHER, place=("classifications", name))

    def _boom(self, name: str, path: tuple[str, ...]) -> Value:
        """Return what BOOM's view adds to a detection, whose own sign must be text for it."""
        sign = column("candidate", "isdiffpos")
        self._odd[sign.sql()] = exp.Is(this=sign, expression=exp.Null())
        self.used.add("candidate")
        if name == "isdiffpos":
            sql: exp.Expr = exp.In(
                this=column(*path, name), expressions=[text(each) for each in _TRUE_SIGNS]
            )
            return Scalar(sql, BOOL, Nulls.NEVER if path == ("candidate",) else Nulls.MISSING)
        case = exp.Case()
        for fid, band in _BANDS.items():
            is_band = exp.EQ(this=column(*path, "fid"), expression=exp.Literal.number(fid))
            case = case.when(is_band, text(band))
        return Scalar(case, STRING, Nulls.MISSING)

    # --- its history --------------------------------------------------------------------------

    def history(self, source: str) -> History:
        """Return a history as of the alert, as far as it may be seen."""
        self._histories += 1
        alias = f"element{self._histories}"
        if not self.loops:
            nothing = fixed(source == "fp_hists")
            return History(source, alias, UNSURE, nothing, Nulls.MISSING)
        self.used |= {source, "candidate"}
        absent = fixed(False)
        if source == "fp_hists":
            inner = f"{alias}_any"
            absent = exp.not_(self.some(source, inner, self._visible(source, inner)))
        visible = exactly(self._visible(source, alias))
        return History(source, alias, visible, absent, Nulls.MISSING)

    def _visible(self, source: str, alias: str) -> exp.Expr:
        gate = bound_gate(parameter("programids"))
        now, then = column("candidate", "jd"), column(alias, "jd")
        window = exp.Literal.number(repr(WINDOW_DAYS))
        conditions = [
            *element_rights(ALERTS.column(source), gate, alias),
            exp.LTE(this=then, expression=now),
            exp.LT(this=exp.Sub(this=now, expression=window), expression=then),
        ]
        if source == "fp_hists":
            conditions.append(exp.EQ(this=column(alias, "procstatus"), expression=text("0")))
        return all_of(*(known(each, False) for each in conditions))

    def some(self, source: str, alias: str, condition: exp.Expr) -> exp.Expr:
        """Return the condition that an element meets one; the alias names the element in it."""
        one = exp.select(exp.Literal.number(1)).from_(_unnested(source, alias))
        return exp.Exists(this=one.where(condition))

    def count(self, history: History) -> exp.Expr:
        """Return the number of elements, of a history whose test is exact."""
        rows = _unnested(history.source, history.alias)
        counted = exp.select(exp.Count(this=exp.Star())).from_(rows)
        return exp.Subquery(this=counted.where(history.test.may))

    def over_elements(self, history: History) -> Value:
        """Return what an expression finds that follows a path over the elements: an array."""
        absent = not isinstance(history.absent, exp.Boolean)
        return Unknown(ARRAY | (NULLISH if absent else 0), history.raises)

    def element(self, history: History, parts: tuple[str, ...]) -> Value:
        """Return a field of an element."""
        if not parts:
            return Unknown(OBJECT)
        for tree in history.shown:
            included = shown_below(tree, parts)
            if included is None:
                return Unknown()
            if not included:
                return Constant(MISSING)
        if len(parts) > 1:
            return Constant(MISSING)
        return self._element(history.source, history.alias, parts[0])

    def _element(self, source: str, alias: str, name: str) -> Value:
        if self._dialect == "boom" and name in {"isdiffpos", "band"}:
            if source == "prv_candidates" or name == "band":
                return self._boom(name, (alias,))
            return Unknown()
        if source == "fp_hists" and name in _DERIVED:
            return Unknown(DOUBLE | MISSING_KIND)
        if source == "fp_hists" and name == "snr":
            return self._snr(alias)
        definition = _field(ALERTS.column(source), name)
        if definition is None:
            return Unknown() if self._dialect == "boom" else Constant(MISSING)
        sql = column(alias, name)
        if definition.type == "FLOAT64":
            self._mark(self._odd_elements.setdefault(source, {}), column("odd", name))
        required = name == "jd"
        nulls = Nulls.NEVER if required else Nulls.MISSING
        return Scalar(sql, _KINDS[definition.type], nulls, place=(source, name))

    def _snr(self, alias: str) -> Value:
        """Return flux over uncertainty as `fritz.alerts.surveys` computes it."""
        odd = self._odd_elements.setdefault("fp_hists", {})
        for name in ("forcediffimflux", "forcediffimfluxunc"):
            self._mark(odd, column("odd", name))
        tiny = self.parameters.bind(1 / LARGEST)
        unit = column("odd", "forcediffimfluxunc")
        none = exp.LT(this=exp.Literal.number(0), expression=unit)
        small = exp.LT(this=unit, expression=tiny)
        odd["tiny"] = known(all_of(none, small), False)
        flux, error = (
            self._clean(column(alias, name)) for name in ("forcediffimflux", "forcediffimfluxunc")
        )
        positive = exp.GTE(this=error, expression=tiny)
        ratio = exp.Div(this=flux, expression=error, typed=False, safe=False)
        return Scalar(exp.Case().when(positive, ratio), DOUBLE, Nulls.MISSING)

    # --- oddities -----------------------------------------------------------------------------

    def _mark(self, odd: dict[str, exp.Expr], sql: exp.Expr, *, may_be_null: bool = True) -> None:
        within = known(self.parameters.within(sql, LARGEST), may_be_null)
        odd[sql.sql()] = negated(within)

    def _clean(self, sql: exp.Expr) -> exp.Expr:
        return exp.Case().when(self.parameters.within(sql, LARGEST), sql)

    def operand(self, scalar: Scalar) -> Scalar:
        """Return a number ready to compute with: a FLOAT64 that cannot overflow."""
        if not scalar.place:
            return scalar
        if scalar.kind == DOUBLE:
            clean = self._clean(scalar.sql)
            return Scalar(clean, DOUBLE, scalar.nulls, raises=scalar.raises)
        source = scalar.place[0]
        if source in HISTORIES:
            odd, sql = self._odd_elements.setdefault(source, {}), column("odd", scalar.place[1])
        else:
            odd, sql = self._odd, scalar.sql
        within = known(self.parameters.within(sql, LARGEST_WHOLE), True)
        odd[f"whole {sql.sql()}"] = negated(within)
        small = self.parameters.within(scalar.sql, LARGEST_WHOLE)
        whole = exp.Case().when(small, exp.cast(scalar.sql, exp.DataType.Type.DOUBLE))
        return Scalar(whole, INT, scalar.nulls, LARGEST_WHOLE, scalar.raises)

    def odd(self) -> exp.Expr:
        """Return the condition that a row is left to Python whatever else holds."""
        elements = [
            self.some(source, "odd", any_of(*conditions.values()))
            for source, conditions in self._odd_elements.items()
            if self.loops
        ]
        return any_of(*self._odd.values(), *elements)


def _field(table: Column, name: str) -> Column | None:
    return next((each for each in table.fields if each.name == name), None)


def _unnested(source: str, alias: str) -> exp.Unnest:
    quoted = exp.to_identifier(alias, quoted=True)
    rows = exp.to_identifier(f"{alias}_rows", quoted=True)
    named = exp.TableAlias(this=rows, columns=[quoted])
    return exp.Unnest(expressions=[column(source)], alias=named)
