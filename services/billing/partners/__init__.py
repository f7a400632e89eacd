"""The outside companies and tools billing works with."""
