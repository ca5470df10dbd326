"""The pages of people from the Library: their classes, a teacher's choice of them, the account they had before."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from vendor_app.errors import CleverTrouble, NotFound
from vendor_app.pages import Classroom, classes
from vendor_app.records import Record, grade
from vendor_app.vendor import Vendor


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes of classes and of the merge offer."""
    pages = Blueprint("teaching", __name__)

    @pages.get("/classes")
    def choose() -> str:
        account = teacher()
        chosen = vendor.library.choice(account)
        return render_template("choose.html", choice=chosen)

    @pages.post("/classes")
    def chosen() -> Response:
        account = teacher()
        vendor.check_form()
        vendor.library.choose(account, set(request.form.getlist("section")))
        return read_again(account)

    @pages.post("/classes/sync")
    def sync() -> Response:
        account = vendor.signed_in()
        vendor.check_form()
        if not vendor.sessions.from_library:
            raise NotFound
        return read_again(account)

    @pages.get("/classes/<int:internal_id>")
    def one(internal_id: int) -> str:
        account = vendor.signed_in()
        mine = [room for room in classes(vendor, account) if room.section.id == internal_id]
        if not mine or "teacher" not in account.roles:
            raise NotFound
        room = mine[0]
        assigned = vendor.coursework.of_section(room.section.clever_id or "") if room.assigns else []
        return render_template("class.html", room=room, students=students(room), assignments=assigned)

    @pages.get("/merge")
    def merge() -> str | Response:
        account = vendor.signed_in()
        offered = vendor.people.offered(account)
        return render_template("merge.html", offered=offered) if offered else redirect(url_for("pages.home"))

    @pages.post("/merge")
    def merged() -> Response | tuple[str, int]:
        account = vendor.signed_in()
        vendor.check_form()
        if request.form.get("choice") == "new":
            vendor.people.decline(account)
            return redirect(url_for("pages.home"), 303)
        token = vendor.sessions.token()
        old = vendor.people.claim(account, request.form.get("password", ""), vendor.now())
        if old is None:
            offered = vendor.people.offered(account)
            return render_template("merge.html", offered=offered, wrong=True), 403
        vendor.sessions.open(old.id)
        vendor.sessions.keep_token(token)
        return redirect(url_for("pages.home"), 303)

    def teacher() -> Record:
        account = vendor.signed_in()
        if "teacher" not in account.roles or not vendor.sessions.from_library:
            raise NotFound
        return account

    def students(room: Classroom) -> list[tuple[Record, str]]:
        ties = vendor.store.enrollments(
            "section = ? AND role = 'student' AND status = 'active'", room.section.clever_id
        )
        found = vendor.store.by_clever_id("users", (one.user for one, _ in ties))
        return [(one, grade(one.told)) for one in sorted(found, key=lambda one: one.name.casefold())]

    def read_again(account: Record) -> Response:
        """Read the classes with the token of this session, or go and get a new one: it lives for a day."""
        token = vendor.sessions.token()
        if not token:
            return redirect(url_for("signin.sign_up"), 303)
        try:
            vendor.library.refresh(account, token, "button", vendor.now())
        except CleverTrouble as trouble:
            if trouble.status == 401:
                return redirect(url_for("signin.sign_up"), 303)
            return redirect(url_for("pages.home", classes="unread"), 303)
        return redirect(url_for("pages.home", classes="read"), 303)

    return pages
