"""The check of the equipment on the screen: verdict first, what to do for each failure, every value on the sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation

from proctored_exam_xblock.domain.equipment import UNWATCHED, WATCHED, Device, Sound, judge, read_measures, warnings_of
from proctored_exam_xblock.domain.journey import OnboardingFacts, Phase
from proctored_exam_xblock.presenter import equipment_advice
from tests.unit import candidates as c
from tests.unit.candidates import Case, tree, words
from tests.world import CHECK

AT = datetime(2017, 1, 30, 17, 22, 5, tzinfo=UTC)
GOOD = read_measures(CHECK)
EVERY_DEVICE = [
    {"camera": state, "microphone": other} for state, other in zip(Device, [*list(Device)[1:], Device.OK], strict=True)
]
EVERY_FAILURE = [
    *EVERY_DEVICE,
    {"camera_width": 320.0, "microphone_level": 0.0, "speakers": Sound.SILENT},
    {"down_kbps": 1.0, "up_kbps": 1.0, "browser_version": 3.0, "system": "linux", "cookies": False},
    {"latency_ms": 9e3, "jitter_ms": 9e3, "connection": "wifi", "screens": True, "clock_offset": -900.0},
]


def checked(phase: Phase = Phase.ONBOARDING, *, policy=c.POLICY, limits=WATCHED, **changes) -> Case:
    """A candidate whose computer was checked, with some measures changed."""
    found = judge(replace(GOOD, **changes), limits, ("linux",))
    done = {"equipment_checked_at": AT, "equipment_warnings": warnings_of(found), "equipment_findings": found}
    links = replace(c.LINKS, equipment_limits=limits)
    if phase is Phase.ONBOARDING:
        return Case(phase, replace(c.READY, onboarding=OnboardingFacts(**done)), c.BOOKED_AT, policy, links)
    facts = replace(c.BOOKED.facts if phase is not Phase.BOOKING else c.READY, onboarding=replace(c.DONE, **done))
    now = {Phase.BOOKING: c.BOOKING.now, Phase.BOOKED: c.BOOKED_AT, Phase.AVAILABLE: c.START}[phase]
    return Case(phase, facts, now, policy, links)


def verdict(case: Case, language: str = "fr") -> str:
    (element,) = tree(case, language).xpath("//*[@data-pex-verdict]")
    return words(element)


def test_the_verdict_is_plain():
    assert verdict(checked()) == "Votre équipement convient"
    assert verdict(checked(camera=Device.MISSING)) == "1 point à régler"
    assert verdict(checked(camera=Device.MISSING, down_kbps=3.0)) == "2 points à régler"
    assert verdict(checked(camera=Device.MISSING, down_kbps=3.0), "en") == "2 points to settle"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("changes", EVERY_FAILURE, ids=repr)
def test_each_failure_says_what_to_do(changes, language):
    case = checked(**changes)
    points = tree(case, language).find_class("pex-settle__point")
    assert len(points) == len(case.facts.onboarding.equipment_warnings)
    with translation.override(language):
        nothing = equipment_advice.advice("a code of tomorrow").title
    for point in points:
        assert nothing not in words(point)
        assert point.xpath(".//ol/li[normalize-space()]")


@pytest.mark.parametrize("code", ["camera", "microphone", "system", "browser", "camera_refused", "no_media_api"])
def test_warnings_that_an_earlier_release_recorded_are_still_read(code):
    facts = replace(c.READY, onboarding=OnboardingFacts(equipment_checked_at=AT, equipment_warnings=(code,)))
    section = tree(Case(Phase.ONBOARDING, facts, c.BOOKED_AT))
    (point,) = section.find_class("pex-settle__point")
    assert len(words(point)) > 20
    assert not section.find_class("pex-sheet"), "there are no values to print"


def test_advice_is_told_beside_a_good_verdict():
    case = checked(screens=True)
    assert verdict(case) == "Votre équipement convient"
    assert "Plusieurs écrans sont branchés" in words(tree(case))


def test_the_sheet_names_candidate_exam_moment_zone_and_every_value():
    (sheet,) = tree(checked(camera_width=320.0, clock_offset=-900.0)).find_class("pex-sheet")
    text = words(sheet)
    for piece in (
        *("Alex Moreau", "Examen final certifiant", "Cartographie", "ProctorU"),
        "lundi 30 janvier 2017, 18:22:05 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris",
        *("320 x 720", "640 x 480 au moins", "9000 kbit/s", "768 kbit/s au moins", "2000 kbit/s", "40 ms", "5 ms"),
        *("Firefox 130", "Windows 11", "câble réseau", "un seul écran", "entendu", "en retard de 15 minutes"),
        *("niveau 40 sur 100", "1 point à régler", "Convient", "À régler"),
    ):
        assert piece in text, piece


def test_only_what_the_service_needs_is_asked_for():
    watched, alone = tree(checked()), tree(checked(limits=UNWATCHED))
    assert watched.xpath("//@data-tests")[0].split() == ["camera", "microphone", "network"]
    assert alone.xpath("//@data-tests")[0].split() == ["network"]
    facts = replace(c.READY, onboarding=OnboardingFacts())
    unchecked = Case(Phase.ONBOARDING, facts, c.BOOKED_AT, links=replace(c.LINKS, equipment_limits=UNWATCHED))
    assert "caméra" not in words(tree(unchecked).xpath('//*[@data-pex-step="equipment"]')[0]).split("Vérifiez")[0]


@pytest.mark.parametrize("phase", [Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE])
def test_the_check_can_be_repeated_wherever_it_is_allowed(phase):
    section = tree(checked(phase, down_kbps=1.0))
    assert section.xpath('//*[@data-pex-action="check-equipment"]')
    assert section.xpath('//*[@data-pex-equipment]//*[@data-pex-action="test-equipment"][@data-test="network"]')
    ids = section.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_sound_is_asked_about_until_it_was_heard():
    assert tree(checked(speakers=Sound.UNASKED)).find_class("pex-sound")
    assert not tree(checked(speakers=Sound.HEARD)).find_class("pex-sound")


def test_a_page_that_gives_no_permission_leads_to_a_window_of_its_own():
    points = tree(checked(camera=Device.FRAME, microphone=Device.FRAME)).find_class("pex-settle__point")
    assert points[0].xpath('.//a[@href=""][@target="_blank"]')


def test_it_says_whether_booking_waits_for_it():
    required = replace(c.POLICY, equipment_required=True)
    assert "Réglez ces points pour pouvoir prendre rendez-vous" in words(tree(checked(policy=required, down_kbps=1.0)))
    assert "Cela ne vous bloque pas" in words(tree(checked(down_kbps=1.0)))
    step = tree(checked(policy=required, down_kbps=1.0)).xpath('//*[@data-pex-step="equipment"]')[0]
    assert step.get("data-done") == "false"
