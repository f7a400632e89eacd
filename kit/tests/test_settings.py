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


@pytest.mark.parametrize(
    ("name", "value", "starts"),
    [
        ("PUBLIC_URL", "https://example.fr", True),
        ("PUBLIC_URL", "http://example.fr", False),
        ("REGISTRY_URL", "http://registry.example", False),
        ("TIMESTAMP_URL", "http://time.example", True),
    ],
)
def test_production_speaks_https_but_to_who_signs_its_answers(
    environment: pytest.MonkeyPatch, name: str, value: str, *, starts: bool
) -> None:
    class WithPartners(SampleSettings):
        registry_url: str = "https://registry.example"
        timestamp_url: str = "https://time.example"
        signed_answers = frozenset({"timestamp_url"})

    environment.setenv("SAMPLE_ENVIRONMENT", "production")
    environment.setenv(f"SAMPLE_{name}", value)

    if starts:
        assert WithPartners().environment == "production"
    else:
        with pytest.raises(ValidationError, match=name.lower()):
            WithPartners()


@pytest.mark.usefixtures("environment")
def test_the_laptop_and_the_tests_need_no_https(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SAMPLE_PUBLIC_URL", "http://localhost:8000")

    assert SampleSettings().public_url == "http://localhost:8000"
