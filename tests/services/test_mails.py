"""Events and the e-mails that they become: whom, once, when, in which language, what is not said (R-X-21)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives

from demo.models import Preference
from proctored_exam_xblock import mailing
from proctored_exam_xblock.backends.base import Refused, SessionState, Unavailable
from proctored_exam_xblock.models import Appointment, Candidacy, Mail
from proctored_exam_xblock.services import (
    booking,
    decisions,
    drafts,
    enrolment,
    entry,
    exams,
    interventions,
    review,
    rooms,
    sitting,
)
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, FORM, OTHER_SLOT, PAPER, SLOT, USAGE, World

pytestmark = pytest.mark.django_db
REASON = "Une personne est entrée dans la pièce <b>pendant</b> l’examen."


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    return exam.person()


def post(exam: World) -> list[EmailMultiAlternatives]:
    """What leaves now."""
    before = len(outbox.outbox)
    mailing.send_due(exam.clock())
    return outbox.outbox[before:]


def kinds(*states: str) -> list[str]:
    rows = Mail.objects.filter(state__in=states) if states else Mail.objects.all()
    return list(rows.exclude(kind="reminder").order_by("pk").values_list("kind", flat=True))


def html(message: EmailMultiAlternatives) -> str:
    return str(message.alternatives[0][0])


def calendar(message: EmailMultiAlternatives) -> str:
    """The attached file, unfolded; '' without one."""
    if not message.attachments:
        return ""
    return message.attachments[0].get_payload(decode=True).decode().replace("\r\n ", "")


# --- which events, and when -----------------------------------------------------------------------------------------


def test_an_appointment_that_the_vendor_has_not_confirmed_is_not_announced(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    assert post(exam) == []
    exam.ledger.fail = None
    exam.minutes(1)
    exam.drain()
    (message,) = post(exam)
    assert message.to == ["alex@example.org"]
    assert message.subject == "Rendez-vous confirmé\u00a0: Examen final, jeudi 2 mars à 16:00"


def test_where_no_vendor_books_the_confirmation_goes_out_at_once(exam: World, alex: Caller) -> None:
    exam.publish(backend="none", unlock="none")
    exam.onboard(alex)
    booking.book(alex, SLOT, exam.clock())
    assert [message.subject.split("\u00a0:")[0] for message in post(exam)] == ["Rendez-vous confirmé"]


def test_a_move_is_announced_once_it_is_sure_and_raises_the_sequence(exam: World, alex: Caller) -> None:
    exam.book(alex)
    (first,) = post(exam)
    booking.move(alex, OTHER_SLOT, exam.clock())
    assert post(exam) == []
    exam.drain()
    (second,) = post(exam)
    assert "vendredi 3 mars à 17:00" in second.subject
    assert ["SEQUENCE:0" in calendar(first), "SEQUENCE:1" in calendar(second)] == [True, True]
    assert "METHOD:REQUEST" in calendar(second)


def test_a_refused_move_says_that_the_old_time_stands(exam: World, alex: Caller) -> None:
    exam.book(alex)
    post(exam)
    exam.ledger.fail = Refused("slot_taken")
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    (message,) = post(exam)
    assert "reste inchangé" in message.subject
    assert "jeudi 2 mars" in message.body
    assert not message.attachments


def test_a_refused_booking_asks_for_another_time(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Refused("slot_taken")
    exam.book(alex)
    (message,) = post(exam)
    assert message.subject.startswith("Veuillez choisir un autre horaire")


@pytest.mark.parametrize("by", ["candidate", "vendor"])
def test_a_cancellation_takes_the_entry_out_of_the_calendar(exam: World, by: str) -> None:
    exam.publish(backend="live", unlock="none")
    alex = exam.person()
    exam.book(alex)
    post(exam)
    if by == "candidate":
        booking.cancel(alex, exam.clock())
    else:
        exam.ledger.room = SessionState.CANCELLED
        rooms.look(exam.candidacy(alex).pk, exam.clock())
    (message,) = post(exam)
    assert message.subject.startswith("Rendez-vous annulé")
    assert ("Vous avez annulé" in message.body) is (by == "candidate")
    assert [part in calendar(message) for part in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1")] == [True] * 3


def test_a_missed_appointment_says_whether_there_may_be_another(exam: World, alex: Caller) -> None:
    exam.book(alex)
    post(exam)
    exam.clock.present = SLOT + timedelta(minutes=61)
    entry.close_all(exam.clock())
    (message,) = post(exam)
    assert message.subject.startswith("Rendez-vous manqué")
    assert "si l’équipe du cours l’accorde" in message.body


def test_a_missed_appointment_by_the_exam_s_own_rule(exam: World, alex: Caller) -> None:
    exam.publish(second_after=["missed"])
    exam.book(alex)
    post(exam)
    exam.clock.present = SLOT + timedelta(minutes=61)
    entry.close_all(exam.clock())
    (message,) = post(exam)
    assert "Un second rendez-vous est possible\u00a0: choisissez-le" in message.body


def test_an_appointment_that_nobody_confirmed_is_not_the_candidate_s_fault(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(minutes=61)
    entry.close_all(exam.clock())
    (message,) = post(exam)
    assert "n’a jamais confirmé ce rendez-vous" in message.body


def test_what_staff_book_and_move_by_hand_is_told_as_theirs(exam: World, alex: Caller) -> None:
    exam.onboard(alex)
    pk = exam.candidacy(alex).pk
    interventions.book_for(pk, SLOT, "staff:1", "by telephone", exam.clock())
    (first,) = post(exam)
    interventions.book_for(pk, OTHER_SLOT, "staff:1", "by telephone", exam.clock())
    (second,) = post(exam)
    assert "L’équipe du cours a pris ce rendez-vous pour vous" in first.body
    assert "L’équipe du cours a déplacé votre rendez-vous" in second.body
    assert "SEQUENCE:1" in calendar(second)


def test_a_second_appointment_is_announced(exam: World, alex: Caller) -> None:
    exam.sit(alex)
    pk = exam.candidacy(alex).pk
    interventions.interrupt(pk, "staff:1", "power cut", exam.clock())
    interventions.grant_second_appointment(pk, "staff:1", "power cut", exam.clock())
    assert post(exam)[-1].subject.startswith("Un second rendez-vous vous est proposé")


def test_the_receipt_says_what_was_counted_and_the_result_only_where_it_is(exam: World, alex: Caller) -> None:
    exam.sit(alex)
    post(exam)
    holder = exam.with_window(alex)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    sitting.finish(holder, {}, exam.clock())
    assert [message.subject.split("\u00a0:")[0] for message in post(exam)] == ["Examen soumis"], (
        "the grade is not filed yet"
    )
    receipt, number = outbox.outbox[-1], exam.attempt(alex).certification_number
    assert number in receipt.subject
    assert "Partie 1\u00a0: comptée" in receipt.body
    assert "Partie 2\u00a0: non comptée" in receipt.body
    review.publish_grade(exam.attempt(alex).pk, exam.clock())
    exam.minutes(2)
    (message,) = post(exam)
    assert message.subject.startswith("Votre résultat est disponible")
    assert "http://testserver/dashboard/" in message.body
    earned, possible = exam.attempt(alex).score_earned, exam.attempt(alex).score_possible
    assert f"{earned}/{possible}" not in message.body + html(message)
    assert not message.attachments


def test_a_result_released_by_hand_is_announced_then(exam: World, alex: Caller) -> None:
    exam.publish(release="manual")
    exam.sit(alex)
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    post(exam)
    assert "result" not in kinds()
    review.release(exam.attempt(alex).pk, exam.clock(), "staff:1")
    review.publish_grade(exam.attempt(alex).pk, exam.clock())
    assert [message.subject.split("\u00a0:")[0] for message in post(exam)] == ["Votre résultat est disponible"]


def test_a_decision_reaches_the_candidate_with_its_reason_and_the_last_one_counts(exam: World, alex: Caller) -> None:
    exam.sit(alex)
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    pk = exam.attempt(alex).pk
    review.publish_grade(pk, exam.clock())
    post(exam)
    decisions.decide(pk, "invalidate", "staff:1", REASON, exam.clock())
    (message,) = post(exam)
    assert message.subject.startswith("Décision du jury")
    assert REASON in message.body
    assert "&lt;b&gt;pendant&lt;/b&gt;" in html(message)
    assert "<b>pendant" not in html(message)
    decisions.decide(pk, "reopen", "staff:1", "appeal", exam.clock())
    assert post(exam) == []
    decisions.decide(pk, "invalidate", "staff:1", "again", exam.clock())
    decisions.decide(pk, "validate", "staff:1", "appeal", exam.clock())
    review.publish_grade(pk, exam.clock())
    (message,) = post(exam)
    assert "Votre session est validée" in message.body


def test_drafts_that_the_board_counts_are_told(exam: World, alex: Caller) -> None:
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock())
    sitting.finish(holder, {}, exam.clock())
    decisions.count_drafts(exam.attempt(alex).pk, "staff:1", "power cut", exam.clock())
    assert "Vos réponses enregistrées sont comptées" in post(exam)[-1].body


# --- who gets none --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [{"mails": False}, {"practice": True}])
def test_an_exam_without_mails_sends_none(exam: World, alex: Caller, rules: dict[str, Any]) -> None:
    exam.publish(**rules)
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    assert not Mail.objects.exists()
    assert exam.appointment(alex).sequence == 1, "the file that was downloaded still hears of it"


def test_the_same_event_told_twice_is_one_row(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.book(alex)
    exam.drain()
    assert kinds() == ["confirmed"]


def test_a_row_that_was_sent_is_not_sent_again(exam: World, alex: Caller) -> None:
    exam.book(alex)
    assert len(post(exam)) == 1
    assert post(exam) == []


def test_a_confirmation_that_was_overtaken_is_dropped_and_no_calendar_hears_of_the_end(
    exam: World, alex: Caller
) -> None:
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    (message,) = post(exam)
    assert (kinds("dropped"), kinds("sent")) == (["confirmed"], ["cancelled"])
    assert not message.attachments


def test_an_earlier_time_is_not_announced_after_the_later_one(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert [message.subject.split("\u00a0:")[0] for message in post(exam)] == ["Nouvel horaire de votre rendez-vous"]


def test_a_closed_account_gets_nothing(exam: World, alex: Caller) -> None:
    exam.book(alex)
    get_user_model().objects.filter(pk=alex.user_id).update(is_active=False)
    assert post(exam) == []
    assert kinds("dropped") == ["confirmed"]


# --- reminders ------------------------------------------------------------------------------------------------------


def at(exam: World, moment: datetime) -> list[str]:
    exam.clock.present = moment
    return [message.subject for message in post(exam)]


def test_reminders_go_out_at_their_hours_once(exam: World, alex: Caller) -> None:
    exam.book(alex)
    post(exam)
    assert at(exam, SLOT - timedelta(hours=24, minutes=1)) == []
    assert at(exam, SLOT - timedelta(hours=24)) == [
        "Votre examen commence dans 24 heures\u00a0: Examen final, jeudi 2 mars à 16:00"
    ]
    assert at(exam, SLOT - timedelta(hours=23)) == []
    assert at(exam, SLOT - timedelta(hours=1)) == [
        "Votre examen commence dans 1 heure\u00a0: Examen final, jeudi 2 mars à 16:00"
    ]
    assert at(exam, SLOT) == []


@pytest.mark.parametrize(("hours", "late", "count"), [(24, 5.9, 1), (24, 6.1, 0), (1, 0.2, 1), (1, 0.3, 0)])
def test_a_reminder_is_never_late(exam: World, alex: Caller, hours: int, late: float, count: int) -> None:
    exam.publish(reminder_hours=[hours])
    exam.book(alex)
    post(exam)
    assert len(at(exam, SLOT - timedelta(hours=hours - late))) == count


def test_who_books_after_its_hour_gets_no_reminder(exam: World, alex: Caller) -> None:
    exam.publish(lead_time_hours=2)
    exam.clock.present = SLOT - timedelta(hours=20)
    exam.book(alex)
    assert [row.data["hours"] for row in Mail.objects.filter(kind="reminder")] == [1]


def test_a_moved_appointment_is_reminded_of_at_its_new_time_only(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    post(exam)
    assert at(exam, SLOT - timedelta(hours=24)) == []
    assert len(at(exam, OTHER_SLOT - timedelta(hours=24))) == 1


def test_nobody_is_reminded_of_what_was_cancelled_or_begun(exam: World, alex: Caller) -> None:
    exam.book(alex)
    robin = exam.person("robin")
    exam.book(robin)
    Appointment.objects.filter(candidacy__user_id=robin.user_id).update(state="used")
    booking.cancel(alex, exam.clock())
    post(exam)
    assert at(exam, SLOT - timedelta(hours=1)) == []


# --- language, zone, words ------------------------------------------------------------------------------------------


def test_the_language_is_the_candidate_s_then_the_platform_s_then_the_exam_s(exam: World) -> None:
    exam.publish(language="fr", seats_per_slot=9)
    for name in ("own", "chosen", "unsaid"):
        exam.book(exam.person(name))
    Candidacy.objects.filter(user__username="own").update(language="en")
    users = get_user_model().objects
    Preference.objects.create(user=users.get(username="own"), language="fr")
    Preference.objects.create(user=users.get(username="chosen"), language="en-gb")
    said = {message.to[0].split("@")[0]: message.subject.split(":")[0].strip() for message in post(exam)}
    assert said == {
        "own": "Appointment confirmed",
        "chosen": "Appointment confirmed",
        "unsaid": "Rendez-vous confirmé",
    }


def test_the_time_is_the_candidate_s_with_the_exam_s_beside_it_where_they_differ(exam: World, alex: Caller) -> None:
    enrolment.save_information(alex, {**FORM, "time_zone": "America/Montreal", "country": "CA"}, exam.clock())
    enrolment.accept_terms(alex, "1", exam.clock())
    enrolment.confirm_name(alex, exam.clock())
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    (message,) = post(exam)
    assert "jeudi 2 mars à 10:00" in message.subject
    assert "(UTC-05:00)" in message.body
    assert "Heure de l’examen\u00a0: jeudi 2 mars 2017, 16:00 (UTC+01:00)" in message.body
    robin = exam.person("robin")
    exam.book(robin)
    (message,) = post(exam)
    assert "Heure de l’examen" not in message.body


def test_no_name_or_title_starts_a_header_or_a_tag(exam: World) -> None:
    exam.policy["title"] = "ignored"
    alex = exam.person()
    get_user_model().objects.filter(pk=alex.user_id).update(first_name="<i>Al</i>\r\nBcc: thief@example.org")
    title = "Examen <script>\r\nBcc: thief@example.org\u2028fin"
    exams.publish(usage_key=USAGE, course_key=COURSE, title=title, policy=exam.policy, paper=PAPER, now=exam.clock())
    exam.book(alex)
    (message,) = post(exam)
    sent = message.message()
    assert sent["Bcc"] is None
    assert message.recipients() == ["alex@example.org"]
    assert "\n" not in message.subject
    assert "<script>" not in html(message)
    assert "<i>Al" not in html(message)


def test_every_message_has_both_alternatives_one_link_to_the_exam_and_the_help(exam: World, alex: Caller) -> None:
    exam.publish(help_phones=["01 02 03 04 05"], help_emails=["aide@example.org"])
    exam.book(alex)
    (message,) = post(exam)
    address = "http://testserver/courses/cartopro/"
    assert html(message).count(f'href="{address}"') == 1
    assert message.body.count(address) == 1
    for wanted in ("01 02 03 04 05", "08 00 00 00 00", "aide@example.org", "Alex"):
        assert wanted in message.body
        assert wanted in html(message)
    assert "<img" not in html(message)
    sent = message.message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in sent.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]


def test_the_sender_is_the_setting_s_else_the_platform_s(exam: World, alex: Caller, settings: Any) -> None:
    exam.book(alex)
    (message,) = post(exam)
    assert message.from_email == "webmaster@localhost"
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "MAIL_FROM": "Examens <exam@example.org>"}
    booking.cancel(alex, exam.clock())
    (message,) = post(exam)
    assert message.from_email == "Examens <exam@example.org>"
    assert message.extra_headers["Message-ID"].endswith("@example.org>")


def test_the_trail_and_the_log_know_neither_address_nor_text(
    exam: World, alex: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    exam.book(alex)
    get_user_model().objects.filter(pk=alex.user_id).update(email="not an address")
    post(exam)
    assert not [word for word in ("not an address", "Alex", "Martin") if word in caplog.text]
    assert not [word for word in ("@", "Alex") if word in str(list(Mail.objects.values()))]
