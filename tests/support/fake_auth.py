"""Firebase Authentication on a loopback port: as much of its REST interface as sign-in needs.

It makes unsigned tokens, as Google's Auth emulator does; Firebase's library takes them only while
FIREBASE_AUTH_EMULATOR_HOST is set. The suite that runs on it passes on Google's own emulator too
(set that variable to try).
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

__all__ = ["FakeAuth", "sign_in", "unsigned"]

HOUR_S = 3600


class Refusal(Exception):
    """An answer that is an error, by the constant that the service names."""


@dataclass
class FakeAuth:
    """The service: its users by uid, and how often it was asked about one."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    lookups: int = 0
    begun: dict[str, str] = field(default_factory=dict)
    """Where each sign-in at a provider returns to, by its session."""
    confirm: bool = False
    """Whether the provider's address belongs to somebody who signs in by another."""
    down: bool = False

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        place = path.split("?", maxsplit=1)[0].removeprefix("/identitytoolkit.googleapis.com/v1/")
        project = place.split("/")[1].split(":")[0] if place.startswith("projects/") else ""
        for method, of_browsers in (
            ("signInWithPassword", self._sign_in),
            ("createAuthUri", self._begin),
            ("signInWithIdp", self._returned),
        ):
            if place.endswith(f"accounts:{method}"):
                return of_browsers(body)
        if place.endswith(":createSessionCookie"):
            return self._session(project, body)
        if place.endswith("accounts:lookup"):
            self.lookups += 1
            found = [self.users[uid] for uid in body["localId"] if uid in self.users]
            return {"users": found} if found else {}
        if place.endswith("accounts:update"):
            self._user(body["localId"])["validSince"] = str(body["validSince"])
            return {"localId": body["localId"]}
        return self._create(project, body)

    def _begin(self, body: dict[str, Any]) -> dict[str, Any]:
        session = f"session-{len(self.begun) + 1}"
        self.begun[session] = body["continueUri"]
        query = f"client_id=1&redirect_uri={body['continueUri']}&state={session}"
        return {"authUri": f"https://{body['providerId']}/auth?{query}", "sessionId": session}

    def _returned(self, body: dict[str, Any]) -> dict[str, Any]:
        place, _, query = body["requestUri"].partition("?")
        if self.begun.get(body["sessionId"]) != place or f"state={body['sessionId']}" not in query:
            raise Refusal("INVALID_IDP_RESPONSE")
        if self.confirm:
            return {"needConfirmation": True, "verifiedProvider": ["google.com"]}
        (user,) = self.users.values()
        return self._sign_in(user)

    def _create(self, project: str, body: dict[str, Any]) -> dict[str, Any]:
        if body["localId"] in self.users:
            raise Refusal("DUPLICATE_LOCAL_ID")
        fields = {"project": project, "validSince": "0", "disabled": False}
        self.users[body["localId"]] = fields | body
        return {"localId": body["localId"]}

    def _sign_in(self, body: dict[str, Any]) -> dict[str, Any]:
        (user,) = [user for user in self.users.values() if user["email"] == body["email"]]
        now = int(time.time())
        claims = {
            "iss": f"https://securetoken.google.com/{user['project']}",
            "aud": user["project"],
            "sub": user["localId"],
            "user_id": user["localId"],
            "name": user["displayName"],
            "email": user["email"],
            "email_verified": bool(user.get("emailVerified")),
            "auth_time": now,
            "iat": now,
            "exp": now + HOUR_S,
            "firebase": {"identities": {}, "sign_in_provider": "password"},
        }
        return {"idToken": unsigned(claims)}

    def _session(self, project: str, body: dict[str, Any]) -> dict[str, Any]:
        middle = body["idToken"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        now = int(time.time())
        session = {
            "iss": f"https://session.firebase.google.com/{project}",
            "iat": now,
            "exp": now + int(body["validDuration"]),
        }
        return {"sessionCookie": unsigned(claims | session)}

    def _user(self, uid: str) -> dict[str, Any]:
        if uid not in self.users:
            raise Refusal("USER_NOT_FOUND")
        return self.users[uid]

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve for the block; yields ``host:port``."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeAuth

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = 200, {}
        if self.fake.down:
            # 502, since Firebase's library waits seconds to try again after 500 and 503.
            status, answer = 502, {"error": {"code": 502, "message": "down"}}
        else:
            try:
                answer = self.fake.answer(self.path, body)
            except Refusal as refusal:
                status, answer = 400, {"error": {"code": 400, "message": str(refusal)}}
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: object) -> None:
        pass


def sign_in(host: str, project: str, uid: str, email: str, name: str) -> str:
    """Return a fresh sign-in credential (an ID token) of an account, made if it is new."""
    service = f"http://{host}/identitytoolkit.googleapis.com/v1"
    account = {"localId": uid, "email": email, "displayName": name, "password": "not a secret"}
    owner = {"Authorization": "Bearer owner"}
    made = requests.post(
        f"{service}/projects/{project}/accounts", json=account, headers=owner, timeout=60
    )
    assert made.ok or "DUPLICATE_LOCAL_ID" in made.text, made.text
    signed = requests.post(
        f"{service}/accounts:signInWithPassword",
        params={"key": "any"},
        json={"email": email, "password": "not a secret", "returnSecureToken": True},
        timeout=60,
    )
    signed.raise_for_status()
    token: str = signed.json()["idToken"]
    return token


def unsigned(claims: dict[str, Any]) -> str:
    """Return an unsigned JSON web token."""
    return ".".join([_part({"alg": "none", "typ": "JWT"}), _part(claims), ""])


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
