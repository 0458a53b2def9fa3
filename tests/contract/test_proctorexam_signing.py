"""ProctorExam's signature, by the published vectors, and nonces that no two processes share."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from proctored_exam_xblock.backends.proctorexam.signing import NONCE_BITS, printed, signature, signed
from proctored_exam_xblock.simulators.proctorexam.wire import digest
from tests.contract.proctorexam_vendor import sample

VECTORS = sample("signatures")
AT = datetime(2027, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS["vectors"])
def test_the_vectors_pass_on_both_sides(vector: dict[str, Any]) -> None:
    assert signature(vector["params"], VECTORS["secret_key"]) == vector["signature"]
    assert digest(vector["params"], VECTORS["secret_key"]) == vector["signature"]


def test_the_order_of_parameters_does_not_matter_and_the_signature_is_not_signed() -> None:
    first, _, last = VECTORS["vectors"]
    turned = dict(reversed(list(last["params"].items())), signature="x")
    assert signature(turned, VECTORS["secret_key"]) == last["signature"]
    assert signature(first["params"], "another") != first["signature"]


def test_values_are_printed_as_ruby_does() -> None:
    assert [printed(value) for value in (True, False, None, 4242, "Zoé & Co")] == [
        "true",
        "false",
        "",
        "4242",
        "Zoé & Co",
    ]
    for unknown in (1.5, ["a"], {"a": 1}):
        with pytest.raises(TypeError):
            printed(unknown)


def test_a_call_is_stamped_in_milliseconds_and_signed_with_its_stamps() -> None:
    call = signed({"id": "4242"}, "secret", AT, lambda bits: bits)
    stamps = {"id": "4242", "nonce": NONCE_BITS, "timestamp": 1803891600123}
    assert call == {**stamps, "signature": signature(stamps, "secret")}


def test_nonces_of_several_processes_at_one_instant_never_meet() -> None:
    program = (
        "from datetime import UTC, datetime\n"
        "from proctored_exam_xblock.backends.proctorexam.signing import signed\n"
        "at = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)\n"
        "print(*(signed({}, 's', at)['nonce'] for _ in range(3000)))\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    drawn = [int(nonce) for worker in workers for nonce in worker.communicate(timeout=60)[0].split()]
    assert len(drawn) == 12_000 == len(set(drawn))
    assert all(0 <= nonce < 2**63 for nonce in drawn)
    assert max(drawn) > 2**60, "all the bits are used"
