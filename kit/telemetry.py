"""Logs, traces and metrics: one set-up for every process."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from opentelemetry import trace
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased
from prometheus_client import Counter, Gauge, Histogram

Event = MutableMapping[str, Any]

RPC_SECONDS: Final = Histogram(
    "preavis_rpc_server_seconds", "RPCs answered, by method and gRPC code", ["method", "code"]
)
PARTNER_SECONDS: Final = Histogram(
    "preavis_partner_seconds", "Calls to outside partners, by outcome", ["partner", "outcome"]
)
MAILS: Final = Counter("preavis_mails_total", "E-mails handed over, by outcome", ["outcome"])
UPLOADS: Final = Counter("preavis_uploads_total", "Files read, by outcome", ["outcome"])
PDF_SECONDS: Final = Histogram("preavis_pdf_seconds", "PDF rendered, queue included")
LOOP_UP: Final = Gauge("preavis_loop_up", "1 while a background loop runs", ["loop"])

# Keys whose values name a person or open a door: never written, whoever logs them.
_PRIVATE: Final = frozenset(
    {
        "address", "authorization", "body", "cookie", "email", "first_name", "iban", "last_name",
        "name", "password", "phone", "recipient", "secret", "session_token", "subject", "to",
        "token",
    }
)  # fmt: skip


def set_up(service: str, *, environment: str) -> None:
    """Send this process's logs to stdout as JSON, and its traces to OTLP when an address is set.

    Telemetry never fails a request. Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` no span is recorded,
    since it would go nowhere; its ids still travel, and stand in the logs.
    """
    _set_up_logs(service)
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return  # set up once a process
    exports = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": f"preavis-{service}", "deployment.environment.name": environment}
        ),
        sampler=_sampler() if exports else ALWAYS_OFF,  # spans still have ids, for the logs
    )
    trace.set_tracer_provider(provider)
    if exports:
        _export(provider)


def _sampler() -> Sampler:
    return ParentBased(TraceIdRatioBased(float(os.environ.get("OTEL_TRACES_SAMPLER_ARG", "1.0"))))


def _export(provider: TracerProvider) -> None:
    """Send spans out, those of each statement and each call to a partner included."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - slow
        OTLPSpanExporter,
    )

    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]  # half typed
    trace_partners(provider)


def trace_partners(provider: TracerProvider) -> None:
    """Record each call to a partner, without what its address carries in its query."""
    HTTPXClientInstrumentor().instrument(
        tracer_provider=provider, request_hook=cut_query, async_request_hook=cut_query_async
    )


def cut_query(span: trace.Span, _request: object) -> None:
    """Keep the query of a partner's address out of traces: some carry our key in it."""
    for name in ("http.url", "url.full"):
        address = (getattr(span, "attributes", None) or {}).get(name)
        if isinstance(address, str):
            span.set_attribute(name, address.partition("?")[0])


async def cut_query_async(span: trace.Span, request: object) -> None:
    """Do the same for calls that are awaited."""
    cut_query(span, request)


def flush() -> None:
    """Hand over the spans still waiting; called last."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush(5_000)


def _set_up_logs(service: str) -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_private,
        add_trace,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(os.environ.get("PREAVIS_LOG_LEVEL", "INFO"))
    for chatty in ("httpx", "httpcore", "fontTools", "nats"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def hide_private(_logger: object, _method: str, event: Event) -> Event:
    """Blank the values that may name a person or open a door."""
    for key in event.keys() & _PRIVATE:
        event[key] = "[hidden]"
    return event


def add_trace(_logger: object, _method: str, event: Event) -> Event:
    """Say within which trace a line is written."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event
