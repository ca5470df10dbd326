"""The pages people see once they are here: welcome, home, roster, syncs, review."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from vendor_app.config import METHODS
from vendor_app.downloads import problems_csv, runs_csv
from vendor_app.errors import AlreadyDecided, NotFound
from vendor_app.guard import DECISIONS
from vendor_app.records import KINDS, Record, Told, grade, relationships, schools, text
from vendor_app.vendor import Vendor

PER_PAGE = 50
PROBLEMS_SHOWN = 200
RUNS_SHOWN, RUNS_TOLD = 100, 10_000
ROSTER_KINDS = tuple(kind for kind in KINDS if kind != "districts")


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes of the product itself."""
    pages = Blueprint("pages", __name__)
    store, history, guard = vendor.store, vendor.syncs.history, vendor.syncs.guard

    @pages.get("/")
    def welcome() -> str:
        return render_template("welcome.html", again="again" in request.args)

    @pages.get("/home")
    def home() -> str:
        account, decide = vendor.signed_in(), vendor.behaviour
        known = vendor.people.profile(account)
        return render_template(
            "home.html",
            classes=classes(vendor, account),
            progress=store.progress(account.id),
            goal=known.goal,
            logins=known.logins,
            questions=decide.questions() if decide.asks_now(known.logins, bool(known.goal)) else (),
            class_source=decide.class_source(),
            class_code=decide.asks_for_a_class_code(account.roles),
            syncs_classes=vendor.sessions.from_library and decide.offers_class_sync(),
            chooses="teacher" in account.roles and vendor.sessions.from_library,
            offered=vendor.people.offered(account) if vendor.sessions.from_library else [],
            reading=request.args.get("classes", ""),
        )

    @pages.post("/profile")
    def answer() -> Response:
        account = vendor.signed_in()
        vendor.check_form()
        goal = text(request.form.get("goal"))
        if goal.isdecimal() and int(goal[:4]) > 0:
            vendor.people.set_goal(account, str(int(goal[:4])))
        return redirect(url_for("pages.home"), 303)

    @pages.post("/reading")
    def add_reading() -> Response:
        account = vendor.signed_in()
        vendor.check_form()
        title, pages_read = text(request.form.get("title"))[:200], text(request.form.get("pages"))
        if title and pages_read.isdecimal():
            store.write_progress(account.id, title, int(pages_read[:6]), vendor.now())
        return redirect(url_for("pages.home"), 303)

    @pages.get("/roster")
    def roster() -> str:
        vendor.staff_only()
        sql = "SELECT kind, status, count(*) AS n FROM records WHERE in_roster GROUP BY kind, status"
        counts = {(row["kind"], row["status"]): row["n"] for row in store.rows(sql)}
        return render_template(
            "roster.html",
            kinds=ROSTER_KINDS,
            counts=counts,
            last=history.latest(),
            districts=store.records("kind = 'districts' ORDER BY name"),
            waiting=store.number("SELECT count(*) FROM review"),
            holds=guard.holds("status = 'waiting'"),
            disconnected=[one for one in vendor.syncs.connections.all() if not one.connected],
        )

    @pages.get("/roster/<kind>")
    def records(kind: str) -> str:
        vendor.staff_only()
        if kind not in ROSTER_KINDS:
            raise NotFound
        return render_template("records.html", kind=kind, kinds=ROSTER_KINDS, **listing(vendor, kind))

    @pages.get("/roster/<kind>/<int:internal_id>")
    def one(kind: str, internal_id: int) -> str:
        vendor.staff_only()
        record = store.record(internal_id)
        if record is None or record.kind != kind or kind not in ROSTER_KINDS:
            raise NotFound
        return render_template(
            "record.html", kind=kind, record=record, grade=grade(record.told), **around(vendor, record)
        )

    @pages.post("/sync")
    def start_sync() -> Response:
        account = vendor.staff_only()
        vendor.check_form()
        asked = request.form.get("method", "")
        method = asked if asked in METHODS else ""
        if not vendor.behaviour.starts_a_sync_at_once():
            return redirect(url_for("pages.syncs"), 303)
        sync = vendor.syncs.start(account.name or account.number, method)
        return redirect(url_for("pages.sync", sync=sync), 303)

    @pages.get("/syncs")
    def syncs() -> str:
        vendor.staff_only()
        return render_template(
            "syncs.html", syncs=history.runs(RUNS_SHOWN), holds=guard.holds("status = 'waiting'")
        )

    @pages.get("/syncs.csv")
    def all_runs() -> Response:
        vendor.staff_only()
        return download("syncs.csv", runs_csv(history.runs(RUNS_TOLD)))

    @pages.get("/syncs/<int:sync>")
    def sync(sync: int) -> str:
        vendor.staff_only()
        run = history.run(sync)
        if run is None:
            raise NotFound
        problems = history.problems(sync)
        return render_template(
            "sync.html",
            sync=run,
            kinds=history.counts(sync),
            districts=[(one, district_name(one.district)) for one in history.exchanges(sync)],
            holds=guard.holds("sync = ?", sync),
            problems=problems[:PROBLEMS_SHOWN],
            more=len(problems),
        )

    def district_name(district: str) -> str:
        ours = store.find("districts", "clever_id", district)
        return ours.name if ours else ""

    @pages.get("/syncs/<int:sync>.csv")
    def one_run(sync: int) -> Response:
        vendor.staff_only()
        run = history.run(sync)
        if run is None:
            raise NotFound
        return download(f"sync-{sync}-problems.csv", problems_csv(history.problems(sync)))

    @pages.post("/holds/<int:hold>")
    def decide(hold: int) -> Response:
        account = vendor.staff_only()
        vendor.check_form()
        decision = DECISIONS.get(request.form.get("decision", ""))
        who = account.name or account.number
        method = vendor.syncs.decide(hold, decision, who) if decision else None
        if method is None:
            raise AlreadyDecided
        if not method:
            return redirect(url_for("pages.syncs"), 303)
        return redirect(url_for("pages.sync", sync=vendor.syncs.start(who, method)), 303)

    @pages.get("/review")
    def review() -> str:
        vendor.staff_only()
        rows = store.rows("SELECT * FROM review ORDER BY internal_id")
        pairs = [
            (store.record(row["internal_id"]), store.find("users", "clever_id", row["clever_id"]), row["why"])
            for row in rows
        ]
        return render_template("review.html", pairs=pairs)

    return pages


