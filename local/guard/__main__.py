"""``python -m local.guard leaks`` or ``… audit``; both end with an exit code."""

import sys
from importlib import import_module

if __name__ == "__main__":  # each is loaded when it is asked for: both take their time
    sys.exit(import_module(f"local.guard.{sys.argv[1]}").main())
