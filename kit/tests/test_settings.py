import pytest
from pydantic import ValidationError

from kit.settings import ServiceSettings, service_config


class SampleSettings(ServiceSettings):
    model_config = service_config("SAMPLE_")


COMPLETE = {
    "ENVIRONMENT": "test",
    "DATABASE_URL": "postgresql://a:hidden-one@db/sample",
    "WORKER_DATABASE_URL": "postgresql://w:hidden-two@db/sample",
    "NATS_URL": "nats://bus",
    "GRPC_PORT": "7001",
    "METRICS_PORT": "9001",
    "PRIVATE_KEY": "hidden-three",
    "PEERS": '{"letters": "letters:7000"}',
    "BLOBS_DIR": "/blobs",
    "SMTP_URL": "smtp://user:hidden-four@mail",
    "MAIL_FROM": "a@example.fr",
    "ASSETS_DIR": "/assets",
    "PUBLIC_URL": "https://example.fr",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(f"SAMPLE_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_service_reads_its_own_prefix() -> None:
    settings = SampleSettings()

    assert settings.service == "sample"
    assert settings.grpc_port == 7001
    assert settings.peers == {"letters": "letters:7000"}


@pytest.mark.usefixtures("environment")
def test_secrets_do_not_show() -> None:
    assert "hidden" not in repr(SampleSettings())


@pytest.mark.parametrize("name", ["DATABASE_URL", "WORKER_DATABASE_URL", "PRIVATE_KEY", "NATS_URL"])
def test_a_process_without_its_secrets_does_not_start(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.delenv(f"SAMPLE_{name}")

    with pytest.raises(ValidationError):
        SampleSettings()


@pytest.mark.usefixtures("environment")
def test_settings_do_not_change() -> None:
    settings = SampleSettings()

    with pytest.raises(ValidationError):
        settings.grpc_port = 1  # type: ignore[misc]  # that is the point
