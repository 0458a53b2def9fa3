"""Our services as providers of edx-proctoring (``openedx.proctoring``), for the platform's own proctored sections.

edx-proctoring imports these modules while Django starts: nothing here may touch models at import.
"""
