"""The proof of the suite is complete, and says when it is not; `make prove` runs it (test_kill_matrix.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from proof import CHECKED, PAGE, RUNS, Judged, filled, main, off, others_of, read, told, wanted, write_down
from registrations import MISTAKES
from stage import Stage

from certification_suite.catalogue import catalogue
from vendor_app.defects import DEFECTS, EVERY

REFUTED = {
    name: {requirement.id for requirement in catalogue() if name in requirement.refuted_by} for name in DEFECTS
}
INCIDENTS = {f"I-{number:02}" for number in range(1, 31)}


def test_every_defect_refutes_something_and_is_modelled_on_something() -> None:
    assert [name for name, defect in EVERY.items() if not defect.refutes or not defect.models] == []


def test_both_sides_agree_on_what_a_defect_refutes() -> None:
    assert {name: set(defect.refutes) for name, defect in DEFECTS.items()} == REFUTED


def test_a_defect_names_incidents_that_there_are() -> None:
    named = {word for defect in EVERY.values() for word in re.findall(r"I-\d+", defect.models)}
    assert named <= INCIDENTS


def test_every_check_kills_something() -> None:
    killed = {id_ for defect in DEFECTS.values() for id_ in defect.refutes}
    killed |= {id_ for mistake in MISTAKES.values() for id_ in mistake.fails}
    assert {r.id for r in catalogue() if r.check and not r.sums} <= killed


@pytest.mark.parametrize(
    ("name", "ids"),
    [("AcceptsAnyState", ["ADJ-04"]), ("OnlyThePrimaryTeacher", ["SYN-09"]), ("NeedsAClass", ["LIB-11"])],
)
def test_some_defects_fail_their_checks_here_too(stage: Stage, name: str, ids: list[str]) -> None:
    stage.put(DEFECTS[name]())
    assert {id_: result.verdict for id_, result in stage.judge(*ids, screen=False).items()} == dict.fromkeys(
        ids, "fail"
    )


def all_well() -> Iterator[Judged]:
    """What a proof writes down when nothing is off."""
    for kind, names in wanted().items():
        for name in names:
            failed = {"defect": REFUTED, "registration": {n: m.fails for n, m in MISTAKES.items()}}.get(kind, {})
            fails = (
                dict.fromkeys(CHECKED, "fail") if kind == "hollow" else dict.fromkeys(failed.get(name, ()), "fail")
            )
            passes = {} if kind == "hollow" else dict.fromkeys(CHECKED, "pass")
            yield Judged(kind, name, passes | fails)


def test_what_was_judged_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOF", str(tmp_path / "1-of-3"))
    write_down("variation", "7", {"SSO-05": "pass"})
    assert read([tmp_path]) == [Judged("variation", "7", {"SSO-05": "pass"})]


def test_a_whole_proof_has_nothing_off() -> None:
    assert list(off(list(all_well()))) == []


@pytest.mark.parametrize(
    ("kind", "name", "verdicts", "says"),
    [
        ("preset", "tiny", dict.fromkeys(CHECKED - {"SYN-02"}, "pass"), "the right app does not pass SYN-02"),
        ("defect", "AcceptsAnyState", {"ADJ-04": "pass"}, "fails nothing and should fail ADJ-04"),
        ("hollow", "absent", {"SSO-01": "pass"}, "passes SSO-01"),
    ],
)
def test_what_is_off_is_said(kind: str, name: str, verdicts: dict[str, str], says: str) -> None:
    runs = [run for run in all_well() if (run.kind, run.name) != (kind, name)]
    assert list(off(runs)) == [f"{kind} {name}: not judged; run `make prove`, or the shard it is in"]
    assert list(off([*runs, Judged(kind, name, verdicts)])) == [f"{kind} {name}: {says}"]


def test_a_proof_with_a_hole_leaves_the_page_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = PAGE.read_text(encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert "is left as it was" in capsys.readouterr().err and PAGE.read_text(encoding="utf-8") == before


def test_the_page_tells_of_no_run_that_is_not_made_any_more() -> None:
    """That it tells of every run, with its numbers, is what `make prove` looks at."""
    page = PAGE.read_text(encoding="utf-8")
    shown, expected = (RUNS.search(text) for text in (page, filled(page, told(list(all_well())))))
    assert shown is not None and expected is not None
    made = {tuple(line.split("|")[1:3]) for line in expected[1].splitlines()}
    assert {tuple(line.split("|")[1:3]) for line in shown[1].splitlines()} <= made


def test_shards_are_the_whole_and_nothing_twice() -> None:
    items = [f"test {number}" for number in range(11)]
    parts = [set(items) - set(others_of(items, f"{number}/3")) for number in (1, 2, 3)]
    assert set().union(*parts) == set(items) and sum(map(len, parts)) == len(items)
    assert others_of(items, "") == []
