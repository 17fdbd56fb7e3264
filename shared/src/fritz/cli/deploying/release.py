"""What a release is: the values that Terraform gets, kept beside the artefacts to go back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import orjson

from fritz.errors import NotFound

__all__ = ["Blobs", "Release", "kept", "known", "terraform_commands"]

FOLDER = "releases"


class Blobs(Protocol):
    """The bucket of artefacts."""

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless it stands."""
        ...

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one environment."""

    name: str
    environment: str
    project: str
    project_number: str
    image: str
    """The web app's, by digest."""
    artefacts: Mapping[str, str]
    """Function -> key in the bucket of artefacts."""
    public_url: str

    def variables(self) -> dict[str, str]:
        """Return what Terraform gets beside the environment's own file."""
        return {
            "project": self.project,
            "project_number": self.project_number,
            "release": self.name,
            "image": self.image,
            "artefacts": orjson.dumps(dict(self.artefacts), option=orjson.OPT_SORT_KEYS).decode(),
            "public_url": self.public_url,
        }


def kept(blobs: Blobs, release: Release) -> str:
    """Keep what a release is made of and return its key; a release is never another one later."""
    key = f"{FOLDER}/{release.environment}/{release.name}.json"
    blobs.create(key, orjson.dumps(asdict(release)))
    return key


def known(blobs: Blobs, environment: str, name: str) -> Release:
    """Return a release of the past.

    Raises
    ------
    NotFound
        None of that name was deployed to the environment.
    """
    try:
        data = blobs.get(f"{FOLDER}/{environment}/{name}.json")
    except NotFound as e:
        raise NotFound(f"no release {name} was deployed to {environment}") from e
    return Release(**orjson.loads(data))


def terraform_commands(
    release: Release, values: Sequence[str], *, apply: bool, targets: Sequence[str] = ()
) -> list[list[str]]:
    """Return the commands that bring an environment to a release, in their order.

    Parameters
    ----------
    values
        Files with values of one's own: who is told, who may deploy, clients for sign-in.
    apply
        Whether to make it so, or only to say what would be done.
    targets
        Modules to confine it to: for the first time.
    """
    given = [f"-var={name}={value}" for name, value in release.variables().items()]
    files = [f"environments/{release.environment}.tfvars", *values]
    options = [*(f"-var-file={file}" for file in files), *given, *(f"-target={t}" for t in targets)]
    backend = f"-backend-config=bucket={release.project}-terraform"
    init = ["terraform", "init", "-input=false", "-reconfigure", backend]
    plan = ["terraform", "plan", "-input=false", "-out=release.tfplan", *options]
    do = ["terraform", "apply", "-input=false", "release.tfplan"]
    return [init, plan, do] if apply else [init, plan]
