"""Who takes part: made-up candidates drawn from a seed, among them every habit that exams have to live with."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What becomes of a first booking."""

    NONE = "none"
    MOVES = "moves"
    REBOOKS = "rebooks"


class Day(StrEnum):
    """When a candidate comes."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"


class Network(StrEnum):
    """What happens to the page during the exam: nothing, a reload, or a window that is gone for good."""

    STEADY = "steady"
    RELOADS = "reloads"
    CRASHES = "crashes"


class Ending(StrEnum):
    """By the candidate's hand, or by the clock: with a last answer that comes too late, or with nobody there."""

    FINISHES = "finishes"
    TOO_LATE = "too_late"
    LEAVES = "leaves"


@dataclass(frozen=True)
class Role:
    """One candidate; ``number`` names them in the report."""

    number: int
    first_name: str
    last_name: str
    language: str
    time_zone: str
    country: str
    extra_percent: int = 0
    change: Change = Change.NONE
    day: Day = Day.ON_TIME
    network: Network = Network.STEADY
    ending: Ending = Ending.FINISHES
    mistakes: int = 0
    """Wrong forms and passwords typed before the right ones."""

    @property
    def username(self) -> str:
        return f"candidate{self.number:04d}"

    @property
    def email(self) -> str:
        return f"{self.username}@rehearsal.invalid"

    @property
    def information(self) -> dict[str, str]:
        """The information form as this candidate fills it in."""
        abroad = {"state": "NY", "zipcode": "10001"} if self.country == "US" else {}
        return {
            "phone": f"+33 6 00 00 {self.number // 100 % 100:02d} {self.number % 100:02d}",
            "address": "1 rue de la Répétition",
            "city": self.time_zone.rpartition("/")[2].replace("_", " "),
            "country": self.country,
            "time_zone": self.time_zone,
            **abroad,
        }


_PLACES = (
    ("Europe/Paris", "FR"),
    ("Europe/Paris", "FR"),
    ("Europe/Brussels", "BE"),
    ("Africa/Dakar", "SN"),
    ("Indian/Reunion", "RE"),
    ("America/New_York", "US"),
    ("Asia/Kolkata", "IN"),
    ("Pacific/Auckland", "NZ"),
    ("America/Sao_Paulo", "BR"),
)
_FIRST = ("Zoé", "Aïcha", "Jean-Loup", "Ngọc", "Maëlle", "Søren", "Fatou", "Łukasz", "Anne", "Inès", "李")
_LAST = ("D’Aubigné", "Le Gall", "Ben Salah", "Martin", "Müller", "O'Neill", "Nguyễn", "Diop", "de la Tour", "Øye")
# The first of any rehearsal, however small: nobody else of them is drawn.
_ALWAYS: tuple[dict[str, object], ...] = (
    {"extra_percent": 33, "network": Network.RELOADS},
    {"change": Change.MOVES, "ending": Ending.TOO_LATE, "mistakes": 2},
    {"change": Change.REBOOKS, "network": Network.CRASHES},
    {"day": Day.LATE, "mistakes": 1},
    {"day": Day.NEVER},
    {"extra_percent": 33, "ending": Ending.LEAVES},
)


def draw(count: int, seed: int) -> list[Role]:
    """``count`` candidates, the same for the same seed."""
    dice = random.Random(f"cast {seed}")  # noqa: S311 (the same people again, not a secret)
    return [_role(number, dice) for number in range(1, count + 1)]


def _role(number: int, dice: random.Random) -> Role:
    zone, country = dice.choice(_PLACES)
    habits: dict[str, object] = {
        "extra_percent": 33 if dice.random() < 0.08 else 0,
        "change": _drawn(dice, {Change.MOVES: 0.15, Change.REBOOKS: 0.08}, Change.NONE),
        "day": _drawn(dice, {Day.LATE: 0.06, Day.NEVER: 0.03}, Day.ON_TIME),
        "network": _drawn(dice, {Network.RELOADS: 0.12, Network.CRASHES: 0.06}, Network.STEADY),
        "ending": _drawn(dice, {Ending.TOO_LATE: 0.08, Ending.LEAVES: 0.06}, Ending.FINISHES),
        "mistakes": dice.choice((0, 0, 0, 1, 2)),
    }
    if number <= len(_ALWAYS):
        habits = dict(_ALWAYS[number - 1])
    return Role(
        number=number,
        first_name=dice.choice(_FIRST),
        last_name=f"{dice.choice(_LAST)} {number}",
        language=dice.choice(("fr", "fr", "en")),
        time_zone=zone,
        country=country,
        **habits,  # type: ignore[arg-type]
    )


def _drawn(dice: random.Random, shares: dict[object, float], otherwise: object) -> object:
    point = dice.random()
    for value, share in shares.items():
        if point < share:
            return value
        point -= share
    return otherwise
