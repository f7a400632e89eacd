"""What the accounts service is told at its start."""

from pydantic import Field

from kit.settings import ServiceSettings, service_config


class AccountsSettings(ServiceSettings):
    """The settings of the accounts service."""

    model_config = service_config("ACCOUNTS_")

    orias_url: str  # the registry's SOAP endpoint
    orias_key: str = Field(repr=False)  # the `user` that ORIAS issued to us
    orias_calls_per_second: float = 2.0  # all replicas together; the registry states no limit
