"""Moves the business time of a demonstration, from one due instant to the next. Never shipped."""
