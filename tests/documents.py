"""The tables and samples that stand in the documents, printed from the code.

`python tests/documents.py` writes them into README.md and docs/; `test_docs` compares. A place for one is a pair
of comments: `<!-- begin: fields -->` and `<!-- end: fields -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import click  # noqa: E402
import msgspec  # noqa: E402
from test_architecture import LAYERS  # noqa: E402
from town import town  # noqa: E402

from certification_suite import cli, listing  # noqa: E402
from certification_suite.answering import attesting  # noqa: E402
from certification_suite.answering.combinations import COMBINATIONS  # noqa: E402
from certification_suite.catalogue import PROGRAMMES, catalogue  # noqa: E402
from certification_suite.describing.keys import KEYS as DESCRIPTION  # noqa: E402
from certification_suite.describing.parts import PARTS  # noqa: E402
from certification_suite.requirements import Requirement  # noqa: E402
from mock_clever.app import create_app  # noqa: E402
from mock_clever.changes import TYPES as CHANGES  # noqa: E402
from mock_clever.changes import summary  # noqa: E402
from mock_clever.cli import main  # noqa: E402
from mock_clever.faults.kinds import KINDS  # noqa: E402
from mock_clever.faults.targets import TARGETS  # noqa: E402
from mock_clever.fields import FIELDS  # noqa: E402
from mock_clever.ledger import KINDS as LEDGER_KINDS  # noqa: E402
from mock_clever.ledger import MARKS, ledger  # noqa: E402
from mock_clever.lms.profile import Profile  # noqa: E402
from mock_clever.lms.profiles import PROFILES  # noqa: E402
from mock_clever.lti.misbehaviours import MISBEHAVIOURS  # noqa: E402
from mock_clever.people import QUIRKS  # noqa: E402
from mock_clever.rules import FIELDS as FILTERS  # noqa: E402
from mock_clever.scenarios import Scenario, Start, Worlds  # noqa: E402
from mock_clever.settings import described  # noqa: E402
from mock_clever.synthesis import preset_names  # noqa: E402
from vendor_app.defects import DEFECTS  # noqa: E402

PLACE = re.compile(r"<!-- begin: (?P<name>[\w./ -]+) -->\n(?P<text>.*?)<!-- end: (?P=name) -->", re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def first_line(documented: object) -> str:
    return (documented.__doc__ or "").strip().partition("\n")[0]


def layers() -> str:
    rows = [(number, " · ".join(f"`{name}`" for name in layer)) for number, layer in enumerate(LAYERS, 1)]
    return table(("layer", "modules of `mock_clever`"), rows)


def fields() -> str:
    def rights(field: object) -> str:
        names = ("guaranteed", "nullable", "validated", "sensitive")
        return ", ".join(name for name in names if getattr(field, name))

    rows = [
        (
            f.part,
            f"`{f.name}`",
            f.type,
            f"{f.since} to {f.until}" if f.until else f.since,
            rights(f),
            f"`{f.column}`" if f.column else "",
            f"{f.mark}, {f.source}",
        )
        for f in FIELDS
    ]
    return table(("part", "field", "type", "since", "what holds", "CSV column", "known from"), rows)


def routes(prefix: str) -> str:
    app = create_app(Worlds(Start(Scenario(), town(), [])))
    rows = [
        (method, f"`{rule.rule}`", first_line(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.rule.startswith("/_mock/") == (prefix == "/_mock/") and "static" not in rule.rule
        if rule.endpoint != "lms.no_such_method"
    ]
    return table(("method", "path", "what it does"), sorted(rows, key=lambda row: (row[1], row[0])))


SUITE = {"attest": attesting.main, "certify": cli.main, "requirements": listing.main}
"""The commands that pass options on to the certification suite, and what takes them there."""


def options(name: str, command: click.Command) -> str:
    """What a command may be told, each once, whoever takes it."""
    passed_on = SUITE[name].params if name in SUITE else []
    told = [one for one in (*command.params, *passed_on) if one.nargs != -1 and not getattr(one, "hidden", False)]
    return " ".join(dict.fromkeys(f"`{one.opts[-1].removesuffix('_')}`" for one in told))


def commands() -> str:
    rows = [
        (
            f"`mock-clever {name}`",
            options(name, command),
            command.get_short_help_str(90),
        )
        for name, command in sorted(main.commands.items())
    ]
    assert isinstance(main, click.Group)
    return table(("command", "options", "what it does"), rows)


def faults() -> str:
    rows = [(f"`{name}`", " ".join((kind.__doc__ or "").split())) for name, kind in KINDS.items()]
    return table(("kind", "what it does"), rows)


def targets() -> str:
    return table(("target", "what it strikes"), [(f"`{name}`", row.means) for name, row in TARGETS.items()])


def changes() -> str:
    def keys(change: type) -> str:
        named = msgspec.structs.fields(change)
        return ", ".join(f"`{field.name}`" if field.required else f"[`{field.name}`]" for field in named)

    rows = [(f"`{name}`", keys(change), summary(change)) for name, change in CHANGES.items()]
    return table(("type", "keys", "what happens"), rows)


def requirements() -> str:
    rows = [
        (
            *(r.id, r.level, r.evidence, r.since, r.says),
            ", ".join(f"`{name}`" for name in r.refuted_by) or summed(r),
            r.source,
        )
        for r in catalogue()
        if r.level != "questionnaire"
    ]
    return table(("id", "level", "class", "since", "what it says", "refuted by", "source"), rows)


def questionnaire() -> str:
    rows = [
        (r.id, r.title, r.says, "yes" if r.prefilled else "") for r in catalogue() if r.level == "questionnaire"
    ]
    return table(("id", "about", "what it asks", "pre-filled"), rows)


def combinations() -> str:
    rows = [
        (
            " + ".join(PROGRAMMES[name] for name in PROGRAMMES if name in one.programmes),
            "once, together" if one.together else "each for itself",
            f"{one.source}, chosen" if one.chosen else one.source,
        )
        for one in COMBINATIONS
    ]
    return table(("built together", "submitted", "known from"), rows)


def summed(r: Requirement) -> str:
    """What a roll-up fails with."""
    return f"what refutes {r.sums[0]} to {r.sums[-1]}" if r.sums else ""


def defects() -> str:
    rows = [(f"`{name}`", first_line(kind), ", ".join(kind.refutes)) for name, kind in DEFECTS.items()]
    return table(("defect", "the mistake", "refutes"), rows)


def kills_by_defect() -> str:
    refuted = {r.id: r for r in catalogue() if r.check}

    def verdict(programme: str, ids: Iterable[str]) -> str:
        failed = [refuted[id_] for id_ in ids if refuted[id_].programme == programme]
        kept = "" if any(r.decides for r in failed) else "advised: "
        return kept + ", ".join(r.id for r in failed) if failed else "–"

    rows = [
        (f"`{name}`", kind.models, *(verdict(programme, kind.refutes) for programme in PROGRAMMES))
        for name, kind in DEFECTS.items()
    ]
    return table(("defect", "modelled on", *PROGRAMMES.values()), rows)


def kills_by_requirement() -> str:
    rows = [
        (r.id, r.title, ", ".join(f"`{name}`" for name in r.refuted_by) or summed(r))
        for r in catalogue()
        if r.check
    ]
    return table(("id", "title", "killed by"), rows)


def personalities() -> str:
    """What tells the LMSs apart, line by line of their profiles."""

    def named(names: Iterable[str]) -> str:
        return ", ".join(f"`{name}`" for name in sorted(names)) or "none"

    def moves(moved_by: Mapping[str, str]) -> str:
        return "; ".join(f"`{field}` makes it `{state}`" for field, state in moved_by.items())

    def life(states: Mapping[str, tuple[str, ...]]) -> str:
        return "; ".join(f"{before} → {' or '.join(after)}" for before, after in states.items() if after)

    lines: dict[str, Callable[[Profile], object]] = {
        "assignment: needed beyond the three": lambda p: named(p.works.required),
        "assignment: dropped": lambda p: named(p.works.ignored),
        "assignment: never changed later": lambda p: named(p.works.fixed),
        "assignment: reads as another field": lambda p: ", ".join(
            f"`{a}` as `{b}`" for a, b in p.works.mirrors.items()
        ),
        "assignment: `max_attempts` where none is sent": lambda p: p.works.attempts or "left out",
        "assignment: cut to the minute": lambda p: named(p.works.to_the_minute),
        "assignment: attachments": lambda p: (
            named(p.works.attachments) + (", titled by their page" * p.works.titles_links)
        ),
        "submission: dropped": lambda p: named(p.grades.ignored),
        "submission: its state": lambda p: moves(p.grades.moved_by),
        "submission: states in the LMS": lambda p: life(p.grades.states),
        "submission: attachments": lambda p: named(p.grades.attachments),
        "submission: refused attachments": lambda p: named(p.grades.refused),
        "submission: flags": lambda p: f"one, {' before '.join(p.grades.one_flag)}" if p.grades.one_flag else "",
        "submission: a comment": lambda p: _comment(p),
        "submission: `grade`": lambda p: "reads as the points" if p.grades.points_as_grade else "dropped",
        "submission: `id`": lambda p: "a UUID" if p.ids else "absent",
        "grades are taken": lambda p: _taken(p),
        "the teacher sees a grade": lambda p: "in a grading category" if p.categories else "at once",
    }
    rows = ((said, *(tell(profile) for profile in PROFILES.values())) for said, tell in lines.items())
    return table(("", *(profile.name for profile in PROFILES.values())), rows)


def _comment(profile: Profile) -> str:
    grades = profile.grades
    if "grade_comment" in grades.ignored:
        return "dropped"
    needs = f"needs {', '.join(f'`{name}`' for name in grades.comment_needs)}; " if grades.comment_needs else ""
    author = f"by {grades.unsigned} without `grader_id`; " if grades.unsigned else ""
    return needs + author + ("an empty one overwrites" if grades.empty_comment else "an empty one is dropped")


def _taken(profile: Profile) -> str:
    said = {
        "of students who came by LTI": profile.launch_first,
        "unless a draft": bool(profile.grades.drafts),
        "under Classroom's agreement": profile.agreement,
    }
    return ", ".join(words for words, holds in said.items() if holds)


def ledger_of(kind: str) -> str:
    """The ledger's facts of one kind; a column that says nothing for any of them is left out."""
    rows = [
        {
            "what": entry.name,
            "where": entry.where,
            "mark": entry.mark,
            "source": entry.source,
            "setting": f"`{entry.setting}`: {', '.join(entry.values)}" if entry.setting else "",
            "": entry.note,
        }
        for entry in ledger(kind)
    ]
    if not rows:
        return "Nothing.\n"
    head = [name for name in rows[0] if any(row[name] for row in rows)]
    return table(head, ([row[name] for name in head] for row in rows))


