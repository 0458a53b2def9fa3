"""No input makes the readers of papers raise anything but their own error, hang or fill the memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz import campaign

RUNS = {"paper": 4_000, "markdown": 4_000, "archive": 1_000, "course": 2_000, "authors": 1_500}
LONGER = int(os.environ.get("PEX_FUZZ_TIMES", "1"))
"""How many times as many runs."""
missing = campaign.reason_not_to_run()
pytestmark = [pytest.mark.fuzz, pytest.mark.skipif(bool(missing), reason=missing)]


@pytest.mark.parametrize("target", RUNS)
def test_no_input_breaks(target: str, tmp_path: Path) -> None:
    done = campaign.run(target, tmp_path, [f"-runs={RUNS[target] * LONGER}", "-seed=1"])

    assert done.returncode == 0, f"make fuzz ARGS='{target} FILE' repeats it.\n{done.stdout[-6000:]}"
    assert f"Done {RUNS[target] * LONGER} runs" in done.stdout


def test_a_mistake_is_found(tmp_path: Path) -> None:
    done = campaign.run("planted", tmp_path, ["-runs=200000", "-seed=1", "-max_len=16"])

    assert done.returncode != 0
    assert "IndexError: found" in done.stdout
