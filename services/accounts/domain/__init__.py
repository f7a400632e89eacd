"""The rules of accounts, without database or clock."""
