"""What the letters' process is told at its start."""

from kit.settings import ServiceSettings, service_config


class LettersSettings(ServiceSettings):
    """Environment variables ``LETTERS_*``. ``render_workers`` set letters side by side."""

    model_config = service_config("LETTERS_")

    render_workers: int = 1
