"""What dispatch is told at its start."""

from pydantic import Field

from kit.settings import ServiceSettings, service_config


class DispatchSettings(ServiceSettings):
    """The settings of dispatch. PEM texts are the keys themselves, not paths."""

    model_config = service_config("DISPATCH_")

    ar24_url: str  # ends with /api; proofs come from its host alone
    ar24_token: str = Field(repr=False)
    ar24_private_key: str = Field(repr=False)
    ar24_webhook_base_url: str  # where AR24 reaches us, without a final slash
    ar24_calls_per_second: float = 100.0  # all replicas together; the vendor states no limit
    seal_key: str = Field(repr=False)
    seal_certificate: str
    timestamp_url: str
    signed_answers = frozenset({"timestamp_url"})  # authorities speak plain HTTP, and sign
    render_workers: int = 1
    seal_workers: int = 1
    hands: int = 4  # sendings worked on at once by one process
