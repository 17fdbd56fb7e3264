"""Fuzzes every operation of the API's own description, each on a fresh copy of one rich world.

Schemathesis makes requests from the OpenAPI document and judges the answers. To get past the first
look-up, two thirds of them name what there is: ids of the world in place of invented ones, or a
request that the typed client made, with some of its fields replaced by invented values.
"""

import json
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import pydantic
import schemathesis
from flask import request
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from skyportal_py import SkyPortal
from skyportal_py._http import SkyPortalError

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.ports import Query
from tests.support.archived import archive
from tests.support.fakes import MemoryObjects
from tests.support.marshal_world import INDEXES, JD_NOW, World, make_world
from tests.support.packets import ztf_packet
from tests.support.skyportal_py_calls import OBJ, calls, function
from webapp.app import create_app
from webapp.platform import bind
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
CANDID = 3247253560115019999
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KEPT_IN = {
    "allocation": "allocations",
    "classification": "classifications",
    "comment": "comments",
    "filter": "filters",
    "group": "groups",
    "instrument": "instruments",
    "invitation": "invitations",
    "listing": "listings",
    "obj": "objects",
    "request": "group_admission_requests",
    "spectrum": "spectra",
    "stream": "streams",
    "taxonomy": "taxonomies",
    "telescope": "telescopes",
    "user": "users",
}
"""By the noun that an id's name has: the collection of what it names."""


@dataclass
class Findings:
    """What a run found."""

    operations: int = 0
    statuses: Counter = field(default_factory=Counter)
    faults: dict = field(default_factory=dict)
    """By operation and kind: the first that showed it."""

    @property
    def cases(self):
        return sum(self.statuses.values())

    def summary(self):
        told = ", ".join(f"{n} x {status}" for status, n in sorted(self.statuses.items()))
        return (
            f"schemathesis: {self.operations} operations, {self.cases} cases ({told}), "
            f"{len(self.faults)} findings"
        )


def fuzz(cases, only=""):
    """Send so many requests to every operation whose label has `only`, and return the findings.

    The same number gives the same requests, whatever else runs.
    """
    found = Findings()
    with tempfile.TemporaryDirectory() as folder:
        rich = _Rich(Path(folder))
        config = SchemathesisConfig()
        config.projects.default.generation.with_security_parameters = False
        schema = schemathesis.openapi.from_wsgi("/api/openapi.json", rich.app, config=config)
        for each in schema.get_all_operations():
            operation = each.ok()
            if only in operation.label:
                found.operations += 1
                rich.restore()
                _fuzz(operation, rich, cases, found)
    return found


def _fuzz(operation, rich, cases, found):
    positive = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    recorded = rich.recorded.get((operation.method.upper(), operation.path))

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(positive, st.sampled_from(("invented", "known", "recorded")), st.integers(0, 2**32))
    def send(case, kind, seed):
        random = Random(seed)
        if kind != "invented":
            rich.name_what_there_is(case, random)
        if kind == "recorded" and recorded:
            _mutate(case, random.choice(recorded), random)
        answer = case.call(headers=rich.headers)
        found.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (FailureGroup, AssertionError) as fault:
            for one in getattr(fault, "exceptions", [fault]):
                key = f"{operation.label} {answer.status_code} {type(one).__name__}"
                found.faults.setdefault(key, f"{one}\n{case.as_curl_command()}")

    send()


def _mutate(case, body, random):
    """Give a case a body that did well, with some fields of its own, or without them."""
    invented = case.body if isinstance(case.body, dict) else {}
    case.body = _jittered(body, random)
    for name in random.sample(sorted(case.body), min(len(case.body), random.choice((0, 1, 1, 2)))):
        if random.random() < 0.2:
            del case.body[name]
        else:
            case.body[name] = invented.get(name, random.choice(ODD))
    for name in invented.keys() - case.body.keys():
        if random.random() < 0.3:
            case.body[name] = invented[name]


def _jittered(value, random):
    """Return a value with its floats a little off: what was measured already is refused."""
    if isinstance(value, float):
        return value * (1 + random.random() * 1e-4)
    if isinstance(value, list):
        return [_jittered(each, random) for each in value]
    if isinstance(value, dict):
        return {name: _jittered(each, random) for name, each in value.items()}
    return value


