"""The whole house's tests share these fixtures; each service adds its own beside its tests."""

pytest_plugins = ["tests.support.servers", "tests.support.time"]
