"""A form as it was sent: values, the mistakes found in them, and what refused it as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.datastructures import FormData, UploadFile

from kit.errors import FieldError, InvalidFields, TurnedDown
from services.gateway.forms import typed
from services.gateway.forms.typed import NotTyped


@dataclass(slots=True)
class Form:
    """What a person typed. Reading never stops at the first mistake: ``check`` names them all."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    errors: dict[str, FieldError] = field(default_factory=dict)
    refusal: TurnedDown | None = None

    @classmethod
    def sent(cls, data: FormData) -> "Form":
        """Take a posted form; of a name sent twice, the last value counts."""
        form = cls()
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                form.files[name] = value
            else:
                form.values[name] = value
        return form

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Form":
        """Prefill a form that nobody has sent yet."""
        return cls(values=dict(values))

    def text(self, name: str) -> str:
        """Return a value without surrounding spaces, empty when absent."""
        return self.values.get(name, "").strip()

    def digits(self, name: str) -> str:
        """Return a number typed with any spacing."""
        return typed.digits(self.values.get(name, ""))

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.values.get(name, "") != ""

    def day(self, name: str, *, today: date, required: bool = False) -> str:
        """Return an ISO day, empty when absent or unreadable: the mistake is then noted."""
        given = self.text(name)
        if not given:
            if required:
                self.mistake(name, "field-required")
            return ""
        try:
            return typed.read_day(given, today=today).isoformat()
        except NotTyped as why:
            self.errors.setdefault(name, why.of(name))
            return ""

    def whole_euros(self, name: str) -> int:
        """Return a sum typed in whole euros, in cents; zero when unreadable, and noted."""
        try:
            return typed.read_whole_euros(self.text(name))
        except NotTyped as why:
            self.errors.setdefault(name, why.of(name))
            return 0

    def euros(self, name: str) -> int:
        """Return a sum typed in euros and cents, in cents; zero when unreadable, and noted."""
        try:
            return typed.read_euros(self.text(name))
        except NotTyped as why:
            self.errors.setdefault(name, why.of(name))
            return 0

    async def file(self, name: str) -> tuple[str, bytes]:
        """Return the name and bytes of an uploaded file, empty when none was chosen."""
        upload = self.files.get(name)
        if upload is None:
            return "", b""
        return upload.filename or "", await upload.read()

    def mistake(self, name: str, reason: str, **facts: str) -> None:
        """Note a mistake; the first one on a field stands."""
        self.errors.setdefault(name, FieldError(name, reason, facts))

    def check(self) -> None:
        """Raise ``InvalidFields`` when mistakes were noted."""
        if self.errors:
            raise InvalidFields(list(self.errors.values()))

    def turned_down(
        self,
        refusal: TurnedDown,
        names: Mapping[str, str] | None = None,
        *,
        about: Mapping[str, str] | None = None,
    ) -> "Form":
        """Return the form with what refused it: beside its fields, or above them all.

        ``names`` tells which input stands for a field that the owner of the rule names otherwise;
        ``about``, which input a refusal as a whole is about: it is said there.
        """
        if refusal.reason in (about or {}):
            self.mistake((about or {})[refusal.reason], refusal.reason, **refusal.facts)
        elif isinstance(refusal, InvalidFields):
            for error in refusal.errors:
                name = (names or {}).get(error.field, error.field)
                self.errors.setdefault(name, FieldError(name, error.reason, error.facts))
        else:
            self.refusal = refusal
        return self
