"""Django admin: rows to read, and the few things staff do by hand; nothing is edited or deleted here."""

from . import candidates, equipment, mails, payments, preparing, vendors

__all__ = ["candidates", "equipment", "mails", "payments", "preparing", "vendors"]
