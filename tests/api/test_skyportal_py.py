"""The strictest client there is: it refuses any answer with a key that it does not know."""

import sys

import httpx
import pydantic
from skyportal_py import SkyPortal
from skyportal_py._http import SkyPortalError

from tests.support.archived import archive
from tests.support.marshal_world import JD_NOW
from tests.support.packets import ztf_packet
from tests.support.skyportal_py_calls import OBJ, calls, function, known, served

NOW_CANDID = 3247253560115019999


def test_every_route_that_it_knows_and_we_serve_answers_as_it_expects(app, world, capsys):
    archive(world, ztf_packet(NOW_CANDID, OBJ, JD_NOW, 150.0, 20.0, 1))
    client = SkyPortal(
        transport=httpx.WSGITransport(app=app),
        base_url="http://localhost",
        headers={"Authorization": f"token {world.token('admin')}"},
    )
    memory, failures, called = {}, [], set()
    for each in calls():
        named = dict(each.named)
        refused = named.pop("refused", None)
        called.add(each.name)
        try:
            given = [one(memory) if callable(one) else one for one in each.arguments]
            named = {k: one(memory) if callable(one) else one for k, one in named.items()}
            answer = function(each.name)(client, *given, **named)
            if each.keep:
                memory[each.keep[0]] = each.keep[1](answer)
        except (SkyPortalError, pydantic.ValidationError, KeyError) as fault:
            if refused is None or refused not in str(fault):
                failures.append(f"{each.name}: {type(fault).__name__} {fault}")
    with capsys.disabled():
        sys.stdout.write(
            f"\nskyportal-py: {len(called)} called, {len(served(app))} served, "
            f"{len(known())} known\n"
        )
    assert not failures, "\n".join(failures)
    assert served(app) - called == set()
