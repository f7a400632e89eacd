"""What the signature service is told at its start."""

from kit.settings import ServiceSettings, service_config


class SignatureSettings(ServiceSettings):
    """The settings of the signature service."""

    model_config = service_config("SIGNATURE_")

    render_workers: int = 1  # processes that typeset mandates
