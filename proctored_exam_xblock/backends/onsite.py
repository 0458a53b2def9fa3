"""A human invigilator in the candidates' room: no vendor, nothing is sent; the board is where codes are read."""

from __future__ import annotations

from ..domain.equipment import UNWATCHED
from .base import Backend, Capability


class OnSite(Backend):
    """Appointments live in our own tables; the invigilator gives the code and runs the room from the board."""

    slug = "onsite"
    verbose_name = "On site"
    capabilities = frozenset({Capability.UNLOCK_CODE})
    equipment = UNWATCHED
