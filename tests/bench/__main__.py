"""Measures on SQLite (a file) and on MariaDB, each in a process of its own; prints and writes ``var/bench.json``.

Arguments: ``sqlite`` or ``mariadb`` to measure one only, ``papers`` for neither of them.
The status is 1 when a wanted figure is missed.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proctored_exam_xblock import presenter
from tests import mariadb
from tests.bench import papers

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "proctored_exam_xblock/static/proctored_exam_xblock"
FIGURES = ROOT / "var/bench.json"
SLOWEST_DRAFT = 0.5
MOST_DRAFT_STATEMENTS = 4
MOST_SCREEN_STATEMENTS = 10
MOST_SLOTS_STATEMENTS = 3
SLOWEST_CALENDAR = 3.0
"""Times as long as with 50 appointments on file: the full slots of the window are read, the rest is not."""
MOST_BYTES = 40 * 1024
SLOWEST_CLIENT = 1.5
SLOWEST_WITH_FAULTS = 2.0
SLOWEST_PAPER = 150
LEAST_LINEAR = 2.0

Found = dict[str, Any]


@contextmanager
def sqlite_file() -> Iterator[dict[str, str]]:
    """The environment of a measurement on a new file, as the demo campus uses one."""
    with tempfile.TemporaryDirectory(prefix="pex-bench-") as folder:
        yield {"DJANGO_SETTINGS_MODULE": "settings.demo", "DEMO_DATABASE": f"{folder}/bench.sqlite3"}


@contextmanager
def mariadb_server() -> Iterator[dict[str, str]]:
    """The same on a server that is started for it."""
    with mariadb.server() as server:
        yield server.environment


DATABASES: dict[str, Callable[[], Any]] = {"sqlite": sqlite_file, "mariadb": mariadb_server}


def measure(name: str) -> Found:
    """Figures of one database."""
    with DATABASES[name]() as environment, tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "tests.bench.measure", str(answer)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
        found: Found = json.loads(answer.read_text(encoding="utf-8"))
        return found


def page_bytes() -> Found:
    """What a browser fetches, compressed file by file as a server does."""
    files = [STATIC / "js" / name for name in presenter.SCRIPTS] + [STATIC / "css" / name for name in presenter.STYLES]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), mtime=0)) for path in files}
    return {"files": sizes, "gzip_bytes": sum(sizes.values())}


def shortcomings(figures: Found) -> list[str]:
    """Wanted figures that are missed, in words."""
    missed = []
    for name, found in figures["databases"].items():
        ratio, handlers = found["speed"]["save_draft"]["ratio"], found["handlers"]
        if ratio < SLOWEST_DRAFT:
            missed.append(f"{name}: save_draft runs at {ratio} of the bare view, wanted {SLOWEST_DRAFT}")
        if handlers["save_draft"]["ours"] > MOST_DRAFT_STATEMENTS or handlers["save_draft"]["fields"]:
            missed.append(
                f"{name}: save_draft costs {handlers['save_draft']}, wanted {MOST_DRAFT_STATEMENTS}, no field"
            )
        if handlers["screen"]["ours"] > MOST_SCREEN_STATEMENTS:
            missed.append(f"{name}: screen costs {handlers['screen']['ours']}, wanted {MOST_SCREEN_STATEMENTS}")
        missed += _calendar_shortcomings(name, found["calendar"]["deeds"])
        missed += _queue_shortcomings(name, found)
    missed += _paper_shortcomings(figures["papers"])
    if figures["page"]["gzip_bytes"] > MOST_BYTES:
        missed.append(f"page: {figures['page']['gzip_bytes']} bytes, wanted {MOST_BYTES}")
    return missed


def _paper_shortcomings(found: Found) -> list[str]:
    missed = [
        f"papers: {size} questions take {found[size]['ratio']} times a bare parse, wanted {SLOWEST_PAPER}"
        for size in map(str, papers.SIZES)
        if found[size]["ratio"] > SLOWEST_PAPER
    ]
    for what, beside in (("candidates", "one"), ("items", f"each of {papers.SURVEYED}")):
        each = found[what]["each_of_many"]
        if each > LEAST_LINEAR:
            missed.append(
                f"papers: {what}: each of {papers.CANDIDATES} takes {each} times {beside}, wanted {LEAST_LINEAR}"
            )
    return missed


def _calendar_shortcomings(name: str, deeds: Found) -> list[str]:
    missed = []
    for deed, found in deeds.items():
        if found["statements"] > MOST_SLOTS_STATEMENTS:
            missed.append(f"{name}: {deed} costs {found['statements']}, wanted {MOST_SLOTS_STATEMENTS}")
        if not found["same_plans"] or found["scans"]:
            missed.append(f"{name}: {deed} is planned otherwise with many appointments: {found['scans']}")
        if found["ratio"] > SLOWEST_CALENDAR:
            missed.append(f"{name}: {deed} takes {found['ratio']} times as long as with few appointments")
    return missed


def _queue_shortcomings(name: str, found: Found) -> list[str]:
    queue, client = found["outbox"], found["client"]
    missed = [f"{name}: {queue[what]} bookings {what}" for what in ("duplicates", "lost") if queue[what]]
    if queue["tries"] == queue["entries"]:
        missed.append(f"{name}: no fault was met")
    if queue["ratio"] > SLOWEST_WITH_FAULTS:
        missed.append(f"{name}: a booking with faults takes {queue['ratio']} times one without")
    if client["ratio"] > SLOWEST_CLIENT:
        missed.append(f"{name}: our client takes {client['ratio']} times a bare call, wanted {SLOWEST_CLIENT}")
    return missed


def show(figures: Found) -> None:
    """The figures as a table."""
    for name, found in figures["databases"].items():
        print(f"\n{found['database']} ({name}, {found['attempts_on_file']} attempts on file)")
        print(f"  {'bare view':34}{found['bare_view_per_second']:>9} /s")
        for deed, speed in found["speed"].items():
            print(f"  {deed:34}{speed['per_second']:>9} /s   {speed['ratio']:>5} of the bare view")
        print(f"  {'handler':34}{'ours':>9}{'host':>6}{'fields':>8}   (statements)")
        for handler, costs in found["handlers"].items():
            print(f"  {handler:34}{costs['ours']:>9}{costs['host']:>6}{costs['fields']:>8}")
        calendar = found["calendar"]
        for deed, costs in calendar["deeds"].items():
            print(
                f"  {deed:34}{costs['statements']:>9}   (statements) {costs['ms']:>8} ms, {costs['ratio']} times",
                end="",
            )
            print(f" that with few appointments, {calendar['appointments_on_file']} are on file")
        queue, client = found["outbox"], found["client"]
        print(f"  {queue['entries']} bookings to a vendor: {queue['per_second']} /s", end="")
        print(f", with faults {queue['per_second_with_faults']} /s, {queue['ratio']} times as long", end="")
        print(f" ({queue['tries']} tries, {queue['duplicates']} duplicates, {queue['lost']} lost)")
        print(f"  one vendor call: {client['ours_ms']} ms, bare {client['bare_ms']} ms, ratio {client['ratio']}")
    for size in map(str, papers.SIZES):
        paper = figures["papers"][size]
        print(f"\n{size} questions: read in {paper['read_ms']} ms ({paper['ratio']} times a bare parse)", end="")
        print(f", graded in {paper['grade_ms']} ms", end="")
    pool, many = figures["papers"]["pool"], figures["papers"]["candidates"]
    print(f"\n{pool['questions']} of {papers.SIZES[-1]} questions: drawn in {pool['draw_ms']} ms", end="")
    print(f", found again in {pool['drawn_ms']} ms, graded in {pool['grade_ms']} ms", end="")
    print(f"\n{papers.CANDIDATES} candidates graded in {many['many_s']} s, each {many['each_of_many']} times one")
    figures_of = figures["papers"]["items"]
    print(f"figures of 30 questions over {papers.CANDIDATES} papers: {figures_of['many_s']} s", end="")
    print(f", each {figures_of['each_of_many']} times one of {papers.SURVEYED}")
    page = figures["page"]
    print(f"\nJS and CSS: {page['gzip_bytes']} bytes gzipped in {len(page['files'])} files")


def main(chosen: list[str]) -> int:
    """Measure, show, keep."""
    names = [name for name in chosen or DATABASES if name != "papers"]
    if "mariadb" in names and mariadb.program() is None:
        print("Missing: a MariaDB server; not measured there. Install it with: apt install mariadb-server-core")
        names.remove("mariadb")
    figures: Found = {"page": page_bytes(), "papers": papers.measure(), "databases": {}}
    for name in names:
        print(f"· Measuring on {name}", flush=True)
        figures["databases"][name] = measure(name)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    show(figures)
    missed = shortcomings(figures)
    print("\n".join(["", *missed]) if missed else "\nEvery wanted figure is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
