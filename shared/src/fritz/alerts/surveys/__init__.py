"""The surveys that Fritz takes alerts from: one module each, found by being here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from fritz.alerts.surveys.base import Identity, Point, Survey
from fritz.errors import Invalid

__all__ = ["Identity", "Point", "Survey", "survey", "surveys"]


@cache
def surveys() -> dict[str, Survey]:
    """Return every survey by its name."""
    modules = (import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__))
    found = [module.SURVEY for module in modules if hasattr(module, "SURVEY")]
    return {one.name: one for one in found}


def survey(name: str) -> Survey:
    """Return the survey of that name, in whatever case.

    Raises
    ------
    Invalid
        Fritz takes no alerts from such a survey.
    """
    found = surveys().get(name.lower())
    if found is None:
        raise Invalid(f"no survey {name!r}: one of {', '.join(sorted(surveys()))}")
    return found
