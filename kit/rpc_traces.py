"""A span for each call, on both sides, and the ids that travel with it (W3C ``traceparent``).

OpenTelemetry's own interceptors take as long as the rest of a call together, whether anything is
recorded or not. Without an exporter these make ids, for the logs, and nothing else.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Behaviour = Callable[[Any, Any], Awaitable[Any]]

_OUR_FAULT: Final = frozenset(  # what a server answers when it is to blame, and nobody else
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.DATA_LOSS,
    }
)
_CARRIED: Final = TraceContextTextMapPropagator()  # the ids alone: nothing of ours is baggage
_tracer = trace.get_tracer(__name__)


def traced(path: str, behaviour: Behaviour) -> Behaviour:
    """Answer within a span of this process, below the caller's."""
    told = _told(path)

    async def speak(request: Any, context: Any) -> Any:  # noqa: ANN401 - gRPC's
        above = _CARRIED.extract(dict(context.invocation_metadata() or ()))
        with _tracer.start_as_current_span(
            path,
            above,
            trace.SpanKind.SERVER,
            told,
            record_exception=False,  # its text may be about somebody
            set_status_on_exception=False,
        ) as span:
            try:
                answer = await behaviour(request, context)
            except BaseException:
                _note(span, context.code() or grpc.StatusCode.CANCELLED)
                raise
            _note(span, grpc.StatusCode.OK)
            return answer

    return speak


@contextmanager
def calling(path: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Call a peer within a span; give the metadata that tells the peer of it."""
    with _tracer.start_as_current_span(
        path,
        kind=trace.SpanKind.CLIENT,
        attributes=_told(path),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        carried: dict[str, str] = {}
        _CARRIED.inject(carried)
        try:
            yield tuple(carried.items())
        except grpc.aio.AioRpcError as error:
            _note(span, error.code())
            raise
        _note(span, grpc.StatusCode.OK)


def _told(path: str) -> dict[str, str]:
    service, _, method = path.strip("/").partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}


def _note(span: trace.Span, code: object) -> None:
    if not span.is_recording() or not isinstance(code, grpc.StatusCode):
        return
    span.set_attribute("rpc.grpc.status_code", code.value[0])
    if code in _OUR_FAULT:
        span.set_status(trace.StatusCode.ERROR, code.name)
