"""What was judged to prove the suite, written down, and docs/kill-matrix.md from it.

Each test of the proof writes one file into the folder that PROOF names. `python tests/certification_suite/proof.py
FOLDER…` reads the files of one or several folders (the parts of a run that was sharded), looks whether anything is
missing or off, and writes the table of runs in docs/kill-matrix.md; `--check` fails where the page said otherwise.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from registrations import MISTAKES

from certification_suite.catalogue import catalogue
from mock_clever.synthesis import preset_names
from vendor_app.defects import DEFECTS

Item = TypeVar("Item")
PAGE = Path(__file__).parents[2] / "docs" / "kill-matrix.md"
RUNS = re.compile(r"<!-- runs -->\n(.*?)<!-- end of runs -->", re.DOTALL)

SEEDS = range(1, 21)
HOLLOW = {
    "absent": "answers 404 to everything",
    "yes_man": "answers 200 and `{}` to everything",
    "refuser": "answers 403 to everything",
    "yes_man, no login page": "the same, of an app that names no login page",
    "yes_man, no probe": "the same, of an app that offers no probe",
}
OTHERS = {
    "tiny app": "bare WSGI, a signed cookie, no probe, no roster",
    "tiny app, portal only": "the same without a login button of its own",
}
CHECKED = frozenset(requirement.id for requirement in catalogue() if requirement.check)


class Judged(NamedTuple):
    """One run: of what kind, of what, and the verdict of each requirement that was judged."""

    kind: str
    name: str
    verdicts: Mapping[str, str]

    def of(self, *verdicts: str) -> set[str]:
        """The requirements that ended so."""
        return {id_ for id_, verdict in self.verdicts.items() if verdict in verdicts}


def wanted() -> dict[str, list[str]]:
    """Every run the proof is made of."""
    return {
        "preset": list(preset_names()),
        "variation": [str(seed) for seed in SEEDS],
        "defect": list(DEFECTS),
        "registration": list(MISTAKES),
        "hollow": list(HOLLOW),
        "other": list(OTHERS),
    }


def write_down(kind: str, name: str, verdicts: Mapping[str, str]) -> None:
    """Keep a run, if PROOF in the environment names a folder for it."""
    if folder := os.environ.get("PROOF"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        judged = Judged(kind, name, dict(sorted(verdicts.items())))
        spelled = re.sub(r"\W+", "-", f"{kind}-{name}")
        (Path(folder) / f"{spelled}.json").write_text(json.dumps(judged._asdict(), indent=1))


def others_of(proof: Sequence[Item], shard: str) -> list[Item]:
    """What of the proof another shard than this (`1/3`) runs."""
    number, _, parts = shard.partition("/")
    return [item for at, item in enumerate(proof) if at % int(parts) != int(number) - 1] if parts else []


def facts(results: Mapping[str, Any]) -> dict[str, str]:
    """The verdicts alone, of what a check judged."""
    return {id_: result.verdict for id_, result in results.items() if id_ in CHECKED}


def read(folders: Iterable[Path]) -> list[Judged]:
    """What was written down in these folders, and in the folders in them."""
    files = (file for folder in folders for file in sorted(folder.rglob("*.json")))
    return [Judged(**json.loads(file.read_text())) for file in files]


def off(runs: list[Judged]) -> Iterator[str]:
    """What keeps these runs from proving the suite, in words."""
    found = {(run.kind, run.name): run for run in runs}
    for kind, names in wanted().items():
        for name in names:
            run = found.get((kind, name))
            if run is None:
                yield f"{kind} {name}: not judged; run `make prove`, or the shard it is in"
            else:
                yield from (f"{kind} {name}: {what}" for what in _wrong(run))


def _wrong(run: Judged) -> Iterator[str]:
    refuted = {
        "defect": lambda: set(DEFECTS[run.name].refutes),
        "registration": lambda: set(MISTAKES[run.name].fails),
    }
    if run.kind in ("preset", "variation") and (missed := CHECKED - run.of("pass")):
        yield f"the right app does not pass {_listed(missed)}"
    if run.kind in refuted and run.of("fail") != refuted[run.kind]():
        yield f"fails {_listed(run.of('fail'))} and should fail {_listed(refuted[run.kind]())}"
    if run.kind == "hollow" and run.of("pass", "not applicable"):
        yield f"passes {_listed(run.of('pass', 'not applicable'))}"


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"


def told(runs: list[Judged]) -> str:
    """The table of runs, as it stands in the page."""
    found = {(run.kind, run.name): run for run in runs}
    lines = ["| the app | Clever | passed | failed | no verdict, or not applicable |\n"]
    lines.append("| --- | --- | --- | --- | --- |\n")

    def row(app: str, clever: str, kind: str, name: str) -> None:
        run = found.get((kind, name))
        if run is None:
            return
        passed, failed = (len(run.of(word)) for word in ("pass", "fail"))
        others = len(run.of("needs review", "could not run", "not applicable"))
        lines.append(f"| {app} | {clever} | {passed} | {failed} | {others} |\n")

    for name in wanted()["preset"]:
        row("right", f"`--preset {name}`", "preset", name)
    for name in wanted()["variation"]:
        row("right", f"`--variation {name}`", "variation", name)
    for name in MISTAKES:
        row("right", f"registered wrongly: {name}", "registration", name)
    for name, what in OTHERS.items():
        row(f"{name}: {what}", "the sandbox", "other", name)
    for name, what in HOLLOW.items():
        row(f"{name}: {what}", "the sandbox", "hollow", name)
    return "".join(lines)


def filled(page: str, table: str) -> str:
    """The page with this table of runs."""
    return RUNS.sub(lambda found: f"<!-- runs -->\n{table}<!-- end of runs -->", page)


def main(arguments: list[str]) -> int:
    """Write the page; 1 when the runs prove nothing, or with `--check` when the page said otherwise."""
    runs = read(Path(each) for each in arguments if not each.startswith("--"))
    wrong = list(off(runs))
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print(f"{len(wrong)} things are off; docs/kill-matrix.md is left as it was", file=sys.stderr)
        return 1
    text = PAGE.read_text(encoding="utf-8")
    new = filled(text, told(runs))
    if new == text:
        print(f"docs/kill-matrix.md says what these {len(runs)} runs say")
        return 0
    PAGE.write_text(new, encoding="utf-8")
    print("docs/kill-matrix.md said otherwise; it is rewritten", file=sys.stderr)
    return 1 if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
