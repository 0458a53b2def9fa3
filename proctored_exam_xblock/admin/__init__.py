"""Django admin: rows to read, and the few things staff do by hand; nothing is edited or deleted here."""

from . import candidates, equipment, payments, vendors

__all__ = ["candidates", "equipment", "payments", "vendors"]
