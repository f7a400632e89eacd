"""What letters can do: one function per intention."""
