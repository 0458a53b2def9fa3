"""ProctorU (Meazure Learning), ad-hoc booking: our slots, their proctors, a code typed on the candidate's screen.

Written from the vendor's documents and third-party clients, never tried against the live service. What the wire
looks like is in the simulator, which shares no code with this package.
"""

from .service import ProctorU
from .zones import windows_zone

__all__ = ["ProctorU", "windows_zone"]
