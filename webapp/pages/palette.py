"""What the command palette offers for a text: pages, objects by name, places on the sky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid, Unauthorized
from fritz.marshal.obj import Obj
from fritz.marshal.tns_name import spellings
from fritz.marshal.visibility import Viewer
from fritz.sky.parsing import parse_position
from webapp.pages.blueprints import page_blueprint
from webapp.pages.navigation import FURTHER, PAGES
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["Entry", "blueprint", "entries"]

blueprint = page_blueprint("palette", __name__)

MOST: Final = 6
LONGEST: Final = 100
SHORTEST_NAME: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Somewhere to go."""

    label: str
    what: str
    """What it is, e.g. ``page``."""
    url: str


@blueprint.errorhandler(Unauthorized)
def not_signed_in(_: Unauthorized) -> ResponseReturnValue:
    """Answer a script, which cannot be sent to sign in."""
    return jsonify([]), 401


@blueprint.get("/palette")
def index() -> ResponseReturnValue:
    """Return where a text may lead, the likeliest first."""
    text = request.args.get("q", "").strip()[:LONGEST]
    return jsonify([asdict(each) for each in entries(page_viewer(), text)])


def entries(viewer: Viewer, text: str) -> list[Entry]:
    """Return where a text may lead; without one, the pages."""
    return [*_places(text), *_objects(viewer, text), *_pages(text)]


def _pages(text: str) -> Iterator[Entry]:
    for page in (*PAGES, *FURTHER):
        if text.lower() in page.label.lower():
            yield Entry(page.label, "page", url_for(page.endpoint))


def _places(text: str) -> Iterator[Entry]:
    try:
        found = parse_position(text)
    except Invalid:
        return
    written = f"{found.ra:.6f} {found.dec:+.6f}"
    yield Entry(f"Archive around {written}", "position", url_for("archive.index", q=written))


def _objects(viewer: Viewer, text: str) -> Iterator[Entry]:
    """Yield objects that the viewer sees: by the beginning of a name, and by TNS names."""
    if len(text) < SHORTEST_NAME:
        return
    found: dict[str, Obj] = {}
    for start in dict.fromkeys((text, f"ZTF{text[3:]}" if text[:3].upper() == "ZTF" else text)):
        found |= {obj.id: obj for obj in marshal().objects.named(viewer, start, MOST)}
    found |= {obj.id: obj for obj in marshal().objects.of_tns(viewer, spellings(text))}
    for obj in list(found.values())[:MOST]:
        named = obj.facts.get("tns_name")
        label = f"{obj.id} ({named})" if named else obj.id
        yield Entry(label, "object", url_for("source.index", obj_id=obj.id))
    if not found and text[:3].upper() == "ZTF":
        yield Entry(f"Look for {text} in the archive", "archive", url_for("archive.index", q=text))
