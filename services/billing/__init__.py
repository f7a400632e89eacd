"""Prepaid credit: wallets, the ledger, prices, purchases by card, receipts."""
