"""What runs on the laptop: the processes, in their order, and the environment each is given."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kit.migrations import role_url
from kit.tokens import new_key_pair
from local.sandbox.authority import Authority
from local.sandbox.authority import ensure as ensure_authority
from local.servers import free_port

ROOT: Final = Path(__file__).resolve().parent.parent
SERVICES: Final = ("billing", "accounts", "letters", "signature", "dispatch")  # lowest floor first
EVERYBODY: Final = (*SERVICES, "gateway")
HTTP_PORT: Final = 8000
CLOCK: Final = "local.timemachine.clock:now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of the laptop, and how to know that it is ready."""

    name: str
    module: str
    env: Mapping[str, str]
    port: int  # ready when somebody listens here and, for gRPC, says SERVING
    grpc: bool = False


@dataclass(slots=True, kw_only=True)
class Plan:
    """Ports, keys and addresses of one running house; kept for the next start."""

    data_dir: Path
    environment: str
    postgres_url: str
    nats_url: str
    authority: Authority  # read once: each reading proves its primes anew
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(
        cls, data_dir: Path, *, postgres_url: str, nats_url: str, environment: str = "demo"
    ) -> "Plan":
        """Read the keys kept in ``data_dir`` (made on first use) and pick free ports."""
        plan = cls(
            data_dir=data_dir,
            environment=environment,
            postgres_url=postgres_url,
            nats_url=nats_url,
            authority=ensure_authority(data_dir / "sandbox"),
        )
        plan.secrets = _kept_secrets(data_dir / "secrets.json")
        preferred = HTTP_PORT if environment == "demo" else None
        plan.ports["gateway"] = free_port(preferred)
        plan.ports["files"] = free_port(preferred and preferred + 1)
        plan.ports["sandbox"] = free_port(preferred and preferred + 2)
        plan.ports["smtp"] = free_port()
        for service in EVERYBODY:
            plan.ports[f"{service}-metrics"] = free_port()
        for service in SERVICES:
            plan.ports[service] = free_port()
        return plan

    @property
    def public_url(self) -> str:
        """Where a person opens the product."""
        return f"http://localhost:{self.ports['gateway']}"

    @property
    def sandbox_url(self) -> str:
        """Where a person plays the outside partners."""
        return f"http://localhost:{self.ports['sandbox']}"

    def database_url(self, service: str, role: str) -> str:
        """Return the service's database URL for one of its three roles."""
        password = self.secrets["database-password"]
        return role_url(self.postgres_url, service, role, password=password)

    def service_env(self, service: str) -> dict[str, str]:
        """Return the environment of one service: what `kit.settings` reads, and its own part."""
        shared = {
            "ENVIRONMENT": self.environment,
            "SERVICE": service,
            "DATABASE_URL": self.database_url(service, "app"),
            "WORKER_DATABASE_URL": self.database_url(service, "worker"),
            "OWNER_DATABASE_URL": self.database_url(service, "owner"),
            "NATS_URL": self.nats_url,
            "GRPC_PORT": str(self.ports.get(service, 0)),
            "METRICS_PORT": str(self.ports[f"{service}-metrics"]),
            "PRIVATE_KEY": self.secrets[f"{service}-private-key"],
            "PEER_PUBLIC_KEYS": json.dumps(
                {peer: self.secrets[f"{peer}-public-key"] for peer in EVERYBODY}
            ),
            "PEERS": json.dumps({peer: f"127.0.0.1:{self.ports[peer]}" for peer in SERVICES}),
            "BLOBS_DIR": str(self.data_dir / "blobs" / service),
            "SMTP_URL": f"smtp://127.0.0.1:{self.ports['smtp']}",
            "MAIL_FROM": "ne-pas-repondre@preavis.example",
            "CLOCK": CLOCK,
            "LEASE_S": "60" if self.environment == "demo" else "3",  # tests kill, and wait
            "ASSETS_DIR": str(ROOT / ".assets"),
            "PUBLIC_URL": self.public_url,
        }
        own = partner_env(self).get(service, {})
        prefix = service.upper()
        env = {f"{prefix}_{name}": value for name, value in {**shared, **own}.items()}
        return {**env, **self.clock_env()}

    def clock_env(self) -> dict[str, str]:
        """Return what the time machine's clock needs in each process."""
        return {"LOCAL_TIMEMACHINE_FILE": str(self.data_dir / "timemachine")}

    def sandbox_env(self) -> dict[str, str]:
        """Return the environment of the sandbox, which plays every outside partner."""
        return {
            "SANDBOX_PORT": str(self.ports["sandbox"]),
            "SANDBOX_SMTP_PORT": str(self.ports["smtp"]),
            "SANDBOX_DATA_DIR": str(self.data_dir / "sandbox"),
            "SANDBOX_PUBLIC_URL": self.sandbox_url,
            "SANDBOX_CLOCK": CLOCK,
            "SANDBOX_WEB_URL": self.public_url,
            "SANDBOX_POSTGRES_URL": self.postgres_url,
            "SANDBOX_NATS_URL": self.nats_url,
            "SANDBOX_STRIPE_SECRET_KEY": "sk_test_" + self.secrets["stripe-secret-key"],
            "SANDBOX_STRIPE_WEBHOOK_SECRET": "whsec_" + self.secrets["stripe-webhook-secret"],
            "SANDBOX_STRIPE_WEBHOOK_URL": f"{self.public_url}/hooks/stripe",
            "SANDBOX_ORIAS_KEY": self.secrets["orias-key"],
            "SANDBOX_WEBHOOK_PACE": "0.01",  # a partner's quarter of an hour in nine seconds
            "SANDBOX_AR24_TOKEN": self.secrets["ar24-token"],
            "SANDBOX_AR24_PRIVATE_KEY": self.secrets["ar24-private-key"],
            **self.clock_env(),
        }

    def processes(self) -> list[Process]:
        """List all processes in the order in which they start."""
        sandbox = Process(
            name="sandbox",
            module="local.sandbox",
            env=self.sandbox_env(),
            port=self.ports["sandbox"],
        )
        services = [
            Process(
                name=service,
                module=f"services.{service}.main",
                env=self.service_env(service),
                port=self.ports[service],
                grpc=True,
            )
            for service in SERVICES
        ]
        gateway = Process(
            name="gateway",
            module="services.gateway.main",
            env=self.service_env("gateway"),
            port=self.ports["gateway"],
        )
        return [sandbox, *services, gateway]


