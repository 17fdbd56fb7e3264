"""Where Google's emulators are on this machine: the SDK's jars, else Docker, else nowhere."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["DockerImage", "Jar", "Missing", "Service", "find", "sdk_roots"]

Service = Literal["pubsub", "firestore"]

DEBIAN_SDK = Path("/usr/lib/google-cloud-sdk")
"""Where Debian's packages google-cloud-cli-*-emulator put the SDK."""

DOCKER_IMAGE = "google/cloud-sdk:emulators"

JAR_PATTERN: dict[Service, str] = {
    "pubsub": "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar",
    "firestore": "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar",
}

MAIN_CLASS: dict[Service, str] = {
    "pubsub": "com.google.cloud.pubsub.testing.v1.Main",
    "firestore": "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
}


@dataclass(frozen=True, slots=True)
class Jar:
    """An emulator of the SDK, and the Java that can run it."""

    service: Service
    java: Path
    path: Path

    def command(self, port: int, heap_mb: int) -> list[str]:
        """Return the command line that serves on a loopback port.

        The serial collector and the first compiler tier halve the time to start, which is most of
        what a test run sees of an emulator.
        """
        return [
            str(self.java),
            f"-Xmx{heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Duser.language=en",
            "-cp",
            str(self.path),
            MAIN_CLASS[self.service],
            "--host=127.0.0.1",
            f"--port={port}",
        ]


@dataclass(frozen=True, slots=True)
class DockerImage:
    """An emulator in Google's Docker image, for machines with Docker but without the SDK."""

    service: Service
    image: str = DOCKER_IMAGE
    port: int = 8080
    """The port inside the container."""

    def command(self) -> str:
        """Return the command line inside the container."""
        return f"gcloud beta emulators {self.service} start --host-port=0.0.0.0:{self.port}"


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no way to run the emulator here; `reason` says what was looked for."""

    service: Service
    reason: str


def sdk_roots(environ: dict[str, str] | None = None) -> list[Path]:
    """Return the folders that may hold the SDK, likeliest first, each only if it exists."""
    environ = dict(os.environ) if environ is None else environ
    named = environ.get("CLOUDSDK_ROOT_DIR")
    gcloud = shutil.which("gcloud", path=environ.get("PATH"))
    candidates = [
        Path(named) if named else None,
        Path(gcloud).resolve().parents[1] if gcloud else None,
        DEBIAN_SDK,
    ]
    return [root for root in dict.fromkeys(candidates) if root is not None and root.is_dir()]


def find(
    service: Service, environ: dict[str, str] | None = None, roots: list[Path] | None = None
) -> Jar | DockerImage | Missing:
    """Return how to run the emulator of a service here, or why that is impossible."""
    environ = dict(os.environ) if environ is None else environ
    roots = sdk_roots(environ) if roots is None else roots
    jars = [jar for root in roots for jar in sorted(root.glob(JAR_PATTERN[service]))]
    java = _java(environ)
    if jars and java:
        return Jar(service, java, jars[-1])
    if _docker_answers(environ):
        return DockerImage(service)
    if jars:
        return Missing(service, "the SDK's jar is here, but neither Java nor Docker to run it")
    return Missing(service, f"no gcloud SDK with the {service} emulator and no Docker")


def _java(environ: dict[str, str]) -> Path | None:
    home = environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return Path(home) / "bin" / "java"
    found = shutil.which("java", path=environ.get("PATH"))
    return Path(found) if found else None


def _docker_answers(environ: dict[str, str]) -> bool:
    docker = shutil.which("docker", path=environ.get("PATH"))
    if docker is None:
        return False
    try:
        done = subprocess.run(
            [docker, "info"], env=environ, capture_output=True, check=False, timeout=10
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
