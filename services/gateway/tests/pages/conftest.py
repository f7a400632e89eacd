from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from typing_extensions import override

from kit import templating


class Compiled(BytecodeCache):
    """The pages' templates as they were first compiled: each test opens an application anew."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    compiled, plain = Compiled(), templating.environment

    def environment(path: Path) -> Environment:
        made = plain(path)
        made.bytecode_cache = compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templating, "environment", environment)
        yield
