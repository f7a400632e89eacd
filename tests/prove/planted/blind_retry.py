"""dispatch with a bug planted: a hand-over without an answer counts as none, and is made again."""

import asyncio
from unittest.mock import patch

from services.dispatch.domain.sending import Sending
from services.dispatch.main import run
from services.dispatch.settings import DispatchSettings

if __name__ == "__main__":
    with patch.object(Sending, "lost_track", Sending.not_handed_over):
        asyncio.run(run(DispatchSettings()))
