"""How the operator reads a call and answers it: signed in, encrypted out, errors in clear."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from kit.clock import system_clock
from kit.days import PARIS
from local.sandbox.faults import Fault, Partner
from local.sandbox.operator import crypto
from local.sandbox.world import World

DATE_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
DATE_WINDOW: Final = timedelta(minutes=10)


class OperatorRefusal(Exception):
    """A business error: HTTP 200 and a slug, in clear."""

    def __init__(self, slug: str, message: str) -> None:
        super().__init__(message)
        self.slug = slug

    def answer(self) -> Response:
        """Return the body the vendor documents."""
        return JSONResponse({"status": "ERROR", "slug": self.slug, "message": str(self)})


class Door:
    """Checks who calls, and shapes what they are told."""

    def __init__(self, world: World) -> None:
        self._world = world

    def admit(self, request: Request, fields: Mapping[str, str]) -> str:
        """Check token, date and signature; return the date. Raises ``OperatorRefusal``."""
        settings = self._world.settings
        token, date = fields.get("token", ""), fields.get("date", "")
        if not hmac.compare_digest(token, settings.ar24_token.get_secret_value()):
            raise OperatorRefusal("token_invalid", "Token invalide")
        if not self._is_fresh(date):
            raise OperatorRefusal("invalid_date", "La date doit être celle de Paris, à 10 min près")
        expected = crypto.signature(date, settings.ar24_private_key.get_secret_value())
        if not hmac.compare_digest(request.headers.get("signature", ""), expected):
            raise OperatorRefusal("invalid_signature", "Signature invalide")
        return date

    def answer(self, result: Any, date: str) -> Response:  # noqa: ANN401 - any JSON value
        """Return a success, encrypted in the mode of the day."""
        key = self._world.settings.ar24_private_key.get_secret_value()
        switch = self._world.faults.peek(Partner.AR24, Fault.ANSWERS)
        mode = "whole" if switch is None else switch.settings.get("mode", "whole")
        body = {"status": "SUCCESS", "result": result}
        if mode == "clear":
            return JSONResponse(body)
        if mode == "result":
            return JSONResponse(body | {"result": crypto.encrypt(_json(result), date, key)})
        return Response(crypto.encrypt(_json(body), date, key), media_type="text/html")

    def _is_fresh(self, date: str) -> bool:
        """Accept the present of either clock: the caller may live in the demonstration's time."""
        try:
            said = datetime.strptime(date, DATE_FORMAT).replace(tzinfo=PARIS)
        except ValueError:
            return False
        presents = (system_clock(), self._world.now())
        return any(abs(present - said.astimezone(UTC)) <= DATE_WINDOW for present in presents)


def paris_text(instant: datetime | None) -> str:
    """Write an instant as the operator does: Paris wall clock without a zone, empty if none."""
    return "" if instant is None else instant.astimezone(PARIS).strftime(DATE_FORMAT)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
