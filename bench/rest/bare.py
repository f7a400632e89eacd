"""What a hop costs by itself: a bare FastAPI route and a bare gRPC echo, in one process.

``python -m bench.rest.bare HTTP_PORT GRPC_PORT``
"""

import asyncio
import sys
from typing import Any, Final

import grpc
import uvicorn
from fastapi import FastAPI, Request

SERVICE: Final = "bare.Bare"
METHOD: Final = "Echo"
LETTER_BYTES: Final = 1_500  # of a letter as gRPC carries it, about
PERSON: Final = {
    "title": "madame", "first_name": "Hélène", "last_name": "Marchetti",
    "birth_name": "Vasseur", "birth_day": "1984-03-14",
}  # fmt: skip
LETTER: Final[dict[str, Any]] = {
    "number": "26-00042", "version": 3, "state": "complete", "author": "Camille Roux",
    "policyholder": {"kind": "person", "persons": [PERSON], "postcode": "38000"},
    "recipient": {"name": "Mutuelle Val d’Ambre", "lines": ["41 avenue des Tanneurs"] * 3},
    "contracts": [{"type": "autre", "ground": "CUSTOM", "fields": {"text": "x" * 400}}],
    "tracking": {"state": "not_sent", "version": 0},
}  # fmt: skip


def application() -> FastAPI:
    """Return routes that answer always the same letter, with what they are sent in it."""
    app = FastAPI(openapi_url=None)

    @app.get("/letters/{letter_id}")
    async def read(letter_id: str) -> dict[str, Any]:
        return LETTER | {"letter_id": letter_id}

    @app.put("/letters/{letter_id}/extras")
    async def write(letter_id: str, request: Request) -> dict[str, Any]:
        return LETTER | {"letter_id": letter_id, "extras": await request.json()}

    return app


async def echo(request: bytes, _context: object) -> bytes:
    """Return what came."""
    return request


async def serve(http_port: int, grpc_port: int) -> None:
    """Serve both until told to stop."""
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),)
    )
    server.add_insecure_port(f"127.0.0.1:{grpc_port}")
    await server.start()
    config = uvicorn.Config(application(), port=http_port, log_config=None, access_log=False)
    await uvicorn.Server(config).serve()
    await server.stop(0)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
