"""Captured messages."""

from frappe import publish_progress, publish_realtime

__all__ = ["publish_progress", "publish_realtime"]
