"""Walks simulated candidates through a copy of an exam, away from production, and says go or no-go (R-X-27).

``manage.py rehearse`` reads the exam and checks the configuration; ``python -m proctored_exam_xblock.rehearsal`` plays
it in a process of its own: rows in memory, keys and candidates made up, simulators in place of the vendors.
"""
