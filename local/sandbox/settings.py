"""What the sandbox is told at its start, read from ``SANDBOX_*``."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Ports, places and the keys partners gave us; a key has no default, even a demonstration's."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 7080
    smtp_port: int = 7025
    data_dir: Path
    clock: str = "system"
    public_url: str = ""
    """Where people reach the sandbox; empty means ``http://{host}:{port}``."""
    ar24_token: SecretStr
    ar24_private_key: SecretStr
    stripe_secret_key: SecretStr
    stripe_webhook_secret: SecretStr
    stripe_webhook_url: str = ""
    """Where card events go; empty keeps them in the list of events only."""
    orias_key: SecretStr
    web_url: str = ""
    """The product itself, linked from the sandbox's home page."""
    postgres_url: str = ""
    nats_url: str = ""
    """Both for the time machine, which waits until the whole house is quiet; absent, no page."""
    webhook_pace: float = 1.0
    """Multiplies the partners' waits between two tries (15 min at the operator)."""

    @property
    def base_url(self) -> str:
        """The address written in e-mails, proofs and answers, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
