"""Before booking: the steps of the candidate's file, each one transaction with its audit entry."""

from __future__ import annotations

from .information import save_information
from .naming import confirm_name
from .terms import accept_terms

__all__ = ["accept_terms", "confirm_name", "save_information"]
