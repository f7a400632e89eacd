"""Why a sheet is not what was sealed."""


class NotGenuine(Exception):
    """The file is not a sheet we sealed, as we sealed it.

    ``code`` names the French sentence in ``verify.toml``; the message is for whoever looks closer.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
