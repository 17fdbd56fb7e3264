"""What stands in the archive's tables, each thing once, reduced to what a reader may see.

Rows repeat where a batch was cut off or a better version came; which one counts is decided after
the gate, so that what somebody may not see never hides what they may. Views and queries are built
on these selections.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp

from fritz.archive.alert_queries import once
from fritz.archive.expressions import column, first_of_each, star, table
from fritz.archive.rights import Gate, element_rights, visible_columns
from fritz.archive.source_tables import STATISTICS, ZTF_SOURCES

__all__ = [
    "SELECTIONS",
    "Selection",
    "alerts",
    "cross_matches",
    "detections",
    "forced_photometry",
    "objects",
    "ztf_source_classifications",
    "ztf_source_features",
    "ztf_sources",
]

Selection = Callable[[Gate | None], exp.Select]
"""Makes of a gate the selection of what it lets through; without one, of everything."""

_CIRCLES = (1, 2, 3, 0)
"""Programids from the widest circle of those who may see them to the narrowest."""


def alerts(gate: Gate | None) -> exp.Select:
    """Return the selection of alerts, the first row of each."""
    if gate is None:
        return once(exp.select(star()).from_(table("alerts")))
    shown = exp.select(*visible_columns(gate)).from_(table("alerts"))
    return once(shown.where(gate(column("programid"))))


def objects(gate: Gate | None) -> exp.Select:
    """Return the selection of objects, each where and when the first alert of it was."""
    found = _gated("objects", gate, "programid")
    return _first(found, _columns("survey", "objectId"), [column("jd"), column("candid")])


def detections(gate: Gate | None) -> exp.Select:
    """Return the selection of detections, each as its own alert says if there was one."""
    keys = _columns("night", "survey", "objectId", "candid")
    order = [column("own_alert"), column("ingested_at")]
    return _first(_gated("detections", gate, "programid"), keys, order, descending=True)


def forced_photometry(gate: Gate | None) -> exp.Select:
    """Return the selection of forced photometry.

    Of one epoch that counts which more people may see, then that of the brightest alert, which is
    centred best: as in `fritz.alerts.history`.
    """
    keys = [*_columns("night", "survey", "objectId", "fid", "programid"), _moment()]
    rank = exp.Case(
        ifs=[
            exp.If(this=_is("alert_programid", each), true=exp.Literal.number(n))
            for n, each in enumerate(_CIRCLES)
        ],
        default=exp.Literal.number(len(_CIRCLES)),
    )
    faintest = exp.Coalesce(this=column("alert_mag"), expressions=[exp.Literal.number(99)])
    order = [rank, faintest, column("ingested_at")]
    found = _gated("forced_photometry", gate, "programid", "alert_programid")
    return _first(found, keys, order)


def ztf_sources(gate: Gate | None) -> exp.Select:
    """Return the selection of light curves that have an epoch to show.

    Statistics of all epochs would tell of those that are hidden: then they are null.
    """
    if gate is None:
        found = exp.select(star()).from_(table("ztf_sources"))
    else:
        hidden = exp.Exists(this=_epochs(gate, hidden=True))
        secret = {each.name for each in STATISTICS}
        shown = [
            exp.alias_(
                exp.Case().when(exp.not_(hidden), column(each.name)).else_(exp.null()),
                each.name,
                quoted=True,
            )
            if each.name in secret
            else visible
            for each, visible in zip(
                ZTF_SOURCES.columns, visible_columns(gate, ZTF_SOURCES), strict=True
            )
        ]
        found = exp.select(*shown).from_(table("ztf_sources"))
        found = found.where(exp.Exists(this=_epochs(gate, hidden=False)))
    return _latest(found, "field", "release", "_id")


def ztf_source_features(gate: Gate | None) -> exp.Select:
    """Return the selection of features of light curves, those that were loaded last."""
    return _latest(_gated("ztf_source_features", gate, "programid"), "field", "release", "_id")


def ztf_source_classifications(gate: Gate | None) -> exp.Select:
    """Return the selection of SCoPe's scores, those that were loaded last."""
    found = _gated("ztf_source_classifications", gate, "programid")
    return _latest(found, "field", "release", "_id", "name")


def cross_matches(gate: Gate | None) -> exp.Select:
    """Return the selection of what objects were matched with, last."""
    found = _gated("cross_matches", gate, "programid")
    keys = _columns("survey", "objectId")
    return _first(found, keys, [column("matched_at")], descending=True)


SELECTIONS: Mapping[str, Selection] = {
    each.__name__: each
    for each in (
        alerts,
        objects,
        detections,
        forced_photometry,
        cross_matches,
        ztf_sources,
        ztf_source_features,
        ztf_source_classifications,
    )
}
"""By the table that they select from."""


def _gated(name: str, gate: Gate | None, *programids: str) -> exp.Select:
    """Return the rows of a table of which every programid that they carry may be seen."""
    found = exp.select(star()).from_(table(name))
    if gate is None:
        return found
    return found.where(*(gate(_known(programids, each)) for each in programids))


def _known(programids: tuple[str, ...], name: str) -> exp.Expr:
    """Return a programid; where it is null that which stands first, as in `alerts.rights`."""
    if name == programids[0]:
        return column(name)
    return exp.Coalesce(this=column(name), expressions=[column(programids[0])])


def _is(name: str, number: int) -> exp.EQ:
    return exp.EQ(this=column(name), expression=exp.Literal.number(number))


def _epochs(gate: Gate, *, hidden: bool) -> exp.Select:
    """Return the selection of a light curve's epochs that may, or must not, be seen."""
    element = exp.to_identifier("element", quoted=True)
    rows = exp.Unnest(
        expressions=[column("data")],
        alias=exp.TableAlias(this=exp.to_identifier("epochs", quoted=True), columns=[element]),
    )
    allowed = exp.Coalesce(
        this=exp.and_(*element_rights(ZTF_SOURCES.column("data"), gate)),
        expressions=[exp.false()],
    )
    one = exp.select(exp.Literal.number(1)).from_(rows)
    return one.where(exp.not_(allowed) if hidden else allowed)


def _latest(selection: exp.Select, *keys: str) -> exp.Select:
    return _first(selection, _columns(*keys), [column("loaded_at")], descending=True)


def _columns(*names: str) -> list[exp.Expr]:
    return [column(name) for name in names]


def _moment() -> exp.Expr:
    """Return the time in units of 10^-8 days (1 ms): BigQuery groups rows by no FLOAT64."""
    units = exp.Mul(this=column("jd"), expression=exp.Literal.number(10**8))
    return exp.cast(exp.Round(this=units), "BIGINT")


def _first(
    selection: exp.Select,
    keys: list[exp.Expr],
    order: list[exp.Expr],
    *,
    descending: bool = False,
) -> exp.Select:
    # Google's stand-alone analyser wants a WHERE beside each QUALIFY.
    found = first_of_each(keys, order, descending=descending)
    return selection.where(exp.true()).qualify(found)
