"""Any provider installed under ``openedx.proctoring``, behind our interface (R-X-2)."""

from .service import EdxProctoring

__all__ = ["EdxProctoring"]
