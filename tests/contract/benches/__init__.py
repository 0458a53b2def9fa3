"""The services under test, by slug: their classes to read declarations from, and how to make a bench."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from proctored_exam_xblock.backends.base import Backend
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring
from proctored_exam_xblock.backends.none import NoBackend
from proctored_exam_xblock.backends.onsite import OnSite
from proctored_exam_xblock.backends.proctorexam import ProctorExam, ProctorExamLti
from proctored_exam_xblock.backends.proctoru import ProctorU
from tests.contract.suite import Bench

from .edx_proctoring import EdxProctoringBench
from .proctorexam import ProctorExamBench, ProctorExamLtiBench
from .proctoru import ProctorUBench
from .silent import SilentBench
from .simulated import SimulatedBench
from .visio import VisioBench, example_class

KINDS: Mapping[str, type[Backend]] = {
    "edx_proctoring": EdxProctoring,
    "none": NoBackend,
    "onsite": OnSite,
    "proctorexam": ProctorExam,
    "proctorexam_lti": ProctorExamLti,
    "proctoru": ProctorU,
    "visio": example_class(),
}
_SIMULATED: Mapping[str, tuple[type[SimulatedBench], str]] = {
    "proctorexam": (ProctorExamBench, "proctorexam_process"),
    "proctorexam_lti": (ProctorExamLtiBench, "proctorexam_process"),
    "proctoru": (ProctorUBench, "simulator_process"),
}


def make(slug: str, request: pytest.FixtureRequest) -> Bench:
    """An empty bench."""
    if slug == "visio":
        return VisioBench()
    if slug == "edx_proctoring":
        return EdxProctoringBench(request.getfixturevalue("rest_service"))
    if slug in _SIMULATED:
        kind, process = _SIMULATED[slug]
        return kind(request.getfixturevalue(process))
    return SilentBench(KINDS[slug])
