"""Course XML is read as the platform means it, refused by line when it cannot be, and written in one form only."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.domain.grading import grade
from proctored_exam_xblock.domain.questions import Kind
from proctored_exam_xblock.domain.snapshot import paper_to_json
from proctored_exam_xblock.olx import hardened, read_paper, reading, richtext, write_paper

RADIO = '<choicegroup><choice correct="true">Yes</choice><choice correct="false">No</choice></choicegroup>'


def problem(inside: str, attributes: str = "") -> str:
    return f"<problem {attributes}>{inside}</problem>"


def part(inside: str) -> str:
    return f"<part>{inside}</part>"


def mc(inside: str = RADIO) -> str:
    return f"<multiplechoiceresponse>{inside}</multiplechoiceresponse>"


def one(xml: str):
    """The question of a paper that has one problem."""
    (question,) = read_paper(part(xml)).questions
    return question


def radio(group: str = RADIO, prompt: str = "<label>Sure?</label>", attributes: str = ""):
    return one(problem(mc(prompt + group), attributes))


def texts(question):
    return [(choice.html, choice.correct) for choice in question.choices]


def refusal(xml: str) -> InvalidPaper:
    with pytest.raises(InvalidPaper) as caught:
        read_paper(xml)
    return caught.value


# The three kinds of problem ------------------------------------------------------------------------------------------


def test_radio_buttons():
    question = radio()

    assert (question.kind, question.prompt, question.points) == (Kind.SINGLE, "Sure?", 1)
    assert texts(question) == [("Yes", True), ("No", False)]


def test_checkboxes():
    question = one(
        problem(
            "<choiceresponse><label>Even?</label><checkboxgroup>"
            '<choice correct="true">2</choice><choice correct="false">3</choice><choice correct="TRUE">4</choice>'
            "</checkboxgroup></choiceresponse>"
        )
    )

    assert question.kind is Kind.MULTIPLE
    assert texts(question) == [("2", True), ("3", False), ("4", True)]


def test_a_radiogroup_in_a_choiceresponse_is_radio_buttons():
    group = RADIO.replace("choicegroup", "radiogroup")

    assert one(problem(f"<p>Q</p><choiceresponse>{group}</choiceresponse>")).kind is Kind.SINGLE


@pytest.mark.parametrize(
    "entry",
    [
        '<optioninput><option correct="False">Up</option><option correct="True"> Down </option></optioninput>',
        """<optioninput options="('Up','Down')" correct="Down"/>""",
        """<optioninput options="('Up' 'Down')" correct="Down"></optioninput>""",
    ],
)
def test_both_forms_of_a_drop_down_list(entry):
    question = one(problem(f"<optionresponse><label>Where?</label>{entry}</optionresponse>"))

    assert question.kind is Kind.SELECT
    assert texts(question) == [("Up", False), ("Down", True)]


def test_an_apostrophe_inside_an_old_style_option_is_text():
    entry = """<optioninput options="('I don't know','it\\'s &lt;b&gt;')" correct="I don't know"/>"""

    assert texts(one(problem(f"<p>Q</p><optionresponse>{entry}</optionresponse>"))) == [
        ("I don't know", True),
        ("it's &lt;b&gt;", False),
    ]


def test_a_twin_of_the_right_option_is_right_as_the_platform_compares_texts():
    entry = (
        '<optioninput><option correct="false">A</option><option correct="true">A</option>'
        '<option correct="false">B</option></optioninput>'
    )
    question = one(problem(f"<p>Q</p><optionresponse>{entry}</optionresponse>"))

    assert texts(question) == [("A", True), ("A", True), ("B", False)]
    assert len({choice.id for choice in question.choices}) == 3


@pytest.mark.parametrize(
    "words",
    [
        "<label><p>a</p>   \n  <p>b</p></label>",
        "<p>a<table><tbody><tr><td>c</td></tr></tbody></table>   <p>b</p>   </p>",
    ],
)
def test_space_between_blocks_is_no_part_of_the_question(words):
    paper = read_paper(part(problem(words + mc())))
    assert read_paper(write_paper(paper)) == paper


def test_twins_that_are_both_right_survive_a_round_trip():
    option = "<option correct='true'>a</option><option correct='{}'> a </option><option correct='false'>b</option>"
    for second in ("true", "false"):
        xml = f"<p>Q</p><optionresponse><optioninput>{option.format(second)}</optioninput></optionresponse>"
        paper = read_paper(part(problem(xml)))
        assert [choice.correct for choice in paper.questions[0].choices] == [True, True, False]
        assert read_paper(write_paper(paper)) == paper


def test_shuffling_fixed_choices_weight_and_explanation_are_kept():
    question = radio(
        '<choicegroup shuffle="true"><choice correct="true">Yes</choice>'
        '<choice correct="false" fixed="true">None</choice></choicegroup>'
        "<solution><p>Because.</p></solution>",
        attributes='weight="2.0"',
    )

    assert (question.shuffle, question.points, question.explanation) == (True, 2, "<p>Because.</p>")
    assert [choice.fixed for choice in question.choices] == [False, True]


# The prompt ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "prompt"),
    [
        ("<multiplechoiceresponse><label>Q <b>1</b></label>{}</multiplechoiceresponse>", "Q <b>1</b>"),
        ("<label>Q</label><multiplechoiceresponse>{}</multiplechoiceresponse>", "Q"),
        ("Q<multiplechoiceresponse>{}</multiplechoiceresponse>", "Q"),
        ("<p>Q</p>\n  <multiplechoiceresponse>{}</multiplechoiceresponse>", "<p>Q</p>"),
        ("<p>A</p>\n\n<multiplechoiceresponse><label>B</label>\n{}\n</multiplechoiceresponse>\n<p>C</p>",
         "<p>A</p>\n<p>B</p>\n<p>C</p>"),
        ("<multiplechoiceresponse><label>A</label><description>B</description>{}</multiplechoiceresponse>",
         '<p>A</p><p class="question-description">B</p>'),
        ("<multiplechoiceresponse><label><ul><li>A</li></ul></label>{}</multiplechoiceresponse>",
         "<ul><li>A</li></ul>"),
        ("<div><p>A</p><multiplechoiceresponse>{}</multiplechoiceresponse></div>", "<div><p>A</p></div>"),
        ("<p><text>A</text> \\(x^2\\)</p><multiplechoiceresponse>{}</multiplechoiceresponse>", "<p>A \\(x^2\\)</p>"),
        ('<multiplechoiceresponse><label><img src="/static/a.png" alt="A"/></label>{}</multiplechoiceresponse>',
         '<img src="/static/a.png" alt="A">'),
    ],
)  # fmt: skip
def test_the_prompt_is_all_that_stands_around_the_choices_in_order(xml, prompt):
    assert one(problem(xml.format(RADIO))).prompt == prompt


def test_an_old_label_attribute_is_the_prompt_unless_the_text_says_it_already():
    labelled = RADIO.replace("<choicegroup>", '<choicegroup label="Sure?">')

    assert radio(labelled, "").prompt == "Sure?"
    assert radio(labelled, "<p>Are you? Sure?</p>").prompt == "<p>Are you? Sure?</p>"
    assert radio(labelled, "<p>Think.</p>").prompt == "<p>Think.</p>\n<p>Sure?</p>"


def test_the_title_of_a_problem_without_words_is_its_prompt():
    assert radio(prompt="", attributes='display_name="Sure &amp; safe?"').prompt == "Sure &amp; safe?"


def test_rich_text_in_choices_survives():
    question = radio(
        '<choicegroup><choice correct="true"><code>a&lt;b</code> &amp; <sup>2</sup></choice>'
        '<choice correct="false"><text>No</text></choice></choicegroup>'
    )

    assert [choice.html for choice in question.choices] == ["<code>a&lt;b</code> &amp; <sup>2</sup>", "No"]


def test_hints_and_solutions_are_in_no_text_that_a_candidate_sees():
    question = one(
        problem(
            "<multiplechoiceresponse><label>Q</label><choicegroup>"
            '<choice correct="true">Yes <choicehint>CANARY1</choicehint>!</choice><choice correct="false">No</choice>'
            "<compoundhint>CANARY2</compoundhint></choicegroup>"
            "<solution>CANARY3</solution></multiplechoiceresponse>"
            "<demandhint><hint>CANARY4</hint></demandhint><solution>CANARY5</solution>"
        )
    )
    seen = question.prompt + "".join(choice.html for choice in question.choices)

    assert "CANARY" not in seen
    assert question.choices[0].html == "Yes !"
    assert question.explanation == "CANARY3\nCANARY5"


# Sanitising ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<p onclick="x()">A</p>', "<p>A</p>"),
        ('<a href="javascript:x()">A</a>', '<a rel="noopener noreferrer">A</a>'),
        ('<img src="x" onerror="x()"/>', '<img src="x">'),
        ('A<script type="text/javascript">x()</script>', "A"),
        ("<style>body{}</style>A", "A"),
        ('<iframe src="https://e.com">x</iframe>A', "A"),
        ('<form action="/x"><input name="a"/>A</form>', "A"),
        ('<span style="position:fixed;text-align:left">A</span>', '<span style="text-align:left">A</span>'),
        ('<p class="pex-bar">A</p>', '<p class="">A</p>'),
        ('<p id="pex">A</p>', "<p>A</p>"),
        ("&lt;script&gt;A", "&lt;script&gt;A"),
        ('<P ONCLICK="x()">A</P>', "<p>A</p>"),
        ("<TEXT>A</TEXT><Script type='text/javascript'>x()</Script>", "A"),
        ("<select><option>B</option></select><video>C</video>A", "A"),
    ],
)
def test_nothing_that_acts_survives_in_prompt_choice_or_explanation(written, shown):
    group = RADIO.replace("Yes", written) + f"<solution>{written}</solution>"
    question = radio(group, f"<label>{written}</label>")

    assert {question.prompt, question.choices[0].html, question.explanation} == {shown}


@given(
    st.recursive(
        st.text("ab <>&'\"\u00a0é\n\t", max_size=6).map(lambda text: richtext.escape(text)),
        lambda inner: st.tuples(
            st.sampled_from(["p", "b", "ul", "li", "table", "td", "pre", "a", "font", "iframe", "div", "em", "h1"]),
            st.sampled_from(
                ["", ' title="a&#10;b"', ' href="é x"', ' style="text-align: left; color: red"', ' lang="fr"']
            ),
            st.lists(inner, max_size=3),
        ).map(lambda t: f"<{t[0]}{t[1]}>{''.join(t[2])}</{t[0]}>"),
        max_leaves=8,
    )
)
def test_any_rich_text_is_clean_at_once_and_survives_a_round_trip(content):
    paper = read_paper(part(problem(f"<p>Q</p>{content}{mc()}")))
    written = write_paper(paper)

    assert richtext.clean(paper.questions[0].prompt) == paper.questions[0].prompt
    assert read_paper(written) == paper
    assert write_paper(read_paper(written)) == written


def test_words_in_a_tag_that_is_not_allowed_are_kept_unless_the_tag_acts():
    for tag in sorted(richtext.HTML_TAGS - {"script"}):
        words = "" if tag in ACTING or tag in VOID else "words"
        prompt = radio(prompt=f"<div>Q <{tag}>{words}</{tag}></div>").prompt

        assert re.sub("<[^>]*>", "", prompt).split() == ["Q", *words.split()], tag


ACTING = {
    *(
        "applet",
        "audio",
        "canvas",
        "embed",
        "frameset",
        "iframe",
        "math",
        "noscript",
        "object",
        "select",
        "style",
        "svg",
    ),
    *("template", "textarea", "title", "video"),
}
VOID = {"area", "base", "basefont", "br", "col", "frame", "hr", "img", "input", "isindex", "link", "meta", "param"}


# Ids -----------------------------------------------------------------------------------------------------------------


def test_an_id_is_the_url_name_or_is_made_from_the_words_and_not_from_the_place():
    named, plain, other = (
        problem(mc(f"<label>{label}</label>{RADIO}"), attributes)
        for label, attributes in [("A", 'url_name="a-1"'), ("B", ""), ("C", "")]
    )
    paper = read_paper(part(named + plain + other))
    turned = read_paper(part(other) + part(plain + named))

    assert paper.questions[0].id == "a-1"
    assert {q.prompt: q.id for q in paper.questions} == {q.prompt: q.id for q in turned.questions}


def test_an_id_tells_nothing_about_the_key():
    keys = [RADIO, RADIO.replace("true", "x").replace("false", "true").replace("x", "false")]
    first, second = (radio(key + f"<solution><p>{n}</p></solution>") for n, key in enumerate(keys))

    assert first.key != second.key
    assert first.id == second.id
    assert [choice.id for choice in first.choices] == [choice.id for choice in second.choices]


def test_the_same_question_twice_gets_two_ids():
    xml = problem(mc("<label>Q</label>" + RADIO))
    first, second = read_paper(part(xml + xml)).questions

    assert second.id == first.id + "-2"


def test_a_made_id_gives_way_to_a_url_name_that_is_the_same():
    made = radio().id
    xml = mc("<label>Sure?</label>" + RADIO)
    name = f'url_name="{made}"'
    paper = read_paper(part(problem(xml) + problem(xml, name)))

    assert [question.id for question in paper.questions] == [made + "-2", made]


# Writing -------------------------------------------------------------------------------------------------------------

CANONICAL = """<part title="One &amp; two">
  <problem url_name="a-1" weight="3">
    <multiplechoiceresponse>
      <label>What is <b>this</b>?<br/>Really</label>
      <choicegroup type="MultipleChoice" shuffle="true">
        <choice correct="true">Yes</choice>
        <choice correct="false" fixed="true"><img src="/static/a.png" alt="a &quot;b&quot; &lt;c"/></choice>
      </choicegroup>
      <solution><p>Because\u00a0so.</p></solution>
    </multiplechoiceresponse>
  </problem>
  <problem url_name="a-2">
    <p>First.</p><p>Second.</p>
    <choiceresponse>
      <checkboxgroup>
        <choice correct="true">2</choice>
        <choice correct="true">4</choice>
      </checkboxgroup>
    </choiceresponse>
  </problem>
  <problem url_name="a-3">
    <optionresponse>
      <label>Where?</label>
      <optioninput>
        <option correct="false">l'été &lt;</option>
        <option correct="true">Down</option>
      </optioninput>
    </optionresponse>
  </problem>