def _kept_secrets(path: Path) -> dict[str, str]:
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
    else:
        kept = {}
    for service in EVERYBODY:
        if f"{service}-private-key" not in kept:
            private, public = new_key_pair()
            kept[f"{service}-private-key"] = private
            kept[f"{service}-public-key"] = public
    for name in (
        "stripe-secret-key",
        "stripe-webhook-secret",
        "ar24-token",
        "ar24-private-key",
        "orias-key",
    ):
        kept.setdefault(name, secrets.token_hex(16))
    for name in ("gateway-cookie-key", "database-password"):
        kept.setdefault(name, secrets.token_urlsafe(24))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept, indent=1))
    return kept


def partner_env(plan: Plan) -> dict[str, dict[str, str]]:
    """Return each service's own settings: here every partner is the sandbox."""
    authority, kept, sandbox = plan.authority, plan.secrets, plan.sandbox_url
    hooks = plan.public_url + "/hooks"
    return {
        "billing": {
            "STRIPE_API_KEY": "sk_test_" + kept["stripe-secret-key"],
            "STRIPE_WEBHOOK_SECRET": "whsec_" + kept["stripe-webhook-secret"],
            "STRIPE_API_BASE": f"{sandbox}/stripe",
        },
        "accounts": {"ORIAS_URL": f"{sandbox}/orias/service", "ORIAS_KEY": kept["orias-key"]},
        "dispatch": {
            "AR24_URL": f"{sandbox}/ar24/api",
            "AR24_TOKEN": kept["ar24-token"],
            "AR24_PRIVATE_KEY": kept["ar24-private-key"],
            "AR24_WEBHOOK_BASE_URL": f"{hooks}/ar24",
            "SEAL_KEY": authority.seal_key_pem,
            "SEAL_CERTIFICATE": authority.seal_certificate_pem,
            "TIMESTAMP_URL": f"{sandbox}/tsa",
        },
        "gateway": {
            "HTTP_PORT": str(plan.ports["gateway"]),
            "FILES_PORT": str(plan.ports["files"]),
            "COOKIE_KEY": kept["gateway-cookie-key"],
            "SANDBOX_URL": sandbox,
        },
    }
