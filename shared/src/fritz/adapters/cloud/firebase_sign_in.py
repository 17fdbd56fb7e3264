"""Sign-in at Google, GitHub or ORCID through Firebase, by redirects and its REST interface.

Firebase's own way is a script of Google's on the page. This is what that script does: ask where the
provider signs people in, send the browser there, and trade what it brings back for an ID token.
Firebase keeps the providers' secrets, and binds the return to the session that began it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import requests
from typing_extensions import override

from fritz.errors import Invalid, Transient, Unauthorized
from fritz.ports import Redirect, SignIn

__all__ = ["FirebaseSignIn"]

TIMEOUT_S: Final = 10
NAMES: Final = {"google.com": "Google", "github.com": "GitHub", "oidc.orcid": "ORCID"}
"""What people call the providers."""

SERVER_FAULTS: Final = 500
"""From this HTTP status on the fault is Firebase's."""


class FirebaseSignIn(SignIn):
    """`fritz.ports.SignIn` on Firebase Authentication, or on its emulator.

    Parameters
    ----------
    key : the project's web API key
    providers : as Firebase calls them: ``google.com``, ``oidc.orcid`` …
    url : where Firebase answers
    """

    def __init__(self, key: str, providers: Sequence[str], url: str) -> None:
        self._key = key
        self._providers = tuple(each.strip() for each in providers if each.strip())
        self._url = url.rstrip("/")

    @override
    def providers(self) -> Mapping[str, str]:
        return {each: NAMES.get(each, each) for each in self._providers}

    @override
    def begin(self, provider: str, return_url: str) -> Redirect:
        if provider not in self._providers:
            raise Invalid(f"nobody signs in with {provider[:50]!r} here")
        body = {"providerId": provider, "continueUri": return_url, "authFlowType": "CODE_FLOW"}
        answer = self._ask("createAuthUri", body)
        return Redirect(answer["authUri"], answer["sessionId"])

    @override
    def finish(self, state: str, returned_url: str) -> str:
        body = {"requestUri": returned_url, "sessionId": state, "returnSecureToken": True}
        answer = self._ask("signInWithIdp", body)
        if answer.get("needConfirmation"):
            known = ", ".join(NAMES.get(e, e) for e in answer.get("verifiedProvider", []))
            raise Unauthorized(f"this address signs in with {known or 'another provider'} here")
        token: str = answer.get("idToken", "")
        if not token:
            raise Unauthorized("the provider vouched for nobody")
        return token

    def _ask(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = requests.post(
                f"{self._url}/accounts:{method}",
                params={"key": self._key},
                json=body,
                timeout=TIMEOUT_S,
            )
            data: dict[str, Any] = answer.json()
        except requests.RequestException as e:  # its message would show the key's URL
            raise Transient(f"Firebase: no answer to {method} ({type(e).__name__})") from None
        if answer.status_code >= SERVER_FAULTS:
            raise Transient(f"Firebase: {method} failed with HTTP {answer.status_code}")
        if not answer.ok:
            raise Unauthorized(f"Firebase: {data.get('error', {}).get('message', 'refused')}")
        return data
