"""What billing can do: one function per intention."""
