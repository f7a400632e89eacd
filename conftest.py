"""The whole house's tests share these fixtures; each service adds its own beside its tests."""

import structlog

pytest_plugins = ["tests.support.servers", "tests.support.time"]

# the library's own default draws each traceback in colours, for seconds
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
)
