"""What a process is told at its start; read in ``main.py`` and handed down, never imported."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["production", "demo", "test"]


class ServiceSettings(BaseSettings):
    """The settings that every service shares; each service subclasses it with its own prefix.

    Environment variables are ``<SERVICE>_<FIELD>``, as ``LETTERS_DATABASE_URL``. A subclass writes
    ``model_config = service_config("LETTERS_")``. Secrets have no default: a process without its
    secrets does not start. Secret fields never appear in ``repr``.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")
    signed_answers: ClassVar[frozenset[str]] = frozenset()  # fields whose answers prove themselves

    environment: Environment
    database_url: str = Field(repr=False)  # role <service>_app
    worker_database_url: str = Field(repr=False)  # role <service>_worker
    owner_database_url: str = Field(default="", repr=False)  # migrations only
    nats_url: str
    grpc_host: str = "127.0.0.1"
    grpc_port: int
    metrics_port: int
    private_key: str = Field(repr=False)  # signs our internal tokens
    peer_public_keys: Mapping[str, str] = {}  # who may call us: {"gateway": "<key>"}
    peers: Mapping[str, str] = {}  # whom we call: {"letters": "host:port"}
    blobs_dir: Path
    smtp_url: str = Field(repr=False)
    mail_from: str
    lease_s: int = 60  # how long the work of a process that died waits before another takes it
    clock: str = "system"  # of business time: "system" or "module:function"
    assets_dir: Path
    public_url: str  # where people reach the gateway, without a final slash

    @model_validator(mode="after")
    def _production_is_by_https(self) -> Self:
        """Refuse to start in production on an address that anybody between could read."""
        if self.environment == "production":
            open_ones = [
                name
                for name, value in self
                if isinstance(value, str)
                and value.startswith("http://")
                and name not in self.signed_answers
            ]
            if open_ones:
                raise ValueError(f"production speaks HTTPS: {', '.join(open_ones)}")
        return self

    @property
    def service(self) -> str:
        """The service's own name, as its environment prefix says it: ``LETTERS_`` is letters."""
        return str(self.model_config.get("env_prefix", "")).rstrip("_").lower()


def service_config(prefix: str) -> SettingsConfigDict:
    """Return the pydantic configuration of a service's settings class."""
    return SettingsConfigDict(env_prefix=prefix, frozen=True, extra="ignore")
