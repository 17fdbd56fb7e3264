"""Settings of every deployable, read from the environment once, in wiring."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Backend", "Settings"]

Backend = Literal["embedded", "cloud"]


class Settings(BaseSettings):
    """What a process needs to know of its surroundings (variables ``FRITZ_…``)."""

    model_config = SettingsConfigDict(env_prefix="FRITZ_", frozen=True)

    backend: Backend = Field(
        default="embedded",
        description="Where everything is kept: `embedded` (files below `data`) or `cloud`.",
    )
    documents: Backend | None = Field(
        default=None, description="Backend of the document store, where it differs from `backend`."
    )
    warehouse: Backend | None = Field(
        default=None, description="Backend of the warehouse, where it differs from `backend`."
    )
    objects: Backend | None = Field(
        default=None, description="Backend of the object store, where it differs from `backend`."
    )
    bus: Backend | None = Field(
        default=None, description="Backend of the bus, where it differs from `backend`."
    )
    identity: Backend | None = Field(
        default=None, description="Backend of sign-in, where it differs from `backend`."
    )
    data: Path = Field(
        default=Path(".fritz"), description="Folder of the embedded stores; made if missing."
    )
    indexes: Path | None = Field(
        default=None,
        description="Declared composite indexes (firestore.indexes.json): the embedded document "
        "store then refuses, like Firestore, a query that lacks its index.",
    )
    project: str = Field(
        default="fritz-local", description="Google Cloud project that holds the cloud stores."
    )
    bucket: str = Field(
        default="fritz-local-packets", description="Bucket of the raw packets and the quarantine."
    )
    dataset: str = Field(default="archive", description="BigQuery dataset of the archive.")
    packets_by_reference: bool = Field(
        default=False,
        description="Whether packets travel by their place in the object store, since Pub/Sub "
        "bills their bytes twice; if not, the topic carries each packet as published.",
    )
    batch_size: int = Field(
        default=256, ge=1, le=1000, description="Most messages that are processed as one batch."
    )
    batch_wait_s: float = Field(
        default=0.25, ge=0, description="Longest time a message waits for others to batch with."
    )
    filters_refresh_s: float = Field(
        default=30.0, ge=0, description="How long a warm filter function trusts its filter list."
    )
    catalogs_refresh_s: float = Field(
        default=60.0, ge=0, description="How long a warm function trusts its list of catalogs."
    )
    models_refresh_s: float = Field(
        default=60.0, ge=0, description="How long a warm function trusts its list of live models."
    )
    model_threads: int = Field(
        default=0, ge=0, description="Threads of one model's run; 0 means one for each core."
    )
    sql_bytes_per_day: int = Field(
        default=100 * 2**30,
        ge=0,
        description="Bytes that the SQL of one person may read in a day (UTC).",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Key that signs session cookies; where unset (embedded only) one is made and "
        "kept below `data`.",
    )
    rate_per_s: float = Field(
        default=100.0,
        ge=0,
        description="Requests a second that each API token may make; 0 lifts it.",
    )
    rate_burst: int = Field(
        default=1000,
        ge=1,
        description="Requests that an API token may make at once, after a pause.",
    )
    sign_in_key: str | None = Field(
        default=None,
        description="Web API key of the Firebase project, which names it and is no secret; "
        "without one nobody signs in with a provider.",
    )
    sign_in_providers: str = Field(
        default="google.com,github.com,oidc.orcid",
        description="Providers that people sign in with, as Firebase calls them, by commas.",
    )
    sign_in_url: str = Field(
        default="https://identitytoolkit.googleapis.com/v1",
        description="Where Firebase Authentication answers; its emulator's, where that runs.",
    )
    demo_accounts: bool = Field(
        default=False,
        description="Whether anybody on this machine may sign in as the people of the demo.",
    )
    public_url: str = Field(
        default="http://localhost:5000", description="Where users reach the marshal; for links."
    )
    version: str = Field(
        default="0.1.0", description="Version reported in every API answer's envelope."
    )
    trace_ratio: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Part of the packets whose way to the candidate is traced (cloud only).",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe log entries that are written."
    )

    def of(self, port: Literal["documents", "warehouse", "objects", "bus", "identity"]) -> Backend:
        """Return the backend of one port."""
        chosen: Backend | None = getattr(self, port)
        return chosen or self.backend
