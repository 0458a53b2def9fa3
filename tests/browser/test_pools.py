"""A part is drawn from a pool: its author sees what that means, each candidate gets questions of their own."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.by_request import ask, at, do
from tests.browser.course_team import change_rules
from tests.browser.test_authoring import Author

AT_ONCE = {
    "backend": "none",
    "unlock": "none",
    "appointments": False,
    "prerequisites": [],
    "practice_exam": "",
    "first_day": "2027-02-14",
    "opens_at": "00:00",
    "closes_at": "23:59",
    "question_points": 2,
    "wrong_answer_percent": 50,
    "score_scale": "twenty",
    "show_result_in_exam": True,
    "release": "immediate",
}
"""An exam that can be entered now, without a proctor."""


REWRITTEN = {
    ("<problem>\n</problem>", "tags", "a"): '<problem tags="a">\n</problem>',
    ("<?xml version='1.0'?><!-- <problem tags='x'> --><problem  weight='2' >", "tags", '<"&'): (
        "<?xml version='1.0'?><!-- <problem tags='x'> --><problem  weight='2' tags=\"&lt;&quot;&amp;\" >"
    ),
    ("<problem a='tags=\"1\" > 2' tags = 'x' fixed='true'/>", "tags", "y"): (
        "<problem a='tags=\"1\" > 2' tags = \"y\" fixed='true'/>"
    ),
    ("<problem tags='x' url_name='q'><p tags='z'/></problem>", "tags", ""): (
        "<problem url_name='q'><p tags='z'/></problem>"
    ),
    ("<problem", "tags", "y"): None,
    ("<part><problem/></part>", "tags", "y"): None,
    ("<problem broken>", "tags", "y"): None,
}
"""(text, attribute, value) -> the text with it in the first tag and nowhere else; None where that cannot be done."""


def begin(page: Page) -> list[str]:
    """Through the steps to the running clock; gives the ids of the questions, in order."""
    page.goto("/courses/cartopro/unit/")
    terms = page.locator('[data-pex-action="accept-terms"]').get_attribute("data-version")
    ask(page, "cartopro", "accept_terms", version=terms)
    ask(page, "cartopro", "confirm_name")
    page.goto("/courses/cartopro/unit/")
    at(page, "available")
    do(page, "launch")
    if page.locator('[data-pex-action="consent"]:visible').count():
        do(page, "consent")
    at(page, "unlocked")
    do(page, "start")
    at(page, "sitting")
    return page.locator("[data-pex-question]").evaluate_all("all => all.map(one => one.dataset.questionId)")


def test_an_author_makes_a_part_a_pool_and_two_candidates_get_questions_of_their_own(campus_factory, visitor):
    site = campus_factory()
    dominique = Author(visitor(site, "dominique")).open("paper")
    part = dominique.find("[data-pex-author-part]").first
    statistics, count = (
        part.locator("[data-pex-author-pool]"),
        part.get_by_label("Questions tirées pour chaque candidat"),
    )
    expect(statistics).to_be_hidden()
    count.fill("4")
    expect(part.get_by_label("des questions tirées de cette banque")).to_be_checked()
    expect(statistics).to_contain_text("4 questions sur 10, 4 points pour chaque candidat.")
    expect(statistics).to_contain_text("en moyenne 1,6 sur 4 en commun (40 %)")
    part.get_by_label("Questions dans un ordre aléatoire").check()

    for place in (0, 1):
        part.locator('[data-pex-author-do="open-question"]').nth(place).click()
        question = part.locator("[data-pex-author-problem]").nth(place)
        question.get_by_label("Étiquettes").fill("norme, ISO & co")
        question.get_by_label("Difficulté").fill("facile")
        expect(question.locator("[data-pex-author-pills]")).to_have_text("normeISO & cofacile")
        expect(question.get_by_label("Problème (OLX)")).to_have_value(
            re.compile(r'tags="norme, ISO &amp; co" difficulty="facile">')
        )
        part.locator('[data-pex-author-do="open-question"]').nth(place).click()
    expect(statistics.locator("tbody tr")).to_have_text(
        [re.compile(r"norme.*1 sur 2", re.S), re.compile("Sans étiquette.*3 sur 8", re.S)]
    )
    expect(dominique.find("[data-pex-author-pools]")).to_contain_text("Chaque candidat a 24 questions, 24 points.")

    count.fill("12")
    expect(statistics).to_contain_text("La banque n’a que 10 questions")
    dominique.show("checks")
    expect(dominique.finding("pools_large_enough")).to_have_attribute("data-severity", "stop")
    expect(dominique.finding("pools_large_enough")).to_contain_text("(12 / 10)")
    dominique.finding("pools_large_enough").get_by_role("button").click()
    expect(count).to_be_focused()
    count.fill("")
    dominique.do("save")
    expect(part.locator('[data-pex-author-error="draw"]')).to_contain_text("le nombre de questions tirées")
    expect(count).to_be_focused()
    count.fill("4")
    dominique.save()
    change_rules(dominique.page, **AT_ONCE)
    dominique.open("paper")
    expect(count).to_have_value("4")
    expect(statistics).to_contain_text("8 points pour chaque candidat")

    alex, robin = visitor(site, "alex"), visitor(site, "robin")
    own = [begin(page) for page in (alex, robin)]
    assert [len(ids) for ids in own] == [24, 24]
    assert set(own[0][:4]) != set(own[1][:4])
    assert own[0][4:] == own[1][4:]

    for fieldset in alex.locator("[data-pex-question]:visible").all():
        if fieldset.locator("select").count():
            fieldset.locator("select").select_option(index=1)
        else:
            fieldset.locator("input").first.check()
    do(alex, "submit-part")
    do(alex, "confirm")
    expect(alex.locator('[data-pex-part="1"]').first).to_have_attribute("data-state", "submitted")
    do(alex, "finish")
    do(alex, "confirm")
    expect(at(alex, "result").locator(".pex-score")).to_have_text(re.compile(r"^\d[\d,]* / 20$"))


def test_what_the_text_says_of_a_question_is_never_lost_by_the_fields_beside_it(campus, visitor):
    dominique = Author(visitor(campus, "dominique")).open("paper")
    dominique.page.get_by_text("Importer des questions").click()
    wrong = '<problem tags=" risk,  bpmn &amp; co " difficulty="dur" fixed="true">\n  <customresponse/>\n</problem>'
    dominique.page.get_by_label("Ou collez-les ici").fill(wrong)
    dominique.do("import-add")
    question = dominique.find("[data-pex-author-problem]").last
    expect(question.locator("[data-pex-author-mistake]")).to_be_visible()
    question.locator('[data-pex-author-do="open-question"]').click()
    tags, level = question.get_by_label("Étiquettes"), question.get_by_label("Difficulté")
    fixed, text = question.get_by_label("Garde sa place"), question.get_by_label("Problème (OLX)")
    why = question.locator("[data-pex-author-likeness-why]")
    expect(tags).to_have_value("risk, bpmn & co")
    expect(level).to_have_value("dur")
    expect(fixed).to_be_checked()
    expect(why).to_be_hidden()
    tags.press("End")
    tags.press_sequentially(", x")
    expect(text).to_have_value(wrong.replace(" risk,  bpmn &amp; co ", "risk, bpmn &amp; co, x"))

    whole = text.input_value()
    for broken in (
        whole.replace("<problem ", "<problem x= "),
        whole.replace('x"', 'x" tags="y"'),
        whole.replace("bpmn", "&nope;"),
    ):
        text.fill(broken)
        for field in (tags, level, fixed):
            expect(field).to_be_disabled()
            expect(field).to_have_accessible_description(re.compile("la première balise"))
        expect(why).to_be_visible()
        expect(tags).to_have_value("risk, bpmn & co, x")
        text.fill(whole.replace("dur", "facile"))
        expect(tags).to_be_enabled()
        expect(why).to_be_hidden()
        expect(level).to_have_value("facile")


def test_figures_of_another_paper_do_not_stay_when_they_cannot_be_asked_for(campus, visitor):
    dominique = Author(visitor(campus, "dominique")).open("paper")
    part = dominique.find("[data-pex-author-part]").first
    count, statistics = part.locator("[data-pex-author-draw-count]"), part.locator("[data-pex-author-pool]")
    whole, failure = dominique.find("[data-pex-author-pools]"), dominique.error("pools")
    count.fill("0")
    expect(part.locator('[data-pex-author-error="draw"]')).to_contain_text("le nombre de questions tirées")
    count.fill("4")
    expect(statistics).to_contain_text("4 questions sur 10")
    expect(whole).to_be_visible()
    dominique.page.route("**/describe_pools", lambda route: route.abort())
    count.fill("5")
    expect(failure).to_contain_text("La plateforme ne répond pas.")
    for figures in (statistics, whole):
        expect(figures).to_be_hidden()
    dominique.page.unroute("**/describe_pools")
    count.fill("6")
    expect(statistics).to_contain_text("6 questions sur 10")
    expect(failure).to_be_hidden()


def test_the_pools_of_a_ready_made_exam_read_well_on_a_phone_in_english(campus, visitor):
    dominique = Author(visitor(campus, "operator", "en", viewport={"width": 320, "height": 900}, color_scheme="dark"))
    dominique.page.goto("/courses/cartopro-payant/author/#pex-paper")
    expect(dominique.find("[data-pex-author-ready]")).to_be_visible()
    part = dominique.find("[data-pex-author-part]").nth(1)
    expect(dominique.find("[data-pex-author-pools]")).to_contain_text("Every candidate gets 21 questions, 21 points.")
    expect(part.locator("[data-pex-author-pool]")).to_contain_text("Two candidates share 2.5 of 5 on average (50 %).")
    expect(part.locator("tbody tr").nth(1)).to_contain_text("3 of 6")
    count = part.get_by_label("Questions drawn for every candidate")
    count.fill("1")
    expect(part.locator("tbody tr").first).to_contain_text("Never drawn")
    part.get_by_label("all questions").check()
    expect(part.locator("[data-pex-author-pool]")).to_be_hidden()
    part.get_by_label("questions drawn from this pool").check()
    expect(part.locator("[data-pex-author-pool]")).to_be_visible()
    part.locator('[data-pex-author-do="open-question"]').first.click()
    expect(part.get_by_label("Keeps its place in a random order").first).to_be_visible()

    rewritten = "([text, name, value]) => window.PexAuthor.withAttribute(text, name, value)"
    for given, expected in REWRITTEN.items():
        assert dominique.page.evaluate(rewritten, list(given)) == expected

    results = Axe().run(dominique.page)
    wide, room = dominique.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert results.violations_count == 0, results.generate_report()
    assert wide <= room
