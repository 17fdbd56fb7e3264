"""`fritz deploy`: artefacts, Terraform, migration and smoke tests; `--check` without an account."""

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from fritz.cli.checkout import checkout_root, functions
from fritz.cli.deploying.artefacts import Artefact, artefacts, built_wheel
from fritz.cli.deploying.release import Blobs, Release, kept, known, terraform_commands
from fritz.cli.deploying.smoke import smoke
from fritz.cli.output import console, print_table
from fritz.errors import FritzError, Invalid, NotFound

__all__ = ["Deployment", "deploy"]

ENVIRONMENTS = ("staging", "production")
FIRST = ("module.artefacts", "module.delivery", "module.secrets", "google_project_service.this")
"""What must stand before anything can be uploaded, and before CI may apply the rest."""
UNCHECKED = (
    "whether Google takes it: names of roles, ranges, quotas, what only its API refuses",
    "whether the accounts' rights are enough, and CI's for applying it",
    "the web app's image, which Cloud Build makes",
    "what a plan would change, migrations, smoke tests: they look at what runs",
)
"""What `--check` cannot know without an account."""
SESSION_KEY = "session-key"
"""The secret that signs cookies."""
BUILD = "infra/cloudbuild.yaml"
Run = Callable[[Sequence[str], Path], str]


def deploy(
    project: Annotated[str, typer.Option(help="The Google Cloud project.")] = "",
    env: Annotated[str, typer.Option(help="staging or production.")] = "staging",
    image: Annotated[
        str, typer.Option(help="The web app's image by digest; else it is built.")
    ] = "",
    url: Annotated[str, typer.Option(help="Where people reach the marshal.")] = "",
    values: Annotated[
        list[Path] | None, typer.Option(help="Terraform values of one's own; may be repeated.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would change; change nothing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Do all that needs no account.")] = False,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="Prepare a new project.")] = False,
    rollback: Annotated[str, typer.Option(help="Go back to a release of the past.")] = "",
) -> None:
    """Deploy this checkout, go back to an earlier release, or check that it could be deployed."""
    with tempfile.TemporaryDirectory() as folder:
        if check:
            _check(Path(folder))
            return
        if not project or env not in ENVIRONMENTS:
            raise Invalid(f"--project names the project, --env is one of {', '.join(ENVIRONMENTS)}")
        deployment = Deployment(project, env, [each.absolute() for each in values or []], _ran)
        if bootstrap:
            deployment.bootstrap()
        elif rollback:
            deployment.to(known(_bucket(project), env, rollback), plan=plan)
        else:
            built = artefacts(
                checkout_root(), functions(), built_wheel(checkout_root(), Path(folder))
            )
            deployment.release(built, _bucket(project), image=image, url=url, plan=plan)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One environment, and what runs commands for it."""

    project: str
    environment: str
    values: Sequence[Path]
    run: Run

    def bootstrap(self) -> None:
        """Make what Terraform itself needs, then what artefacts are uploaded to; safe to repeat."""
        state = f"gs://{self.project}-terraform"
        known_ = self.run(["gcloud", "storage", "ls", f"--project={self.project}"], infra())
        if f"{state}/" not in known_.split():
            make = ["gcloud", "storage", "buckets", "create", state, f"--project={self.project}"]
            self.run(
                [*make, "--uniform-bucket-level-access", "--public-access-prevention"], infra()
            )
        self.run(["gcloud", "storage", "buckets", "update", state, "--versioning"], infra())
        services = [
            "serviceusage.googleapis.com",
            "cloudresourcemanager.googleapis.com",
            "iam.googleapis.com",
        ]
        self.run(["gcloud", "services", "enable", *services, f"--project={self.project}"], infra())
        first = self._release("bootstrap", {}, "none", "")
        self._terraform(first, plan=False, targets=FIRST)
        self._sign_cookies()

    def _sign_cookies(self) -> None:
        """Give the secret a value of chance, unless it has one; Terraform's state never sees it."""
        secret = [SESSION_KEY, f"--project={self.project}"]
        told = self.run(
            ["gcloud", "secrets", "versions", "list", *secret, "--format=value(name)"], infra()
        )
        if told.strip():
            return
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            add = ["gcloud", "secrets", "versions", "add", *secret, f"--data-file={file.name}"]
            self.run(add, infra())

    def release(
        self, built: dict[str, Artefact], blobs: Blobs, *, image: str, url: str, plan: bool
    ) -> None:
        """Upload, apply, migrate, look; what went wrong before the apply has changed nothing."""
        name = self.run(
            ["git", "describe", "--tags", "--always", "--dirty"], checkout_root()
        ).strip()
        for each in {artefact.key: artefact for artefact in built.values()}.values():
            new = not plan and blobs.create(each.key, each.data)
            console.print(f"{each.key}: {len(each.data)} bytes{'' if new else ', not uploaded'}")
        image = image or self._image(name, plan=plan)
        keys = {function: each.key for function, each in built.items()}
        made = self._release(name, keys, image, url)
        if not plan:
            kept(blobs, made)
        self.to(made, plan=plan)

    def to(self, release: Release, *, plan: bool) -> None:
        """Bring the environment to a release."""
        self.run(self._fritz("migrate", "--plan"), checkout_root())
        self._terraform(release, plan=plan)
        if plan:
            return
        self.run(self._fritz("migrate"), checkout_root())
        told: dict[str, Any] = json.loads(self.run(["terraform", "output", "-json"], infra()))
        url = told["web"]["value"]
        checks = list(smoke(url, release.name))
        rows = [[each.what, "yes" if each.passed else "no", each.found] for each in checks]
        print_table(f"{release.name} at {url}", ["check", "passed", "found"], rows)
        for name, each in told["functions"]["value"].items():
            console.print(f"{name}: {each['uri']}")
        if not all(each.passed for each in checks):
            raise FritzError(
                f"smoke tests failed; go back: fritz deploy --project {self.project} "
                f"--env {self.environment} --rollback RELEASE"
            )

    def _image(self, name: str, *, plan: bool) -> str:
        """Build the web app's image in the project and return it by digest."""
        place = f"us-central1-docker.pkg.dev/{self.project}/fritz/web:{name}"
        if plan:
            return place
        root = checkout_root()
        build = ["gcloud", "builds", "submit", f"--project={self.project}", f"--config={BUILD}"]
        staged = f"--gcs-source-staging-dir=gs://{self.project}-artefacts/sources"
        self.run([*build, staged, f"--substitutions=_IMAGE={place}", "."], root)
        told = ["gcloud", "artifacts", "docker", "images", "describe", place]
        digest = self.run([*told, "--format=value(image_summary.digest)"], root).strip()
        return f"{place.rpartition(':')[0]}@{digest}"

    def _release(self, name: str, keys: dict[str, str], image: str, url: str) -> Release:
        told = ["gcloud", "projects", "describe", self.project, "--format=value(projectNumber)"]
        number = self.run(told, infra()).strip()
        own = (
            f"https://web-{number}.us-central1.run.app"  # Cloud Run's, where no domain leads to it
        )
        return Release(name, self.environment, self.project, number, image, keys, url or own)

    def _terraform(self, release: Release, *, plan: bool, targets: Sequence[str] = ()) -> None:
        files = [str(each) for each in self.values]
        for command in terraform_commands(release, files, apply=not plan, targets=targets):
            self.run(command, infra())

    def _fritz(self, *arguments: str) -> list[str]:
        cloud = ["FRITZ_BACKEND=cloud", f"FRITZ_PROJECT={self.project}"]
        bucket = [f"FRITZ_BUCKET={self.project}-packets", "FRITZ_IDENTITY=embedded"]
        command = str(Path(sys.executable).with_name("fritz"))
        return ["env", *cloud, *bucket, command, *arguments]