ODD = (None, True, 0, -1, 2**63, 1.5, 1e308, "", "x", "\x00", "é" * 300, [], {}, [None], {"a": [1]})


class _Rich:
    """A world with something of every kind in it, and the app on it."""

    def __init__(self, folder):
        self._folder, self._copies = folder, 0
        world = make_world(folder / "filled")
        world.objects = self._objects = MemoryObjects()
        self._warehouse = world.warehouse
        self.app, self._world = create_app(world, SETTINGS), world
        self.headers = {"Authorization": f"token {world.token('admin')}"}
        self.recorded = {}
        self._fill(world)
        self._known = {noun: _ids(world.documents, name) for noun, name in KEPT_IN.items()}
        self._known["row"] = self._known["obj"] + self._known["spectrum"]
        self._known["object"] = self._known["alert"] = self._known["obj"]
        self._known["broker"] = [1]
        world.documents.close()
        self._database = (folder / "filled" / "documents.sqlite").read_bytes()
        self._stored = dict(self._objects.objects)

    def restore(self):
        """Put the app on a fresh copy of the world."""
        self._world.documents.close()
        self._copies += 1
        path = self._folder / f"{self._copies}.sqlite"
        path.write_bytes(self._database)
        objects = MemoryObjects()
        objects.objects = dict(self._stored)
        self._world = World(SqliteDocuments(path, INDEXES), objects, warehouse=self._warehouse)
        bind(self.app, self._world, SETTINGS.rate)

    def name_what_there_is(self, case, random):
        """Put ids of the world in place of three quarters of those that were invented."""
        for name in case.path_parameters or {}:
            if name == "kind":
                case.path_parameters[name] = random.choice(("sources", "spectra"))
            case.path_parameters[name] = self._named(name, case.path_parameters[name], random)
        for part in (case.query, case.body):
            for name in list(part) if isinstance(part, dict) else ():
                part[name] = self._named(name, part[name], random)

    def _named(self, name, value, random):
        noun = re.sub(r"[-_]?ids?$", "", re.sub(r"(?<=[a-z])I[Dd](s?)$", r"_id\1", name)).lower()
        known = self._known.get(noun if noun in self._known else noun.rpartition("_")[2])
        if not known or random.random() < 0.25:
            return value
        return [random.choice(known)] if name.lower().endswith("s") else random.choice(known)

    def _fill(self, world):
        """Make what the typed client can make, and remember what it sent."""
        world.candidate(OBJ)
        world.save(OBJ, 2)
        archive(world, ztf_packet(CANDID, OBJ, JD_NOW, 150.0, 20.0, 1))
        self.app.after_request_funcs.setdefault(None, []).append(self._record)
        client = SkyPortal(
            transport=httpx.WSGITransport(app=self.app),
            base_url="http://localhost",
            headers=self.headers,
        )
        memory = {}
        for each in calls():
            if not each.name.startswith(("delete_", "bulk_delete_")):
                _make(client, each, memory)
        self.app.after_request_funcs[None].remove(self._record)

    def _record(self, response):
        if response.status_code == 200 and request.url_rule and request.is_json:
            path = re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", r"{\1}", request.url_rule.rule)
            body = json.loads(request.get_data() or b"{}")
            if isinstance(body, dict) and body:
                self.recorded.setdefault((request.method, path), []).append(body)
        return response


def _make(client, each, memory):
    named = {k: one(memory) if callable(one) else one for k, one in each.named.items()}
    named.pop("refused", None)
    given = [one(memory) if callable(one) else one for one in each.arguments]
    try:
        answer = function(each.name)(client, *given, **named)
    except (SkyPortalError, pydantic.ValidationError):  # what stands already is not made twice
        return
    if each.keep:
        memory[each.keep[0]] = each.keep[1](answer)


def _ids(documents, collection):
    ids = [found.id for found in documents.query(Query(collection, ()))]
    return sorted(int(each) if each.isdecimal() else each for each in ids)
