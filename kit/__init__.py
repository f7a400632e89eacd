"""Shared plumbing, without one business word."""