def infra() -> Path:
    """Return the folder of the Terraform configuration."""
    return checkout_root() / "infra/terraform"


def _check(folder: Path) -> None:
    """Build everything twice, let the tests of the configuration run, and say what is left open."""
    if find_spec("pytest") is None:
        raise NotFound("no pytest here, which runs the checks of the configuration: make install")
    root = checkout_root()
    twice = []
    for number in ("one", "two"):
        (folder / number).mkdir()
        twice.append(artefacts(root, functions(), built_wheel(root, folder / number)))
    rows = [[name, each.key, len(each.data)] for name, each in twice[0].items()]
    print_table("Artefacts, built twice", ["function", "key", "bytes"], rows)
    if {n: a.key for n, a in twice[0].items()} != {n: a.key for n, a in twice[1].items()}:
        raise FritzError("two builds of the same checkout differ")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/terraform"]
    console.print("terraform fmt, validate, rules, mutations and contract: tests/terraform")
    if subprocess.run(command, cwd=root, check=False).returncode:
        raise FritzError("the configuration does not hold")
    console.print("Holds. Not checked, beside what was skipped above:")
    for each in UNCHECKED:
        console.print(f"- {each}", markup=False)


def _ran(command: Sequence[str], folder: Path) -> str:
    """Run a command, showing what it says, and return its output."""
    console.print(f"$ {' '.join(command[:6])}{' …' if len(command) > 6 else ''}", markup=False)  # noqa: PLR2004 - a line
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise FritzError(f"{command[0]} {command[1]} ended with status {done.returncode}")
    return done.stdout


def _bucket(project: str) -> Blobs:
    from fritz.adapters.cloud.storage import CloudObjects

    return CloudObjects(f"{project}-artefacts")
