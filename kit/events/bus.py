"""The connection to NATS, behind our own small door: the only file that knows the client."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, Self

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NoStreamResponseError, NotFoundError

from kit.errors import TryAgain
from kit.pruning import STREAM_KEEPS

_DUPLICATE_WINDOW_S: Final = 3600  # longer than the relay's longest pause between two tries
_PUBLISH_TIMEOUT_S: Final = 5
_ACK_WAIT_S: Final = 60


class BusAway(TryAgain):
    """NATS did not confirm; the fact may or may not be stored there."""

    reason = "bus-away"


class Bus:
    """One process's connection to JetStream; it reconnects forever."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.js: JetStreamContext = client.jetstream(timeout=_PUBLISH_TIMEOUT_S)

    @classmethod
    async def connect(cls, url: str, *, name: str) -> Self:
        """Connect, however long it takes; ``name`` is what the server's monitoring shows."""
        client = await nats.connect(
            url,
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=_quiet,
            allow_reconnect=True,
        )
        return cls(client)

    @property
    def is_connected(self) -> bool:
        """Say whether the connection stands at this moment."""
        return bool(self._client.is_connected)

    async def close(self) -> None:
        """Hand over what is buffered, then leave."""
        if not self._client.is_closed:
            await self._client.drain() if self._client.is_connected else await self._client.close()

    async def publish(
        self, subject: str, payload: bytes, *, message_id: str, headers: Mapping[str, str]
    ) -> None:
        """Store one message in its stream, once per ``message_id``. Raises ``BusAway``."""
        try:
            await self.js.publish(
                subject,
                payload,
                headers={**headers, "Nats-Msg-Id": message_id},
                timeout=_PUBLISH_TIMEOUT_S,
            )
        except (TimeoutError, NatsError, OSError) as error:
            if isinstance(error, NoStreamResponseError):
                await self._remake_stream(subject)
            raise BusAway(str(error)) from error

    async def _remake_stream(self, subject: str) -> None:
        """Make a stream that the broker lost, for the next try; nobody has to restart for it."""
        with suppress(TimeoutError, NatsError, OSError):
            await self.provision_stream(subject.split(".")[1])

    async def provision_stream(self, service: str) -> None:
        """Create or update the stream of a service's facts: files, limits, nothing deletable."""
        config = StreamConfig(
            name=stream_name(service),
            subjects=[f"evt.{service}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            max_age=STREAM_KEEPS.total_seconds(),
            duplicate_window=_DUPLICATE_WINDOW_S,
            deny_delete=True,
            deny_purge=True,
            allow_direct=True,
        )
        try:
            await self.js.stream_info(stream_name(service))
        except NotFoundError:
            await self.js.add_stream(config)
        else:
            await self.js.update_stream(config)

    async def provision_consumer(self, service: str, durable: str, subjects: Sequence[str]) -> None:
        """Create or update a durable pull consumer on a service's stream."""
        await self.provision_stream(service)
        await self.js.add_consumer(
            stream_name(service),
            ConsumerConfig(
                durable_name=durable,
                ack_policy=AckPolicy.EXPLICIT,
                deliver_policy=DeliverPolicy.ALL,
                filter_subjects=list(subjects),
                ack_wait=_ACK_WAIT_S,
                max_deliver=-1,  # we count, and keep the poison in our own table
                max_ack_pending=500,
            ),
        )

    async def pull(self, service: str, durable: str) -> JetStreamContext.PullSubscription:
        """Open the pull subscription of a provisioned durable."""
        return await self.js.pull_subscribe_bind(durable=durable, stream=stream_name(service))


def stream_name(service: str) -> str:
    """Return the name of the stream of a service's facts."""
    return service.upper()


async def _quiet(_error: Exception) -> None:
    """Say nothing: the outbox metrics show an outage, and the client reconnects by itself."""