</part>
"""


def test_the_canonical_form_is_written_back_byte_for_byte():
    assert write_paper(read_paper(CANONICAL)) == CANONICAL


def test_comments_indentation_declaration_and_wrapper_make_no_difference():
    flat = re.sub(r">\n *<", "><", CANONICAL)
    dressed = (
        f'\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- x --><?pi x?><paper a="b">{flat}<!-- y --></paper>'
    )

    assert write_paper(read_paper(dressed)) == CANONICAL


@st.composite
def papers(draw: st.DrawFn) -> str:
    word = st.text("abcé ?<&>'\"\\", min_size=1, max_size=8).filter(lambda t: t.strip())
    forms = {
        "multiplechoiceresponse": ("choicegroup", "choice"),
        "choiceresponse": ("checkboxgroup", "choice"),
        "optionresponse": ("optioninput", "option"),
    }

    def one_problem() -> str:
        response = draw(st.sampled_from(sorted(forms)))
        group, item = forms[response]
        count = draw(st.integers(1, 4))
        right = draw(st.integers(0, count - 1))
        items = "".join(
            f'<{item} correct="{str(n == right).lower()}">{richtext.escape(draw(word))} {n}</{item}>'
            for n in range(count)
        )
        shuffle = draw(st.sampled_from(["", ' shuffle="true"']))
        solution = draw(st.sampled_from(["", "<solution><p>So</p></solution>"]))
        return problem(
            f"<{response}><label>{richtext.escape(draw(word))}</label><{group}{shuffle}>{items}</{group}>{solution}"
            f"</{response}>",
            draw(st.sampled_from(["", 'weight="2"'])),
        )

    def one_part() -> str:
        problems = "".join(one_problem() for _ in range(draw(st.integers(1, 3))))
        return f'<part title="{richtext.escape(draw(word))}">{problems}</part>'

    return "".join(one_part() for _ in range(draw(st.integers(1, 3))))


@given(papers())
def test_any_paper_survives_export_and_import_and_grades_the_same(xml):
    paper = read_paper(xml)
    again = read_paper(write_paper(paper))
    right = {question.id: tuple(sorted(question.key))[:1] for question in paper.questions}

    assert again == paper
    assert grade(again, right).earned == grade(paper, right).possible
    assert paper_to_json(again) == paper_to_json(paper)


# Refusals ------------------------------------------------------------------------------------------------------------

REFUSED = [
    ("empty_paper", "", 1),
    ("empty_part", '\n<part title="x">\n</part>', 2),
    ("stray_text", "<part>\n  hello</part>", 1),
    ("stray_text", part(problem(mc())) + "and", 1),
    ("unexpected_element", "\n<problem/>", 2),
    ("unexpected_element", part("\n<html/>"), 2),
    ("unexpected_element", part(problem(mc("<choicegroup>\n<p>x</p></choicegroup>"))), 2),
    ("unexpected_element", part(problem(mc(RADIO.replace("choicegroup", "checkboxgroup")))), 1),
    ("unexpected_element",
     part(problem("<optionresponse><optioninput><option>a\n<b>c</b></option></optioninput></optionresponse>")), 2),
    ("malformed", "<part>\n<problem>\n</part>", 3),
    ("malformed", "<part>&nbsp;</part>", 1),
    ("malformed", part("\n\0"), 2),
    ("malformed", "</fragment><fragment>", 1),
    ("encoding", "\n\ud800", 2),
    ("no_response", part("\n" + problem("<p>Q</p>")), 2),
    ("unsupported_response", part(problem('\n<numericalresponse answer="3"/>')), 2),
    ("partial_credit", part(problem('\n\n<choiceresponse partial_credit="points"/>')), 3),
    ("no_input", part(problem("\n<choiceresponse/>")), 2),
    ("several_inputs", part(problem(mc(RADIO + "\n" + RADIO))), 2),
    ("answer_pool", part(problem(mc('\n<choicegroup answer-pool="3"/>'))), 2),
    ("no_choices", part(problem(mc("\n<choicegroup/>"))), 2),
    ("no_choices", part(problem("\n<optionresponse><optioninput options='( )'/></optionresponse>")), 2),
    ("bad_options", part(problem("\n<optionresponse><optioninput options='(a,b)'/></optionresponse>")), 2),
    ("bad_options", part(problem("\n<optionresponse><optioninput options='Up'/></optionresponse>")), 2),
    ("empty_choice", part(problem(mc(RADIO.replace("Yes", "<b> </b>")))), 1),
    ("empty_choice", part(problem("<optionresponse><optioninput><option/></optioninput></optionresponse>")), 1),
    ("bad_correct", part(problem(mc(RADIO.replace("true", "yes")))), 1),
    ("no_right_choice", part(problem(mc("\n" + RADIO.replace("true", "false")))), 2),
    ("several_right_choices",
     part(problem("<choiceresponse>\n"
                  + RADIO.replace("choicegroup", "radiogroup").replace("false", "true") + "</choiceresponse>")), 2),
    ("several_right_choices",
     part(problem("<optionresponse><optioninput><option correct='true'>a</option>\n"
                  "<option correct='true'>b</option></optioninput></optionresponse>")), 2),
    ("no_prompt", part("\n" + problem(mc())), 2),
    ("no_prompt", part(problem("<p> &#160; </p>" + mc())), 1),
    ("bad_weight", part("\n" + problem("<p>Q</p>" + mc(), 'weight="nan"')), 2),
    ("bad_weight", part("\n" + problem("<p>Q</p>" + mc(), 'weight="two"')), 2),
    ("bad_weight", part(problem("<p>Q</p>" + mc(), 'weight="1001"')), 1),
    ("bad_weight", part(problem("<p>Q</p>" + mc(), 'weight="-1"')), 1),
    ("bad_url_name", part("\n" + problem("<p>Q</p>" + mc(), 'url_name="a b"')), 2),
    ("bad_url_name", part(problem("<p>Q</p>" + mc(), 'url_name=""')), 1),
    ("duplicate_url_name", part(("\n" + problem("<p>Q</p>" + mc(), 'url_name="a"')) * 2), 3),
    ("script", part(problem("\n<script>x = 1</script><p>$x</p>" + mc())), 2),
    ("script", part(problem("\n<script type='loncapa/python'>x = 1</script><p>$x</p>" + mc())), 2),
    ("unsupported_element", part(problem("<p>\n<textline/></p>" + mc())), 2),
    ("unsupported_element", part(problem("<p>Q</p>" + mc(RADIO.replace("Yes", "\n<hint>h</hint>")))), 2),
    ("unsupported_element", part(problem("<p>\n<x:p xmlns:x='u'>A</x:p></p>" + mc())), 2),
    ("too_deep", part("\n" + "<p>" * 99 + "</p>" * 99), 2),
    ("too_deep", "\n" + "<p>" * 10_000, 2),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "xml", "line"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_used_is_refused_with_its_line(reason, xml, line):
    error = refusal(xml)

    assert (error.params["reason"], error.params["line"]) == (reason, line)


def test_what_is_just_within_bounds_is_read(monkeypatch):
    deepest = "<span>" * (hardened.MAX_DEPTH - 3) + "x" + "</span>" * (hardened.MAX_DEPTH - 3)
    choice = '<choice correct="true">a</choice>'
    crowd = f"<choicegroup>{choice * reading.MAX_CHOICES}</choicegroup>"
    xml = part(problem(deepest + mc(crowd), 'weight="1000"'))
    monkeypatch.setattr(hardened, "MAX_BYTES", len(xml))
    monkeypatch.setattr(hardened, "MAX_ELEMENTS", xml.count("</") + 1)
    question = read_paper(xml).questions[0]

    assert (question.points, len(question.choices)) == (1000, reading.MAX_CHOICES)
    with pytest.raises(InvalidPaper, match="invalid_paper"):
        read_paper(xml + " ")
    monkeypatch.setattr(hardened, "MAX_ELEMENTS", xml.count("</"))
    assert refusal(xml).params["reason"] == "too_many_elements"
    assert refusal(xml.replace("x</span>", "<b>x</b></span>")).params["reason"] == "too_large"
    monkeypatch.undo()
    assert refusal(xml.replace("x</span>", "<b>x</b></span>")).params["reason"] == "too_deep"


def test_the_bounds_are_those_that_are_documented():
    assert (hardened.MAX_BYTES, hardened.MAX_DEPTH, hardened.MAX_ELEMENTS) == (5_000_000, 100, 200_000)
    assert (reading.MAX_QUESTIONS, reading.MAX_CHOICES) == (5_000, 200)


def test_an_empty_drop_down_list_has_no_choices_in_either_form():
    for entry in ("<optioninput/>", "<optioninput options='()'/>"):
        error = refusal(part(problem(f"<p>Q</p><optionresponse>{entry}</optionresponse>")))
        assert error.params["reason"] == "no_choices"


def test_options_elements_win_over_the_old_attribute():
    entry = """<optioninput options="('X','Y')" correct="X"><option correct="true">A</option></optioninput>"""

    assert texts(one(problem(f"<p>Q</p><optionresponse>{entry}</optionresponse>"))) == [("A", True)]


BREAKS = "\n" * 15


def test_line_breaks_that_a_browser_drops_after_pre_are_no_part_of_the_question():
    assert radio(prompt=f"<p>\nQ</p><pre>{BREAKS}  a\n</pre>").prompt == "<p>\nQ</p><pre>  a\n</pre>"


def test_bounds_of_size_and_counts(monkeypatch):
    assert refusal(" " * (hardened.MAX_BYTES + 1)).params["reason"] == "too_large"
    assert refusal(part("<p/>" * hardened.MAX_ELEMENTS)).params["reason"] == "too_many_elements"
    choice = '<choice correct="true">a</choice>'
    crowd = part(problem("<p>Q</p>" + mc(f"<choicegroup>{choice * (reading.MAX_CHOICES + 1)}</choicegroup>")))
    assert refusal(crowd).params["reason"] == "too_many_choices"
    monkeypatch.setattr(reading, "MAX_QUESTIONS", 2)
    assert refusal(part(problem("<p>Q</p>" + mc()) * 3)).params["reason"] == "too_many_questions"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><part title="&b;"/>',
        '<!DOCTYPE l SYSTEM "file:///etc/passwd"><part/>',
        '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><part title="P">&x;</part>',
    ],
)
def test_entities_and_document_types_are_refused(bomb):
    assert refusal(bomb).params["reason"] == "doctype"


@given(
    st.lists(
        st.sampled_from(
            ["<part>", "</part>", "<problem>", "</problem>", "<problem url_name='a'>", "<multiplechoiceresponse>",
             "</multiplechoiceresponse>", RADIO, "<p>Q</p>", "<label>", "</label>", "text", "&amp;", "&x;", "<!--",
             "-->", "<![CDATA[", "]]>", "<solution>", "</solution>", "<optionresponse>", "</optionresponse>", "\0",
             "\ud800", "<optioninput options=\"('a','b')\" correct='a'/>", "<choicehint/>", "<?pi?>"]
        ) | st.text(max_size=4),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_or_refused_with_the_typed_error(text):
    try:
        paper = read_paper(text)
    except InvalidPaper:
        return
    assert read_paper(write_paper(paper)) == paper
