"""What the billing service is told at its start."""

from pydantic import Field

from kit.settings import ServiceSettings, service_config


class BillingSettings(ServiceSettings):
    """The settings of the billing service."""

    model_config = service_config("BILLING_")

    stripe_api_key: str = Field(repr=False)
    stripe_webhook_secret: str = Field(repr=False, min_length=8)  # an empty one could be forged
    stripe_api_base: str = "https://api.stripe.com"
    stripe_calls_per_second: float = 20.0  # all replicas together; Stripe takes 25 in test mode
    render_workers: int = 1  # processes that typeset receipts

    @property
    def expects_live(self) -> bool:
        """Whether only real money counts: everywhere else, only test payments do."""
        return self.environment == "production"
