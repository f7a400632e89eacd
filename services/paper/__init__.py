"""Letters printed and posted. Its rules stand; the service itself comes with paper mail."""
