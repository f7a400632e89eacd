"""The whole house's tests share these fixtures; each service adds its own beside its tests."""

import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.servers", "tests.support.time"]

# the library's own default draws each traceback in colours, for seconds
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
)

# the same cases at each run: a red build speaks of its own commit, not of a busy machine (whose
# slowness is what `too_slow` would tell of); `make prove` draws new ones
settings.register_profile(
    "house", derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
