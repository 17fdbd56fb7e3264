"""Pages of groups, users, streams, tokens, access and profiles: shown and done as the API would."""

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import url_for

from fritz.ports import Put
from tests.support.document_dump import dump
from tests.support.marshal_world import NOW
from webapp.sessions import COOKIE

FORM = re.compile(r'<form method="post" action="([^"]+)"')
BLUEPRINTS = {"groups", "group_forms", "users", "user_forms", "streams", "tokens", "taxonomies",
              "profile"}  # fmt: skip
BY_ONESELF = {"group_forms.create", "group_forms.ask", "tokens.create"} | {
    f"profile.{each}" for each in ("describe", "prefer", "forget", "sign_out")
}
"""What everybody may do without being anybody's administrator."""
SECRET = re.compile(r"fritz_[0-9a-f]{64}")
PATHS = ("/groups", "/groups/2", "/users", "/users/3", "/streams", "/tokens", "/access",
         "/taxonomies", "/profile")  # fmt: skip


@dataclass
class Desk:
    """Somebody who is signed in."""

    client: Any
    token: str

    def page(self, path):
        """Return the text of a page that is there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def forms(self, path):
        """Return where the forms of a page lead, without that of signing out."""
        return {each for each in FORM.findall(self.page(path)) if each != "/signout"}

    def send(self, path, *, htmx=True, **form):
        """Send a form."""
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(path, data=form | {"csrf_token": self.token}, headers=headers)

    def does(self, path, **form):
        """Send a form that is granted, and return the page that says so."""
        answer = self.send(path, htmx=False, **form)
        assert answer.status_code == 303, (path, answer.text)
        return self.page(answer.headers["Location"])


@pytest.fixture
def desk(app, world):
    """Sign in as a user, each in a browser of their own."""

    def go(username):
        client = app.test_client()
        client.get("/signin", query_string={"credential": world.credential(username)})
        page = client.get("/groups").text
        return Desk(client, re.search(r'name="csrf-token" content="([^"]+)"', page)[1])

    return go


@pytest.fixture
def decider(world, desk):
    """Brita, who administers group 2."""
    row = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", row.data | {"admin_group_ids": [2]})])
    return desk("brita")


def test_whoever_is_not_signed_in_is_sent_to(client):
    for path in (*PATHS, "/users/offered"):
        assert client.get(path).headers["Location"] == "/signin", path
    assert client.post("/tokens", data={"name": "x"}).headers["Location"] == "/signin"


def test_each_page_names_the_route_that_says_the_same(desk, world):
    world.candidate("ZTF26aaaaaaa")
    admin = desk("admin")
    there = admin.send("/taxonomies", name="x", version="1", hierarchy="class: X").headers
    shown = ("/access?obj_id=ZTF26aaaaaaa&username=brita", "/users?lastName=nuc&role=Full user",
             there["HX-Redirect"])  # fmt: skip
    for path in (*(each for each in PATHS if each != "/access"), *shown):
        (url,) = re.findall(r"from the API: <a href=\"([^\"]+)", admin.page(path))
        answer = admin.client.get(html.unescape(url))
        assert (answer.status_code, answer.json["status"]) == (200, "success"), path
    assert "from the API" not in admin.page("/access")


def posts(app):
    """Yield where the forms of these pages lead, to rows of others where they name any."""
    others = {"group_id": 3, "user_id": 3, "stream_id": 2, "request_id": 1, "invitation_id": 1,
              "token_id": "0" * 64, "taxonomy_id": 1}  # fmt: skip
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.partition(".")[0] in BLUEPRINTS and "POST" in rule.methods:
                yield (
                    rule.endpoint,
                    url_for(rule.endpoint, **{each: others[each] for each in rule.arguments}),
                )


def test_every_post_needs_a_session_its_token_and_the_right_and_changes_nothing_without(
    app, world, desk
):
    admin, brita = desk("admin"), desk("brita")
    admin.send("/groups/3/ask")
    desk("farid").send("/groups/3/ask")
    admin.send("/users/invitations", email="x@y.example", role="Full user", group_ids=1)
    admin.send("/taxonomies", name="x", version="1", hierarchy="class: X", group_ids=3)
    everything = list(posts(app))
    assert {endpoint for endpoint, _ in everything} >= BY_ONESELF
    before = dump(world.documents)
    form = {"name": "x", "username": "vera", "email": "z@y.example", "role": "Full user",
            "acl": "Comment", "stream_id": 2, "status": "accepted", "version": "2",
            "hierarchy": "class: X", "from_group_id": 2, "expires": "2027-01-01"}  # fmt: skip
    for endpoint, path in everything:
        assert app.test_client().post(path, data=form).headers["Location"] == "/signin", path
        assert brita.client.post(path, data=form).status_code == 400, path
        if endpoint not in BY_ONESELF:
            refused = brita.send(path, **form)
            assert refused.status_code in {400, 403, 404}, path
            assert 'class="fault" role="alert"' in refused.text
    assert dump(world.documents) == before


# --- groups -----------------------------------------------------------------------------------


def test_groups_are_mine_or_all_each_with_what_i_am_to_it(desk):
    brita = desk("brita")
    mine, every = brita.page("/groups"), brita.page("/groups?show=all")
    assert "Bright Transient Survey" in mine
    assert "Fast Transients" not in mine
    assert "Fast Transients" in every
    assert "You would need ZTF Public+Partnership first" in every
    assert "Fast Transients" in brita.page("/groups?show=all&q=rises")
    assert "Bright Transient Survey" not in brita.page("/groups?show=all&q=rises")
    assert "brita" not in re.findall(r'<th scope="row"><a [^>]*>([^<]+)', every)


def test_a_group_shows_a_stranger_neither_addresses_nor_filters_nor_requests(desk):
    admin, vera = desk("admin"), desk("vera")
    desk("farid").send("/groups/3/ask")
    open_, shut = admin.page("/groups/3"), vera.page("/groups/3")
    for hidden in ("nuria@fritz.invalid", "Nuclear variability", "Who asks to be let in", "Accept"):
        assert hidden in open_, hidden
        assert hidden not in shut, hidden
    assert vera.forms("/groups/3") == {"/groups/3/ask"}
    assert vera.client.get("/groups/999").status_code == 400


def test_forms_of_a_group_are_for_its_administrators_and_so_are_their_posts(desk, decider):
    nuria = desk("nuria")
    assert nuria.forms("/groups/2") == {"/groups/2/members/3/remove"}
    leaving = {f"/groups/2/members/{number}/remove" for number in (2, 3)}
    offered = decider.forms("/groups/2") - leaving
    assert len(offered) >= 7
    told = {"username": "vera", "stream_id": "1", "name": "x", "from_group_id": "3"}
    for path in offered:
        assert nuria.send(path, **told).status_code == 403, path
    assert nuria.send("/groups/2/invite", email="x@y.example").status_code == 403
    assert decider.client.post("/groups/2/settings", data={"name": "x"}).status_code == 400


def test_a_request_is_made_seen_accepted_and_gone(desk, decider):
    vera = desk("vera")
    assert "you asked on" in vera.does("/groups/2/ask")
    assert "has asked" in vera.send("/groups/2/ask").text
    assert "waiting since" in vera.page("/groups?show=all")
    path = next(each for each in decider.forms("/groups/2") if "/requests/" in each)
    assert desk("nuria").send(path, status="accepted").status_code == 400
    for wrong in ({}, {"status": "pending"}, {"status": "ACCEPTED"}):
        assert "accepted or declined" in decider.send(path, **wrong).text
    assert "vera is a member" in decider.does(path, status="accepted")
    assert "Who asks to be let in" not in decider.page("/groups/2")
    assert "you are in it" in vera.page("/groups/2")
    assert decider.send(path, status="declined").status_code == 400


def test_who_lacks_a_stream_is_refused_in_words_and_may_be_declined(desk):
    admin, brita = desk("admin"), desk("brita")
    brita.does("/groups/4/ask")
    page = admin.page("/groups/4")
    assert re.search(r"<td>ZTF Public\+Partnership</td>", page)
    (path,) = (each for each in admin.forms("/groups/4") if "/requests/" in each)
    refused = admin.send(path, status="accepted")
    assert (refused.status_code, "lacks streams" in refused.text) == (403, True)
    assert "brita is not let in" in admin.does(path, status="declined")


def test_an_administrator_keeps_members_streams_and_what_is_said(decider, desk):
    assert "vera is a member" in decider.does("/groups/2/members", username="vera", can_save="1")
    page = decider.does("/groups/2/members/5", admin="1")
    assert re.search(r">vera</a></th>(?:\s*<td>[^<]*</td>){2}\s*<td>yes</td>\s*<td>no</td>", page)
    assert "no member any more" in decider.does("/groups/2/members/5/remove")
    assert "do not hold it" in decider.send("/groups/2/streams", stream_id=2).text
    refused = decider.send("/groups/2/streams/1/remove")
    assert (refused.status_code, "used by filter" in refused.text) == (400, True)
    page = decider.does("/groups/2/settings", name="BTS+", nickname="B", description="bright")
    assert "<h1>BTS+</h1>" in page
    assert "no user" in decider.send("/groups/2/members", username="nobody").text


def test_a_group_is_made_left_and_dissolved(desk):
    brita = desk("brita")
    made = brita.send("/groups", name="Kilonovae", description="'><script>few</script>")
    there = made.headers["HX-Redirect"]
    page = brita.page(there)
    assert "Kilonovae is made" in page
    assert "<script>few" not in page
    assert brita.send("/groups", name="Kilonovae").status_code == 400
    assert "Kilonovae is dissolved" in brita.does(f"{there}/dissolve")
    assert brita.client.get(there).status_code == 400
    nuria = desk("nuria")
    assert "You left the group" in nuria.does("/groups/3/members/3/remove")
    assert nuria.send("/groups/1/members/3/remove").status_code == 400


def test_members_come_in_pages_and_are_searched(desk, world):
    row = world.documents.get("users", "5").data
    for number in range(100, 130):
        more = {"id": number, "username": f"member{number}", "group_ids": [1, 6], "uid": None}
        world.set("users", str(number), row | more)
    vera = desk("vera")
    assert "page 1 of 2" in vera.page("/groups/6")
    assert "member129" in vera.page("/groups/6?pageNumber=2")
    assert "member129" not in vera.page("/groups/6")
    assert "member129" in vera.page("/groups/6?q=129")
    assert "page 2 of 2" in vera.page("/users?pageNumber=2")


# --- users ------------------------------------------------------------------------------------


def test_everybody_knows_who_there_is_and_no_more(desk):
    brita, admin = desk("brita"), desk("admin")
    for path in ("/users", "/users/3"):
        assert "nuria" in brita.page(path)
        assert "nuria@fritz.invalid" not in brita.page(path)
        assert "nuria@fritz.invalid" in admin.page(path)
        assert brita.forms(path) == set()
    for path in admin.forms("/users") | admin.forms("/users/3"):
        assert brita.send(path).status_code in (400, 403), path
    assert brita.send("/users", username="newone", role="Full user").status_code == 403
    assert brita.send("/users/3/roles", role="Super admin").status_code == 403
    assert brita.send("/users/2/acls", acl="System admin").status_code == 403
    assert brita.send("/users/3/expiry", expires="2026-12-01").status_code == 403
    assert brita.client.get("/users/999").status_code == 400


def test_an_administrator_gives_and_takes_roles_rights_and_streams(desk, world):
    admin = desk("admin")
    assert "Group admin" in admin.does("/users/2/roles", role="Group admin")
    assert "Take the role Group admin" not in admin.does(
        "/users/2/roles/remove", role="Group admin"
    )
    admin.does("/users/2/acls", acl="Manage sources")
    assert list(world.documents.get("users", "2").data["acls"]) == ["Manage sources"]
    admin.does("/users/2/acls/remove", acl="Manage sources")
    admin.does("/users/2/streams", stream_id="2")
    assert list(world.documents.get("users", "2").data["stream_ids"]) == [1, 2]
    admin.does("/users/2/streams/2/remove")
    refused = admin.send("/users/2/streams/1/remove")
    assert (refused.status_code, "group" in refused.text) == (400, True)
    assert admin.send("/users/2/roles", role="King").status_code == 400


def test_an_account_ends_and_is_removed(desk, world):
    admin, vera = desk("admin"), desk("vera")
    assert "ends on 2026-11-24" in admin.does("/users/5/expiry", expires="2026-11-24")
    world.clock = lambda: NOW.replace(day=25)
    assert "does not end" in admin.does("/users/5/expiry", expires="")
    assert "no day" in admin.send("/users/5/expiry", expires="soon").text
    secret = world.token("vera")
    path = next(e for e in admin.forms("/users/5") if "/tokens/" in e)
    admin.does(path)
    headers = {"Authorization": f"token {secret}"}
    assert vera.client.get("/api/groups", headers=headers).status_code == 401
    assert "is removed" in admin.does("/users/5/delete")
    assert vera.client.get("/groups").headers["Location"] == "/signin"


def test_users_are_found_by_the_words_of_the_api_and_offered_by_name(desk):
    admin = desk("admin")
    names = re.compile(r'<th scope="row"><a [^>]*>([^<]+)')
    assert names.findall(admin.page("/users?stream=ZTF Public%2BPartnership%2BCaltech")) == [
        "admin", "vera",
    ]  # fmt: skip
    assert names.findall(admin.page("/users?sortBy=last_name&sortOrder=desc"))[0] == "vera"
    assert re.findall(r'value="(\w+)"', admin.page("/users/offered?username=nuc")) == ["nuria"]
    assert "option" not in admin.page("/users/offered")


def test_somebody_is_invited_by_a_link_shown_once_and_the_invitation_withdrawn(desk, client):
    admin = desk("admin")
    form = {"email": "New@x.example", "role": "Full user", "group_ids": 2}
    page = admin.send("/users/invitations", **form).text
    assert "new@x.example is invited" in page
    (link,) = re.findall(r">http://localhost:5000(/signin\?invitation=[^<]+)<", page)
    assert "You were invited" in client.get(link).text
    assert "invitation=" not in admin.page("/users")
    path = next(e for e in admin.forms("/users") if "/withdraw" in e)
    assert "its link does nothing" in admin.does(path)
    assert client.get(link).status_code == 400
    assert "no address" in admin.send("/users/invitations", email="x", role="Full user").text
    assert "is invited" in admin.send("/groups/2/invite", email="y@x.example", can_save="1").text


def test_who_manages_users_gives_no_more_than_they_have(desk, world, decider):
    row = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", row.data | {"roles": ["Group admin"]})])
    page = decider.page("/users")
    assert "nuria@fritz.invalid" in page
    assert re.findall(r'name="group_ids" value="(\d+)"', page) == ["1", "2"]
    assert "Super admin" not in page.partition("Invite somebody")[2]
    assert "System admin" not in decider.page("/users/3")
    for form, path in (
        ({"role": "Super admin"}, "/users/3/roles"),
        ({"acl": "System admin"}, "/users/3/acls"),
        ({"role": "Super admin"}, "/users/1/roles/remove"),
        ({"email": "x@y.example", "role": "Full user", "group_ids": 3}, "/users/invitations"),
        ({"stream_id": 1}, "/users/3/streams/1/remove"),
        ({}, "/users/1/delete"),
    ):
        assert decider.send(path, **form).status_code == 403, path
    sent = decider.send("/groups/2/invite", email="x@y.example")
    assert (sent.status_code, "x@y.example is invited" in sent.text) == (200, True)


def test_an_account_is_made(desk, world):
    page = desk("admin").does("/users", username="carla", email="c@x.example", role="View only")
    assert "carla has an account" in page
    assert "View only" in page


def test_an_address_cannot_turn_the_links_of_a_list(desk):
    hostile = "endpoint=x&_external=1&_scheme=javascript&_anchor=y&pageNumber=1"
    for path in ("/users", "/groups", "/groups/2", "/sources"):
        page = desk("admin").page(f"{path}?{hostile}")
        assert "javascript:" not in page, path
    kept = desk("admin").send("/sources/views", name="x", endpoint="x", _scheme="javascript")
    assert kept.headers["Location"] == "/sources?endpoint=x&_scheme=javascript"


# --- streams ----------------------------------------------------------------------------------


def test_streams_that_i_hold_or_may_take_and_what_administrators_do_with_them(desk):
    brita, admin = desk("brita"), desk("admin")
    assert "Partnership" not in brita.page("/streams")
    assert brita.forms("/streams") == set()
    for path in admin.forms("/streams"):
        assert brita.send(path, username="brita", name="x").status_code in (400, 403), path
    assert brita.send("/streams", name="Mine", programids="1,2,3").status_code == 403
    made = admin.does("/streams", name="WINTER", survey="WNTR", programids="0, 1", auto_join="1")
    assert "WNTR" in made
    path = next(e for e in brita.forms("/streams") if e.endswith("/take"))
    assert "You hold the stream" in brita.does(path)
    number = path.split("/")[2]
    granted = admin.does("/streams/grants", username="nuria", stream_id=number)
    assert "nuria holds the stream" in granted
    refused = brita.send("/streams/grants", username="farid", stream_id=number)
    assert (refused.status_code, "only a system administrator" in refused.text) == (400, True)
    assert "is changed" in admin.does(path.replace("take", "settings"), name="Winter")
    assert "is removed" in admin.does(path.replace("take", "delete"))
    assert admin.send("/streams", name="x", programids="one").status_code == 400


# --- tokens -----------------------------------------------------------------------------------


def test_a_token_is_shown_once_with_rights_of_mine_and_ended_at_once(desk, client):
    brita = desk("brita")
    assert "System admin" not in brita.page("/tokens")
    made = brita.send("/tokens", name="nightly", acls="Comment", expires="2026-12-24")
    (secret,) = set(SECRET.findall(made.text))
    assert made.headers["Cache-Control"] == "no-store"
    headers = {"Authorization": f"token {secret}"}
    profile = client.get("/api/internal/profile", headers=headers).json["data"]
    assert profile["permissions"] == ["Comment"]
    page = brita.page("/tokens")
    assert SECRET.findall(page) == []
    assert "2026-12-24" in page
    assert "You have a token already" in page
    assert brita.send("/tokens", name="another").status_code == 400
    path = next(e for e in brita.forms("/tokens") if e.endswith("/end"))
    assert desk("nuria").send(path).status_code == 400
    brita.does(path.removesuffix("/end"), name="weekly", acls="Annotate")
    assert "nothing accepts it" in brita.does(path)
    assert client.get("/api/internal/profile", headers=headers).status_code == 401
    assert "weekly" not in brita.page("/tokens")


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"name": "x", "acls": "System admin"}, "lacks the ACLs"),
        ({"name": "x", "acls": "Fly"}, "no such ACL"),
        ({"name": "", "acls": "Comment"}, "called something"),
        ({"name": "x", "expires": "2020-01-01"}, "past"),
    ],
)
def test_a_token_that_may_not_be_is_refused_in_words(desk, form, word):
    refused = desk("brita").send("/tokens", **form)
    assert (refused.status_code, word in refused.text) == (400, True)
    assert SECRET.findall(refused.text) == []


# --- access -----------------------------------------------------------------------------------


def test_access_is_explained_in_words_and_only_of_what_i_see(desk, world):
    world.candidate("ZTF26partner", filter_id=1)
    world.candidate("ZTF26partner", filter_id=2)
    nuria, brita = desk("nuria"), desk("brita")
    page = nuria.page("/access?obj_id=ZTF26partner&username=brita")
    assert "brita sees <a" in page
    assert "brita sees 1 of the 2 things below" in page
    assert "opened by group 2 (Bright Transient Survey) and stream 1 (ZTF Public)" in page
    assert "would need group 3 (Active Galaxies) and stream 2 (ZTF Public+Partnership)" in page
    assert "filter 2" not in brita.page("/access?obj_id=ZTF26partner&username=nuria")
    assert "You see <a" in brita.page("/access?obj_id=ZTF26partner")
    hidden = desk("vera").client.get("/access?obj_id=ZTF26partner")
    absent = desk("vera").client.get("/access?obj_id=ZTF26nothing")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text.count("ZTF26partner") == absent.text.count("ZTF26nothing")
    assert brita.client.get("/access?obj_id=ZTF26partner&username=nobody").status_code == 400


# --- taxonomies -------------------------------------------------------------------------------

YAML = "class: Transient\nsubclasses:\n  - class: Supernova\n    subclasses:\n      - class: Ia\n"


def test_a_taxonomy_is_posted_shown_as_a_tree_and_open_to_its_groups_alone(desk, world):
    admin, brita, vera = desk("admin"), desk("brita"), desk("vera")
    assert brita.forms("/taxonomies") == set()
    form = {"name": "Bright", "version": "1", "hierarchy": YAML, "group_ids": 2, "is_latest": "1"}
    assert brita.send("/taxonomies", **form).status_code == 403
    there = admin.send("/taxonomies", **form).headers["HX-Redirect"]
    assert re.search(r"<summary>Supernova.*?<li>\s*Ia\s*</li>", brita.page(there), re.DOTALL)
    assert "Bright" not in vera.page("/taxonomies")
    assert vera.client.get(there).status_code == 404
    tree = '{"class": "Transient", "subclasses": [{"class": "Nova"}]}'
    admin.send("/taxonomies", **form | {"version": "2", "hierarchy": tree})
    assert "older version" in brita.page(there)
    assert brita.page("/taxonomies").index(">2<") < brita.page("/taxonomies").index(">1<")
    assert brita.forms(there) == set()
    assert brita.send(f"{there}/delete").status_code == 403
    assert "is changed" in admin.does(
        f"{there}/settings", name="Bright", version="1", group_ids=[2, 6]
    )
    assert "Bright" in vera.page("/taxonomies")
    nuria = world.documents.get("users", "3").data
    world.set("users", "3", nuria | {"acls": [*nuria["acls"], "Post taxonomy"]})
    number = there.rpartition("/")[2]
    world.set(
        "taxonomies", number, world.documents.get("taxonomies", number).data | {"author_id": 3}
    )
    said = desk("nuria").does(f"{there}/settings", name="Bright", version="1", group_ids=3)
    assert "is changed" in said
    assert "Bright" in vera.page("/taxonomies"), "who is not in a group cannot take it away"
    assert brita.client.get(there).status_code == 404
    assert "is removed" in admin.does(f"{there}/delete")
    assert admin.send("/taxonomies", **form | {"hierarchy": "a: ["}).status_code == 400


# --- profile ----------------------------------------------------------------------------------


def test_a_profile_says_what_i_say_and_keeps_what_i_choose(desk, world):
    brita = desk("brita")
    told = {"username": "brita", "first_name": "Brita", "last_name": "Bright",
            "affiliations": "Caltech; Stockholm", "bio": "Supernovae, bright ones."}  # fmt: skip
    assert "Your profile is changed" in brita.does("/profile", **told)
    assert list(world.documents.get("users", "2").data["affiliations"]) == ["Caltech", "Stockholm"]
    assert "10 to 1000" in brita.send("/profile", **told | {"bio": ""}).text
    assert brita.send("/profile", **told | {"username": "nuria"}).status_code == 400
    page = brita.does("/profile/preferences", theme="dome", scan_default_group="2")
    assert 'data-theme="dome"' in page
    assert brita.send("/profile/preferences", scan_default_group="3").status_code == 400
    assert brita.send("/profile/preferences", theme="pink").status_code == 400
    brita.send("/sources/views", name="Near", minRedshift="0.01")
    assert "Near is forgotten" in brita.does("/profile/forget", kind="source_views", name="Near")
    assert brita.send("/profile/forget", kind="theme", name="x").status_code == 400


def test_sign_out_everywhere_ends_every_session_of_every_linked_account(app, desk, world):
    row = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", row.data | {"linked_uids": ["elsewhere"]})])
    brita, nuria = desk("brita"), desk("nuria")
    world.identity.credentials["other"] = "elsewhere"
    second = app.test_client()
    second.get("/signin", query_string={"credential": "other"})
    assert second.get("/groups").status_code == 200
    assert brita.send("/profile/signout", htmx=False).headers["Location"] == "/signin"
    assert brita.client.get_cookie(COOKIE) is None
    assert second.get("/groups").headers["Location"] == "/signin"
    assert nuria.client.get("/groups").status_code == 200
