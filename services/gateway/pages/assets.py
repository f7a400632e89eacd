"""Stylesheets, icons, fonts and two scripts: served by us, cached for a year under their hash."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

HERE: Final = Path(__file__).parent.parent / "static"
STYLES: Final = (
    "tokens.css",
    "socle.css",
    "champs.css",
    "composants.css",
    "feuille.css",
    "pages.css",
    "petits-ecrans.css",
    "impression.css",
)
_A_YEAR: Final = "public, max-age=31536000, immutable"
_AN_HOUR: Final = "public, max-age=3600"


class _Cached(StaticFiles):
    """Files that a browser may keep: for ever when the address names their content."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code < 400:  # noqa: PLR2004 - found, or not changed
            named = b"v=" in scope.get("query_string", b"") or path.endswith(".woff2")
            response.headers["cache-control"] = _A_YEAR if named else _AN_HOUR
        return response


class Assets:
    """Addresses of our files."""

    def __init__(self, assets_dir: Path) -> None:
        self._vendored = assets_dir
        self._versions: dict[str, str] = {}

    def url(self, name: str) -> str:
        """Return the address of a file, with the hash of its content."""
        if name not in self._versions:
            path = self._vendored / name if name == "htmx.min.js" else HERE / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "absent"
            self._versions[name] = digest[:12]
        folder = "vendor" if name == "htmx.min.js" else "static"
        return f"/{folder}/{name}?v={self._versions[name]}"

    def mount(self, app: FastAPI) -> None:
        """Serve the files."""
        fonts = _Cached(directory=self._vendored / "fonts", check_dir=False)
        app.mount("/static/polices", fonts, name="fonts")
        app.mount("/static", _Cached(directory=HERE), name="static")
        app.mount("/vendor", _OneFile(directory=self._vendored, check_dir=False), name="vendored")


class _OneFile(_Cached):
    """Of what npm brought, the one script the pages use."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        if path != "htmx.min.js":
            return Response(status_code=404)
        return await super().get_response(path, scope)
