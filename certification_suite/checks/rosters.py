"""What the roster checks share: running a sync, and comparing what the app holds with what Clever shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certification_suite.drivers.probe import KINDS, SyncReport, VendorRecord
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NotOffered

Record = dict[str, Any]


def sync(exam: Examination, mode: str = "full") -> SyncReport:
    """Run one sync, however it ends."""
    return _noted(exam, "POST /sync", exam.probe.sync(mode))


def _noted(exam: Examination, asked: str, report: SyncReport) -> SyncReport:
    exam.evidence.probe.append(
        f"{asked} → {report.status} {report.counts} {'; '.join(report.problems[:3])}".strip()
    )
    return report


def good_sync(exam: Examination, when: str, mode: str = "full") -> SyncReport:
    """Run one sync, which must succeed; one that waits for a person is confirmed."""
    report = sync(exam, mode)
    if report.status == "held":
        report = _noted(exam, "POST /holds", exam.probe.confirm())
    if not report.success:
        raise Fail(
            f"{when} the sync failed: {'; '.join(report.problems[:3]) or 'no reason given'}.",
            expected="The sync succeeds.",
        )
    return report


def reads(exam: Examination, since: int | None = None) -> list[Exchange]:
    """What the Secure Sync app asked the Data API."""
    asked = exam.exchanges("data", since=since)
    return [e for e in asked if e.client_id in (None, exam.app.sync_client_id) and e.credential != "user_token"]


def held(exam: Examination, kind: str) -> dict[str, VendorRecord]:
    """Clever id → record, of everything the app took in from Clever, archived or not."""
    return {record.clever_id: record for record in exam.probe.records(kind) if record.clever_id}


def active(exam: Examination, kind: str) -> dict[str, VendorRecord]:
    """Clever id → record, of what is in use."""
    return {id_: record for id_, record in held(exam, kind).items() if record.active}


def some_active(exam: Examination, kind: str) -> dict[str, VendorRecord]:
    """The same, and there must be some: an app that took nothing in proves nothing."""
    found = active(exam, kind)
    if not found:
        raise Fail(f"After a sync the app holds no active {kind}.", expected=f"The {kind} that Clever shows.")
    return found


def offered(exam: Examination) -> tuple[str, ...]:
    """The kinds of records that the probe can show."""
    kinds = []
    for kind in KINDS:
        try:
            exam.probe.records(kind)
        except NotOffered:
            continue
        kinds.append(kind)
    return tuple(kinds)


def truth(exam: Examination, kind: str) -> dict[str, Record]:
    """Clever id → record, of what Clever shows the app now."""
    return {record["id"]: record for record in exam.clever.records(exam.connection, kind)}


def wanted(exam: Examination, kind: str) -> dict[str, Record]:
    """The same, but of people only those of the types the app supports."""
    everything = truth(exam, kind)
    if kind != "users":
        return everything
    return {
        id_: user for id_, user in everything.items() if set(user.get("roles") or {}) & set(exam.app.user_types)
    }


def unlike(exam: Examination, kinds: Iterable[str] = ("users", "sections")) -> str:
    """The first difference between the app's active records and what Clever shows, in words; "" for none."""
    for kind in kinds:
        ids = [record.clever_id for record in exam.probe.records(kind) if record.clever_id and record.active]
        shown, everything = wanted(exam, kind), truth(exam, kind)
        doubled = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        found = (
            ("there twice", doubled),
            ("missing", sorted(shown.keys() - set(ids))),
            ("still in use although gone from Clever", sorted(set(ids) - everything.keys())),
        )
        for how, which in found:
            if which:
                return f"{len(which)} of {len(everything)} {kind} are {how}, for example {which[0]}"
    return ""


def expect_likeness(exam: Examination, when: str) -> None:
    """The app's people and sections are those that Clever shows, each once."""
    if difference := unlike(exam):
        raise Fail(f"{when} {difference}.", expected="Exactly what Clever shows, each record once.")


def start_alike(exam: Examination) -> None:
    """A first full sync, after which the app must be right before any change is judged."""
    good_sync(exam, "The first time")
    some_active(exam, "users")
    if difference := unlike(exam):
        raise Blocked(f"after a first full sync {difference}.", by="SYN-02")


def update(kind: str, id_: str, **values: Any) -> Record:
    return {"type": "record.update", "kind": kind, "id": id_, "set": values}


def remove(kind: str, id_: str) -> Record:
    return {"type": "record.remove", "kind": kind, "id": id_}


def restore(kind: str, id_: str) -> Record:
    return {"type": "record.restore", "kind": kind, "id": id_}


def enroll(section: str, user: str) -> Record:
    return {"type": "section.enroll", "section": section, "user": user}


def unenroll(section: str, user: str) -> Record:
    return {"type": "section.unenroll", "section": section, "user": user}


def role_of(user: Record) -> str:
    """The first role a user holds."""
    return next(iter(user.get("roles") or {}), "")


def name_of(record: Record) -> str:
    """A record in words."""
    name = record.get("name")
    if isinstance(name, dict):
        return " ".join(str(name[part]) for part in ("first", "last") if name.get(part))
    return str(name or record["id"])
