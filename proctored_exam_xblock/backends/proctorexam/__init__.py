"""ProctorExam v3, twice: sessions made through its API, and sessions made by an LTI launch.

Written from the vendor's documents and third-party clients, never tried against the live service. What the wire
looks like is in the simulator, which shares no code with this package.
"""

from __future__ import annotations

from .booked import ProctorExam
from .lti import ProctorExamLti

__all__ = ["ProctorExam", "ProctorExamLti"]
