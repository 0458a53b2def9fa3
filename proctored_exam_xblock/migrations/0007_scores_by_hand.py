"""Scores that were put by hand before rows said so: only the trail knew, and the first regrade would have made them again."""

from django.db import migrations

CHUNK = 500
MAKING_A_SCORE = ("finished", "expired", "rescored", "score_overridden", "drafts_counted", "regraded")


def mark_scores_by_hand(apps, schema_editor):
    """Attempts whose last entry that made a score is one of somebody's hand."""
    entries = apps.get_model("proctored_exam_xblock", "AuditEntry").objects
    attempts = apps.get_model("proctored_exam_xblock", "Attempt").objects
    overridden = attempts.filter(score_by_hand=False, audit__action="score_overridden").distinct().order_by("pk")
    last = 0
    while chunk := list(overridden.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        last = chunk[-1]
        made = entries.filter(attempt__in=chunk, action__in=MAKING_A_SCORE).order_by("sequence")
        latest = dict(made.values_list("attempt_id", "action"))
        attempts.filter(pk__in=[pk for pk, action in latest.items() if action == "score_overridden"]).update(
            score_by_hand=True
        )


class Migration(migrations.Migration):
    dependencies = [("proctored_exam_xblock", "0006_regrade_index")]

    operations = [migrations.RunPython(mark_scores_by_hand, migrations.RunPython.noop, elidable=True)]
