"""Package definition; tools are configured in pyproject.toml, why each dependency in docs/dependencies.md."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'__version__ = "([^"]+)"', (HERE / "proctored_exam_xblock/__init__.py").read_text()).group(1)

FUZZED = (
    "sys_platform == 'linux' and platform_machine == 'x86_64'"
    " and implementation_name == 'cpython' and python_version < '3.14'"
)
"""Where atheris has wheels; scripts/test_tools.py says the same."""

DEMO = [
    "xblock-sdk==0.14.*",
    "waitress>=3,<4",
    "whitenoise>=6.5,<7",
]
TEST = [
    *DEMO,
    "atheris>=3,<4; " + FUZZED,
    "axe-playwright-python>=0.1.4",
    "hypothesis>=6.100",
    "playwright>=1.45",
    "PyMySQL>=1.1",
    "pytest>=8",
    "pytest-django>=4.8",
    "pytest-randomly>=3.15",
    "pytest-xdist>=3.6",
    "polib>=1.2",
    "vobject>=0.9.8",
]
DEV = [
    *TEST,
    "build>=1.2",
    "django-stubs>=5.1,<6",
    "enmerkar>=0.7",
    "import-linter>=2",
    "lxml-stubs",
    "mypy>=1.15,<1.19",
    "ruff>=0.6",
    "tox>=4",
]

setup(
    name="proctored-exam-xblock",
    version=VERSION,
    description="Open edX block for a certifying, proctored final exam: booking, gate, clock, answers, grade.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    license_files=["LICENSE"],
    classifiers=[
        "Framework :: Django :: 4.2",
        "Framework :: Django :: 5.2",
        "Natural Language :: English",
        "Natural Language :: French",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
    ],
    python_requires=">=3.11",
    packages=find_packages(include=["proctored_exam_xblock", "proctored_exam_xblock.*"]),
    include_package_data=True,
    zip_safe=False,
    install_requires=[
        "XBlock[django]>=5.1,<7",
        "web-fragments>=2,<5",
        "Django>=4.2,<6",
        "edx-submissions>=3.10,<5",
        "edx-opaque-keys>=2.11,<5",
        "lxml>=5,<7",
        "edx-proctoring>=5.2,<7",
        "celery>=5.3,<6",
        "httpcore>=1,<2",
        "httpx>=0.27,<0.29",
        "oauthlib>=3.2,<5",
        "Babel>=2.14,<3",
        "icalendar>=6,<8",
        "phonenumbers>=8.13,<10",
        "nh3>=0.3,<1",
        "tzlocal>=5,<6",
        "tzdata",
    ],
    extras_require={"demo": DEMO, "test": TEST, "dev": DEV},
    entry_points={
        "xblock.v1": ["proctored_exam = proctored_exam_xblock.block:ProctoredExamXBlock"],
        "lms.djangoapp": ["proctored_exam_xblock = proctored_exam_xblock.apps:ProctoredExamConfig"],
        "cms.djangoapp": ["proctored_exam_xblock = proctored_exam_xblock.apps:ProctoredExamConfig"],
        "openedx.proctoring": [
            "onsite = proctored_exam_xblock.providers.onsite:OnSite",
            "proctorexam = proctored_exam_xblock.providers.proctorexam:ProctorExam",
        ],
    },
)
