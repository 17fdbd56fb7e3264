"""Sign-in as one of the demo's people: no password, and so for one machine alone."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

from typing_extensions import override

from fritz.adapters.embedded.identity import LocalIdentity
from fritz.errors import Invalid, Unauthorized
from fritz.ports import Account, Redirect, SignIn

__all__ = ["DemoSignIn"]


class DemoSignIn(SignIn):
    """A provider that believes everybody, who comes back at once.

    Parameters
    ----------
    identity : makes the credentials
    accounts : who may be chosen
    """

    def __init__(self, identity: LocalIdentity, accounts: Sequence[Account]) -> None:
        self._identity = identity
        self._accounts = {account.uid: account for account in accounts}

    @override
    def providers(self) -> Mapping[str, str]:
        return {uid: account.name or uid for uid, account in self._accounts.items()}

    @override
    def begin(self, provider: str, return_url: str) -> Redirect:
        account = self._accounts.get(provider)
        if account is None:
            raise Invalid(f"there is no demo account {provider[:50]!r}")
        code = self._identity.sign_in_link(account)
        return Redirect(f"{return_url}?{urlencode({'code': code})}", provider)

    @override
    def finish(self, state: str, returned_url: str) -> str:
        codes = parse_qs(urlsplit(returned_url).query).get("code", [])
        if state not in self._accounts or not codes:
            raise Unauthorized("the sign-in was not begun here")
        return codes[0]
