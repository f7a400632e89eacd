"""Accounts: who uses Préavis, how they prove who they are, whether they may send."""
