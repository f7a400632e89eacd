"""Demonstration data: invented bodies, an agency with a history, a member of staff."""

from local.demo.play import Login, load

__all__ = ["Login", "load"]
