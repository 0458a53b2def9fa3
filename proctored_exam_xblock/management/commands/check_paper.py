"""Tell of course content what an exam can use, problem by problem, and why not; write the paper of what is chosen."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import olx
from ...domain.errors import InvalidPaper
from ...paper_reasons import paper_reason


class Command(BaseCommand):
    help = (
        "Check problems as Studio exports them: a file (course XML or Markdown), a folder, or a course's tar.gz. "
        "Tells of each problem whether it can be used, else file, line and reason. Nothing is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="file, folder or archive")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument(
            "--part",
            action="append",
            default=[],
            metavar="URL_NAME",
            help="a section, subsection, unit or problem that becomes a part (repeatable)",
        )
        parser.add_argument("--olx", action="store_true", help="print the paper of the chosen parts as course XML")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the report, or the paper, to standard output."""
        if options["olx"] and not options["part"]:
            raise CommandError("--olx: name the parts with --part.")
        try:
            export = olx.load(options["path"])
            report = olx.report_of(export)
            if options["part"]:
                paper, findings = olx.import_parts(export, options["part"])
                report = olx.Report(findings, {})
        except InvalidPaper as error:
            raise CommandError(told(error)) from None
        except OSError as error:
            raise CommandError(f"{options['path']}: {error.strerror or 'cannot be read'}") from None
        if options["olx"]:
            self.stdout.write(olx.write_paper(paper), ending="")
            for finding in report.findings:
                if not finding.imports:
                    self.stderr.write(_line(finding))
        elif options["json"]:
            self.stdout.write(json.dumps(as_json(report), indent=2, ensure_ascii=False))
        else:
            self._tell(report)

    def _tell(self, report: olx.Report) -> None:
        for finding in report.findings:
            self.stdout.write(_line(finding))
            for note in finding.notes:
                self.stdout.write(
                    f"    {finding.file}:{note.line}: {paper_reason(note.reason, note.tag)} [{note.reason}]"
                )
        good = sum(finding.imports for finding in report.findings)
        self.stdout.write(f"\n{good} of {len(report.findings)} problems can be used.")
        if report.others:
            counted = ", ".join(f"{count} {name}" for name, count in sorted(report.others.items()))
            self.stdout.write(f"Not problems: {counted}.")


def told(error: InvalidPaper) -> str:
    """An error about the whole, in words with its code."""
    params = error.params
    where = f"line {params['line']}: " if params.get("line") else ""
    name = f"{params['name']}: " if params.get("name") else ""
    return f"{where}{name}{paper_reason(str(params['reason']), str(params.get('tag', '')))} [{params['reason']}]"


def _line(finding: olx.Finding) -> str:
    where = finding.file + (f":{finding.line}" if finding.line else "")
    name = " ".join(word for word in (finding.url_name, f"“{finding.title}”" if finding.title else "") if word)
    if finding.problem is not None:
        count = len(finding.problem.questions)
        return f"ok      {where}: {name} ({count} answer{'s' if count > 1 else ''})"
    return f"REFUSED {where}: {name}: {paper_reason(finding.reason, finding.tag)} [{finding.reason}]"


def as_json(report: olx.Report) -> dict[str, Any]:
    """The report as plain JSON; codes are stable, ``message`` is for people."""
    return {
        "usable": sum(finding.imports for finding in report.findings),
        "refused": sum(not finding.imports for finding in report.findings),
        "other_blocks": dict(report.others),
        "problems": [_problem(finding) for finding in report.findings],
    }


def _problem(finding: olx.Finding) -> dict[str, Any]:
    problem = finding.problem
    return {
        "file": finding.file,
        "line": finding.line,
        "url_name": finding.url_name,
        "title": finding.title,
        "place": [{"tag": p.tag, "url_name": p.url_name, "title": p.title} for p in finding.places],
        "imports": finding.imports,
        "inputs": list(olx.input_ids(problem)) if problem else [],
        "reason": finding.reason or None,
        "element": finding.tag or None,
        "message": paper_reason(finding.reason, finding.tag) if finding.reason else None,
        "notes": [
            {
                "line": note.line,
                "reason": note.reason,
                "element": note.tag,
                "message": paper_reason(note.reason, note.tag),
            }
            for note in finding.notes
        ],
    }
