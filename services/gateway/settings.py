"""What the gateway is told at its start."""

from pydantic import Field

from kit.settings import ServiceSettings, service_config


class GatewaySettings(ServiceSettings):
    """The settings of the edge: where it listens, and what signs its cookies and file links."""

    model_config = service_config("GATEWAY_")

    http_host: str = "127.0.0.1"
    http_port: int
    files_port: int  # other people's files are shown from here: another origin, no cookie
    files_url: str = ""  # where people reach it; empty: this machine, at files_port
    cookie_key: str = Field(repr=False, min_length=32)
    sandbox_url: str = ""  # demo only: where to play the partners
    requests_per_second: float = 20.0  # what one account may ask of /v1, in the long run
    requests_burst: int = 60  # and at once
    visitor_requests_per_minute: float = 30.0  # what one address may ask before it logs in
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-For we believe

    @property
    def files_origin(self) -> str:
        """The origin of other people's files, without a final slash."""
        return self.files_url.rstrip("/") or f"http://localhost:{self.files_port}"

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by HTTPS: cookies are then marked Secure."""
        return self.public_url.startswith("https://")
