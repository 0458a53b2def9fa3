"""Random problems of the platform's kinds, and the answers to try on them, from a seed."""

from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any

from lxml import etree

GARBAGE: tuple[Any, ...] = (
    "",
    "choice_99",
    "mask_0",
    "x",
    None,
    3,
    1.5,
    True,
    ["choice_0"],
    ["choice_0", "x"],
    [None],
    {"a": 1},
)
CREDITS = {
    "multiplechoiceresponse": ["points", "Points", " points ", "false", "False", None, None],
    "choiceresponse": ["EDC", "edc", "halves", "Halves", "false", None],
    "optionresponse": [None, None, "EDC"],
}
WORDS = ("Up", "Down", "it's", "a b", "l'été", "1,5", "(x)", "é&<", "rock 'n' roll", "None")
POINT_VALUES = (None, "0.5", "0.25", "1/3", ".3", "0.1", "1", "2", "0", "-0.5", "1e-2", " 0.75 ", "0.333")


def problem(dice: random.Random) -> str:
    """One problem: one response mostly, up to three, some of them ill."""
    root = etree.Element("problem")
    if dice.random() < 0.2:
        root.set("weight", dice.choice(["1", "2", "0.5", "3.0"]))
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        etree.SubElement(root, "p").text = "What?"
        kind = dice.choice(list(CREDITS))
        response = etree.SubElement(root, kind)
        credit = dice.choice(CREDITS[kind])
        if credit is not None:
            response.set("partial_credit", credit)
        if dice.random() < 0.5:
            etree.SubElement(response, "label").text = "Label"
        if kind == "optionresponse":
            for _ in range(dice.choice([1, 1, 2])):
                _options(etree.SubElement(etree.SubElement(response, "p"), "optioninput"), dice)
        else:
            _choices(response, kind, dice)
    etree.SubElement(root, "solution").text = "Because."
    return etree.tostring(root, encoding="unicode")


def _points(group: etree._Element, dice: random.Random) -> None:
    if dice.random() < 0.15:
        group.set("points", dice.choice(["1", "2", "3", " 4 "]))


def _choices(response: etree._Element, kind: str, dice: random.Random) -> None:
    tag = (
        "choicegroup"
        if kind == "multiplechoiceresponse"
        else dice.choice(["checkboxgroup", "checkboxgroup", "radiogroup"])
    )
    group = etree.SubElement(response, tag)
    _points(group, dice)
    if tag == "choicegroup" and dice.random() < 0.3:
        group.set("shuffle", "true")
    named = dice.random() < 0.3
    for number in range(dice.randint(1, 6)):
        choice = etree.SubElement(group, "choice")
        choice.text = f"Choice {number}"
        choice.set(
            "correct",
            dice.choice(["true", "false", "false", "TRUE", "False", "partial", "true "][: dice.choice([3, 6, 7])]),
        )
        value = dice.choice(POINT_VALUES)
        if value is not None and value != "1/3":
            choice.set("point_value", value)
        if named and dice.random() < 0.6:
            choice.set("name", dice.choice([f"n{number}", str(number), "foil", ""]))
        if dice.random() < 0.2:
            etree.SubElement(choice, "choicehint").text = "Hint"
    if tag == "checkboxgroup" and dice.random() < 0.2:
        etree.SubElement(group, "compoundhint", value="A*B").text = "Both"


def _options(entry: etree._Element, dice: random.Random) -> None:
    _points(entry, dice)
    words = dice.sample(WORDS, dice.randint(1, 4))
    right = dice.randrange(len(words))
    if dice.random() < 0.5:
        entry.set("options", "(" + ",".join("'" + word.replace("'", "\\'") + "'" for word in words) + ")")
        entry.set("correct", dice.choice([words[right], words[right], words[right] + " ", "elsewhere"]))
        return
    if dice.random() < 0.1:
        entry.set("correct", words[0])
    for number, word in enumerate(words):
        option = etree.SubElement(
            entry, "option", correct=dice.choice(["True", "true"]) if number == right else "False"
        )
        option.text = dice.choice([word, f"  {word}\n "])
        if dice.random() < 0.2:
            etree.SubElement(option, "optionhint").text = "Hint"


def answers(xml: str, dice: random.Random, most: int = 150) -> list[dict[str, Any]]:
    """Every set of answers of a small problem, a sample of a larger one's; garbage and gaps among them."""
    root = etree.fromstring(xml)
    ways: list[list[Any]] = []
    ids: list[str] = []
    for number, response in enumerate(root.iter(*CREDITS), start=2):
        for place, entry in enumerate(
            response.iter("choicegroup", "checkboxgroup", "radiogroup", "optioninput"), start=1
        ):
            ids.append(f"1_{number}_{place}")
            ways.append([*_ways(entry), ..., dice.choice(GARBAGE), dice.choice(GARBAGE)])
    everything = [dict(zip(ids, given, strict=True)) for given in _some(ways, dice, most)]
    return [{key: value for key, value in given.items() if value is not ...} for given in everything]


def _ways(entry: etree._Element) -> list[Any]:
    if entry.tag == "optioninput":
        return [entry.get("correct", "elsewhere"), *WORDS]
    names, unnamed = [], 0
    for number, choice in enumerate(entry.iter("choice")):
        if entry.tag == "choicegroup":
            names.append("choice_" + choice.get("name", str(unnamed)))
            unnamed += choice.get("name") is None
        else:
            names.append(f"choice_{number}")
    if entry.tag == "choicegroup":
        return names
    return [list(chosen) for count in range(len(names) + 1) for chosen in combinations(names, count)] + names[:1]


def _some(ways: list[list[Any]], dice: random.Random, most: int) -> list[tuple[Any, ...]]:
    size = 1
    for way in ways:
        size *= len(way)
    if size <= most:
        return list(product(*ways))
    return [tuple(dice.choice(way) for way in ways) for _ in range(most)]
