"""The rules in Python and in JavaScript give the same answer to the same question, letter by letter."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

import advice_testing as made
import changes
import requirements
import wording
from facts import facts_of
from rules import advise
from script import rules_script

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

ANSWER = """
const fs = require("fs");
require("vm").runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const {facts, questions} = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const answers = questions.map((question) => globalThis.ipcmarkAdvice.advise(facts, question));
const {NOTHING, STATISTICS, TITLES, WITHOUT} = globalThis.ipcmarkAdvice;
console.log(JSON.stringify({answers, NOTHING, STATISTICS, TITLES, WITHOUT}));
"""


def in_javascript(folder: Path, facts: Any, questions: list[Any]) -> Any:
    """What the rules say in node, and their words."""
    script, data = folder / "rules.js", folder / "data.json"
    script.write_text(rules_script(), "utf-8")
    data.write_text(json.dumps({"facts": facts, "questions": questions}), "utf-8")
    done = subprocess.run(["node", "-e", ANSWER, str(script), str(data)], capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


@needs_node
@pytest.mark.parametrize("seed", range(6))
def test_both_languages_answer_alike_whatever_is_asked(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    facts = made.random_facts(rng)
    questions = [made.random_wanted(rng) for _ in range(60)]
    here = [advise(facts, question) for question in questions]
    there = in_javascript(tmp_path, facts, questions)["answers"]
    for question, mine, its in zip(questions, here, there, strict=True):
        assert mine == its, question
    picked = sum(answer["pick"] is not None for answer in here)
    assert 10 < picked < 60, "questions with an answer and questions without one are both needed"


@needs_node
def test_both_languages_answer_alike_from_a_result(tmp_path: Path) -> None:
    facts = facts_of(made.loaded(made.result()))
    questions = [made.random_wanted(Random(seed)) for seed in range(40)]
    here = [advise(facts, question) for question in questions]
    assert in_javascript(tmp_path, facts, questions)["answers"] == here


@needs_node
def test_both_languages_have_the_same_words_and_defaults(tmp_path: Path) -> None:
    there = in_javascript(tmp_path, made.facts([]), [])
    assert there["NOTHING"] == changes.NOTHING
    assert there["STATISTICS"] == list(requirements.STATISTICS)
    assert list(there["WITHOUT"].items()) == list(wording.WITHOUT.items())
    assert there["TITLES"] == wording.TITLES


def test_the_script_can_stand_in_a_page() -> None:
    assert "</" not in rules_script(), "it would end the element that it stands in"
