"""Stand-ins for proctoring vendors, each a process of its own with its own database and a proctor's seat.

They speak the documented wire format and share no code with ``backends``: an error of reading on one side is not
repeated on the other. For the demo campus and tests only. Start one by
``python -m proctored_exam_xblock.simulators proctoru`` or, in tests, by :func:`.process.running`.
"""
