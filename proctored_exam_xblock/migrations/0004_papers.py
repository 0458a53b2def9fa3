"""Scores that are not whole points: both columns count parts of a point, ``score_unit`` to the point."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proctored_exam_xblock", "0003_before_the_exam")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="score_unit",
            field=models.PositiveIntegerField(default=1),
        ),
    ]
