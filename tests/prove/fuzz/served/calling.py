"""Calls of a running service with a right token, and how each ended."""

import time
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from kit.rpc_errors import CODES, from_call
from kit.tokens import Caller
from tests.prove.security.rpcs import Rpc, Switchboard

TIMEOUT_S: Final = 30
FORESEEN: Final = {code.name for code in CODES.values()}
OF_THE_TRANSPORT: Final = "peer-unavailable"  # said where nobody gave a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a call ended."""

    code: str = "OK"
    reason: str = ""
    text: str = ""
    seconds: float = 0.0

    @property
    def is_foreseen(self) -> bool:
        """Whether it was answered, or turned down in one of our six ways with a reason."""
        if self.code == "OK":
            return True
        return self.code in FORESEEN and self.reason not in {"", OF_THE_TRANSPORT}


@dataclass(slots=True)
class Line:
    """Sends bytes to services, whatever they are."""

    board: Switchboard
    _channels: dict[str, grpc.aio.Channel] = field(default_factory=dict)

    async def send(self, rpc: Rpc, data: bytes, *, service: str, who: Caller) -> Ending:
        """Call as ``service`` on behalf of ``who``, with these bytes for a request."""
        if rpc.service not in self._channels:
            address = f"127.0.0.1:{self.board.plan.ports[rpc.service]}"
            self._channels[rpc.service] = grpc.aio.insecure_channel(address)
        channel: Any = self._channels[rpc.service]  # whose stubs know nothing of plain bytes
        method = channel.unary_unary(rpc.path)
        token = self.board.token(service, who, to=rpc.service)
        start = time.perf_counter()
        try:
            answer = await method(data, timeout=TIMEOUT_S, metadata=(("authorization", token),))
        except grpc.aio.AioRpcError as error:
            refusal = from_call(error)
            return Ending(
                code=error.code().name,
                reason=refusal.reason if refusal else "",
                text=error.details() or "",
                seconds=time.perf_counter() - start,
            )
        rpc.response.FromString(answer)
        return Ending(seconds=time.perf_counter() - start)

    async def close(self) -> None:
        """Hang up."""
        for channel in self._channels.values():
            await channel.close(None)