def ledger_counts() -> str:
    rows = [(kind, *(len(ledger(kind, mark)) for mark in MARKS)) for kind in LEDGER_KINDS]
    return table(("kind", *MARKS), rows)


def description_keys() -> str:
    rows = [
        (f"`[{name}]` `{key}`", what.says, f"`{what.example}`", "required" if what.required else what.left_out)
        for name, keys in DESCRIPTION.items()
        for key, what in keys.items()
    ]
    return table(("key", "what it says", "example", "left out"), rows)


def probe_parts() -> str:
    rows = [
        (
            f"`{part.name}`",
            f"`{part.method} {part.path}`",
            ", ".join(f"`{name}`" for name in (*part.in_path, *part.takes)),
            f"`{part.answers}`",
            part.says,
        )
        for part in PARTS.values()
    ]
    return table(("part", "request", "given", "answer", "what for"), rows)


def sample(name: str) -> str:
    path = ROOT / "docs" / "samples" / name
    language = {".py": "python", ".sh": "sh", ".toml": "toml", ".json": "json"}[path.suffix]
    return f"```{language}\n{path.read_text(encoding='utf-8')}```\n"


PRINTED: dict[str, Callable[[], str]] = {
    "layers": layers,
    "fields": fields,
    "clever routes": lambda: routes("/"),
    "control routes": lambda: routes("/_mock/"),
    "commands": commands,
    "faults": faults,
    "targets": targets,
    "changes": changes,
    "quirks": lambda: table(
        ("quirk", "someone who"), [(f"`{name}`", quirk.says) for name, quirk in QUIRKS.items()]
    ),
    "settings": lambda: table(
        ("setting", "default", "values", "what it means"),
        [(f"`{name}`", f"`{default}`", values, means) for name, default, values, means in described()],
    ),
    "filters": lambda: table(
        ("of", "fields"), [(f"`{of}`", ", ".join(f"`{name}`" for name in names)) for of, names in FILTERS.items()]
    ),
    "presets": lambda: ", ".join(f"`{name}`" for name in preset_names()) + "\n",
    "ledger counts": ledger_counts,
    **{f"ledger {kind}": partial(ledger_of, kind) for kind in LEDGER_KINDS},
    "lti misbehaviours": lambda: table(
        ("misbehaviour", "what is wrong"), [(f"`{name}`", each.says) for name, each in MISBEHAVIOURS.items()]
    ),
    "personalities": personalities,
    "description keys": description_keys,
    "probe parts": probe_parts,
    "requirements": requirements,
    "questionnaire": questionnaire,
    "combinations": combinations,
    "defects": defects,
    "kills by defect": kills_by_defect,
    "kills by requirement": kills_by_requirement,
}


def printed(name: str) -> str:
    """What stands in the place of that name."""
    return PRINTED[name]() if name in PRINTED else sample(name)


def filled(page: str) -> str:
    """A page with every place filled anew."""
    return PLACE.sub(lambda m: f"<!-- begin: {m['name']} -->\n{printed(m['name'])}<!-- end: {m['name']} -->", page)


def pages() -> list[Path]:
    """The documents that may hold places."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


if __name__ == "__main__":
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if filled(text) != text:
            page.write_text(filled(text), encoding="utf-8")
            print("rewrote", page.relative_to(ROOT))