def download(name: str, text: str) -> Response:
    """A file to keep, as RFC 4180 names it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="text/csv; charset=utf-8; header=present", headers=headers)


def listing(vendor: Vendor, kind: str) -> dict[str, Any]:
    """One page of the records of a kind, as the query asks: name, role, archived, page."""
    asked = {name: text(request.args.get(name)) for name in ("q", "role", "status")}
    page = int(number) if (number := text(request.args.get("page"))).isdecimal() and int(number) > 0 else 1
    where, values = "kind = ? AND status = ?", [kind, "archived" if asked["status"] == "archived" else "active"]
    if asked["q"]:
        where += " AND (instr(lower(name), lower(?)) OR instr(lower(email), lower(?)) OR sis_id = ?)"
        values += [asked["q"]] * 3
    if asked["role"]:
        where += " AND instr(roles, ?)"
        values.append(f'"{asked["role"]}"')
    total = vendor.store.number(f"SELECT count(*) FROM records WHERE {where}", *values)
    rows = vendor.store.records(
        f"{where} ORDER BY name, id LIMIT ? OFFSET ?", *values, PER_PAGE, (page - 1) * PER_PAGE
    )
    last_page = max(1, -(-total // PER_PAGE))
    return {"records": rows, "total": total, "page": page, "last_page": last_page, "asked": asked}


@dataclass(frozen=True)
class Classroom:
    """A section as its people see it: how many students, and what Clever tells beside the name.

    `assigns` says whether whoever looks may give it assignments.
    """

    section: Record
    size: int
    details: tuple[str, ...]
    assigns: bool


def classes(vendor: Vendor, account: Record) -> list[Classroom]:
    """The active sections of a person."""
    mine = vendor.store.enrollments("user = ? AND status = 'active'", account.clever_id or "")
    sections = vendor.store.by_clever_id("sections", dict.fromkeys(one.section for one, _ in mine))
    size = "SELECT count(*) FROM enrollments WHERE section = ? AND role = 'student' AND status = 'active'"
    return [
        Classroom(
            one,
            vendor.store.number(size, one.clever_id),
            class_details(one.told),
            may_assign(vendor, account, one),
        )
        for one in sections
        if one.active
    ]


def may_assign(vendor: Vendor, account: Record, section: Record) -> bool:
    """Whether this person teaches this class, and a district told us of it: the LMS is the district's."""
    tie = "section = ? AND user = ? AND role = 'teacher' AND status = 'active'"
    mine = vendor.store.enrollments(tie, section.clever_id or "", account.clever_id or "")
    return bool(mine) and section.kind == "sections" and section.active and section.in_roster


def class_details(told: Told) -> tuple[str, ...]:
    """What is told of a class beside its name: subject and grade."""
    subject, of_grade = text(told.get("subject")), text(told.get("grade"))
    return tuple(filter(None, (subject, f"grade {of_grade}" if of_grade else "")))


def around(vendor: Vendor, record: Record) -> dict[str, Any]:
    """What belongs to a record: its schools, its people or sections, its progress."""
    store, clever_id = vendor.store, record.clever_id or ""
    column = "section" if record.kind == "sections" else "user"
    enrolled = store.enrollments(f"{column} = ?", clever_id) if record.kind in ("sections", "users") else []
    pairs: list[tuple[str, str, Record]] = []
    for one, status in enrolled:
        kind, other = ("users", one.user) if record.kind == "sections" else ("sections", one.section)
        found = store.find(kind, "clever_id", other)
        if found:
            pairs.append((one.role, status, found))
    told = record.told
    return {
        "schools": store.by_clever_id("schools", schools(told)),
        "course": store.find("courses", "clever_id", text(told.get("course"))),
        "term": store.find("terms", "clever_id", text(told.get("term_id"))),
        "enrolled": sorted(pairs, key=lambda pair: (pair[1], pair[0] != "teacher", pair[2].name.casefold())),
        "progress": store.progress(record.id) if record.kind == "users" else [],
        "family": family(vendor, record) if record.kind == "users" and clever_id else [],
    }


def family(vendor: Vendor, record: Record) -> list[tuple[Record, str]]:
    """The students of a contact, and the contacts of a student, each with what the contact is to the student."""
    own = relationships(record.told)
    theirs = vendor.store.by_clever_id("users", own)
    clever_id = record.clever_id or ""
    where = "kind = 'users' AND status = 'active' AND instr(roles, '\"contact\"') AND instr(told, ?) ORDER BY name"
    contacts = [one for one in vendor.store.records(where, clever_id) if clever_id in relationships(one.told)]
    return [(one, own[one.clever_id or ""]) for one in theirs] + [
        (one, relationships(one.told)[clever_id]) for one in contacts
    ]
