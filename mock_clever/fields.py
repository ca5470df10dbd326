"""The one table of what Clever's records hold: every field of every part, its versions and its source.

JSON Schemas, the API's answers, CSV columns, the ledger and the documents are all read from it. A part is a
record (`user`) or a role within one (`student`); a field of a group is written with a dot (`location.zip`).
Facts come from Clever's pages and published specifications, named in `source`; `mark` says how each is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from msgspec import Struct, structs

VERSIONS = ("v1.2", "v2.0", "v2.1", "v3.0", "v3.1")

GRADES = (
    *("InfantToddler", "Preschool", "PreKindergarten", "TransitionalKindergarten", "Kindergarten"),
    *(str(grade) for grade in range(1, 14)),
    *("PostGraduate", "Ungraded", "Other", ""),
)
SUBJECTS = (
    *("english/language arts", "math", "science", "social studies", "language", "homeroom/advisory"),
    *("interventions/online learning", "technology and engineering", "PE and health", "arts and music"),
    *("other", ""),
)
RACES = (
    *("Caucasian", "Asian", "Black or African American", "American Indian"),
    *("Hawaiian or Other Pacific Islander", "Two or More Races", "Unknown", ""),
)
GENDERS = ("M", "F", "X", "")
YES_NO = ("Y", "N", "")
FRL = ("Free", "Reduced", "Paid", "Other", "")
PHONE_TYPES = ("Cell", "Home", "Work", "Other", "")
RELATIONSHIPS = ("Parent", "Grandparent", "Self", "Aunt/Uncle", "Sibling", "Other", "")
CONTACT_TYPES = ("Parent/Guardian", "Emergency", "Primary", "Secondary", "Family", "Other", "")
STATES = ("running", "pending", "error", "paused", "success", "")
LOGIN_METHODS = ("Clever Badges", "Canvas", "Clever Passwords", "Google", "LDAP", "SAML", "Other")
LMS_TYPES = ("canvas", "schoology", "google_classroom", "")
LMS_STATES = (
    *("initial_sync_processing", "pending_authorization", "matching_in_progress", "error", "disconnected"),
    *("success", ""),
)
STAFF_ROLES = ("PortalOnly", "SchoolTechLead")
ATTENDANCE_STATUSES = ("present", "absent", "tardy")
ATTENDANCE_TYPES = ("daily", "section")
DISABILITIES = (
    *("Autism", "Deaf-blindness", "Developmental delay", "Emotional disturbance", "Hearing impairment"),
    *("Intellectual Disability", "Multiple disabilities", "Orthopedic impairment", "Other"),
    *("Other health impairment", "Specific learning disability", "Speech or language impairment"),
    *("Traumatic brain injury", "Visual impairment", ""),
)
DISABILITY_CODES = (
    *("AUT", "DB", "DD", "EMN", "HI", "ID", "MD", "OI", "OTHER", "OHI", "SLD", "SLI", "TBI", "VI"),
    "",
)

DOB = r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"
YEAR = r"([0-9]{4})?"

SSO = ("sso",)  # also seen by an app that has single sign-on only
LIBRARY = ("library",)  # also seen by a user's token that a teacher authorised
BOTH = SSO + LIBRARY
UNTOLD = (("sso", "empty"),)


class Later(Struct, frozen=True):
    """Values that Clever knows since that version, and what older ones say instead; None is nothing at all."""

    since: str
    values: tuple[str, ...]
    instead: str | None


LATER_GRADES = (
    Later("v2.1", ("InfantToddler", "Preschool", "TransitionalKindergarten", "13", "Ungraded"), "Other"),
    Later("v2.1", ("",), None),
)
LATER_SUBJECTS = (Later("v2.1", ("",), "other"),)
LATER_GENDERS = (Later("v2.1", ("X",), ""),)
LATER_STATES = (Later("v2.0", ("success",), "running"), Later("v2.1", ("",), None))


class Spelling(Struct, frozen=True):
    """Other words for some values, where a setting like `spelling=specification` asks for them."""

    switch: str
    words: tuple[tuple[str, str], ...]


NULLS = "nulls=null"
TOLD_AS_EVENT = "told=event"  # no setting of a world: how the events of records tell them
EXTRAS = "student_extras=present"
SPECIFIED = "spelling=specification"
WELL = (Spelling("healthy_state=success", (("running", "success"),)),)


class Field(Struct, frozen=True, kw_only=True):
    """One field of one part.

    `type` is string, id, ids, strings, datetime, date, boolean, integer, object or objects; an object's own
    fields are rows with a dot. `since` is the first version whose published specification has it, `until` the
    last one (empty: the newest still has it). `guaranteed` means always present; the rest may be a missing key.
    `values` and `pattern` hold where Clever validates; `later` are those of the values that came later.
    `sensitive` fields are opt-in for application and district. `scope` names an extra scope. `tiers` are the
    products that see it besides Secure Sync, `cuts` how such a product sees less of its value, in the words of
    versions.shape.CUTS. `switch` is the setting without which it is never told, like `student_extras=present`,
    `unless` one with which it is not; `spellings` are other words for its values. `column` is the attribute of
    `sis` it comes from, and `blank` is what an empty cell there becomes: "" or nothing at all.
    """

    part: str
    name: str
    type: str = "string"
    since: str = "v1.2"
    until: str = ""
    guaranteed: bool = False
    nullable: bool = False
    validated: bool = False
    values: tuple[str, ...] = ()
    later: tuple[Later, ...] = ()
    pattern: str = ""
    sensitive: bool = False
    scope: str = ""
    tiers: tuple[str, ...] = ()
    cuts: tuple[tuple[str, str], ...] = ()
    switch: str = ""
    unless: str = ""
    spellings: tuple[Spelling, ...] = ()
    column: str = ""
    blank: str | None = ""
    mark: str = "documented"
    source: str = ""

    @property
    def key(self) -> str:
        """The key this field is, or is under, in the part's JSON object."""
        return self.name.partition(".")[0]

    def instead(self, version: str) -> dict[str, str | None]:
        """What that version says in place of the values it does not know."""
        unknown = (later for later in self.later if VERSIONS.index(version) < VERSIONS.index(later.since))
        return {value: later.instead for later in unknown for value in later.values}

    def told(self, switched: frozenset[str]) -> bool:
        """Whether it is told at all when these settings are switched."""
        return (not self.switch or self.switch in switched) and self.unless not in switched

    def spelled(self, version: str, switched: frozenset[str]) -> dict[str, str]:
        """What that version says in place of some values when these settings are switched."""
        words = {old: new for each in self.spellings if each.switch in switched for old, new in each.words}
        return {old: new for old, new in words.items() if new not in self.instead(version)}


def _part(part: str, source: str, *rows: Field) -> tuple[Field, ...]:
    named = []
    for row in rows:
        values = {name: getattr(row, name) for name in Field.__struct_fields__}
        named.append(Field(**(values | {"part": part, "source": row.source or source})))
    return tuple(named)


def _f(name: str, **facts: object) -> Field:
    return Field(part="", name=name, **facts)  # type: ignore[arg-type]  # keyword rows, checked by their type


def _always(name: str, type: str = "string", **facts: object) -> Field:
    return _f(name, type=type, guaranteed=True, **facts)


def _maybe(name: str, column: str = "", **facts: object) -> Field:
    return _f(name, column=column, nullable=True, **facts)


def _dates(since: str = "v1.2") -> tuple[Field, Field]:
    return (
        _always("created", "datetime", since=since, validated=True, tiers=SSO),
        _always("last_modified", "datetime", since=since, validated=True, tiers=SSO),
    )


def _until(version: str, *rows: Field) -> tuple[Field, ...]:
    return tuple(structs.replace(row, until=row.until or version) for row in rows)


def _within(scope: str, since: str, *rows: Field) -> tuple[Field, ...]:
    """Rows of a part that needs an extra scope as a whole."""
    return tuple(structs.replace(row, scope=scope, since=since) for row in rows)


def _person(*rows: Field, tiers: tuple[str, ...] = SSO) -> tuple[Field, ...]:
    """What a role's own record held before people became users: versions up to v2.1 list people by role."""
    held = (
        _always("id", "id", validated=True, tiers=tiers),
        _always("district", "id", validated=True, tiers=SSO),
        *rows,
    )
    return tuple(structs.replace(row, source=f"spec:{row.until}") for row in _until("v2.1", *held))


def _named(middle: str = "v2.1", **facts: object) -> tuple[Field, ...]:
    """A name in its parts; `middle` is the last version that has the middle one."""
    return (
        _always("name", "object", tiers=SSO, **facts),
        _maybe("name.first", tiers=SSO),
        _maybe("name.middle", until=middle),
        _maybe("name.last", tiers=SSO),
    )


def _with(rows: tuple[Field, ...], **changes: dict[str, object]) -> tuple[Field, ...]:
    """These rows, some changed: `name_last` stands for `name.last`."""
    return tuple(structs.replace(row, **changes.get(row.name.replace(".", "_"), {})) for row in rows)


_TEACHER_NAMED = _with(
    _named(),
    name={"tiers": BOTH},
    name_first={"tiers": BOTH},
    name_middle={"tiers": LIBRARY, "cuts": (("library", "blank"),)},
    name_last={"tiers": BOTH},
)
_STUDENT_NAMED = _with(
    _named(),
    name={"tiers": BOTH},
    name_first={"tiers": BOTH},
    name_last={"tiers": BOTH, "cuts": (("library", "initial"),)},
)


FIELDS: tuple[Field, ...] = (
    *_part(
        "district",
        "docs/districts",
        _always("id", "id", validated=True, tiers=SSO),
        _always("name", tiers=SSO),
        _always("sis_type", since="v2.0", validated=True),
        _always("launch_date", "date", since="v2.0", validated=True),
        _always("portal_url", since="v2.1"),
        _always("login_methods", "strings", since="v2.1", validated=True, values=LOGIN_METHODS),
        _maybe("last_sync", type="datetime", since="v2.0", validated=True),
        _maybe("state", since="v2.0", validated=True, values=STATES, later=LATER_STATES, spellings=WELL),
        _f("error", since="v2.0"),
        _maybe("pause_start", type="date", since="v2.0", validated=True),
        _maybe("pause_end", type="date", since="v2.0", validated=True),
        _maybe("mdr_number"),
        _maybe("nces_id", since="v2.0"),
        _f("district_contact", type="object", since="v2.1"),
        _always("district_contact.id", "id", since="v2.1", validated=True),
        _always("district_contact.district", "id", since="v2.1", validated=True),
        _maybe("district_contact.email", since="v2.1"),
        _f("district_contact.title", since="v2.1", validated=True),
        _f("district_contact.name", type="object", since="v2.1"),
        _maybe("district_contact.name.first", since="v2.1"),
        _maybe("district_contact.name.middle", since="v3.0", source="spec:v3.0"),
        _maybe("district_contact.name.last", since="v2.1"),
        _maybe("lms_type", since="v3.1", validated=True, values=LMS_TYPES, scope="lms"),
        _maybe("lms_state", since="v3.1", validated=True, values=LMS_STATES, scope="lms"),
        *_within(
            "lms",
            "v3.1",
            _maybe("last_lms_sync", type="datetime", validated=True, source="docs/api-reference"),
            _maybe("lms_matched_percentage", type="object", source="docs/api-reference"),
            *(
                _always(f"lms_matched_percentage.{kind}", "integer", validated=True, source="docs/api-reference")
                for kind in ("students", "teachers", "sections")
            ),
        ),
        _maybe("last_attendance_sync", type="datetime", since="v3.1", validated=True, scope="attendance"),
    ),
    *_part(
        "status",
        "spec:v1.2",
        *_until(
            "v1.2",
            _always("id", "id", validated=True, tiers=SSO),
            _always("sis_type", validated=True),
            _always("launch_date", "date", validated=True),
            _maybe("last_sync", type="datetime", validated=True),
            _f("state", validated=True, values=STATES, later=LATER_STATES, spellings=WELL),
            _f("error"),
            _maybe("pause_start", type="date", validated=True),
            _maybe("pause_end", type="date", validated=True),
            _f("instant_login", type="boolean"),
        ),
    ),
    *_part(
        "school",
        "docs/schools",
        _always("id", "id", validated=True),
        _always("district", "id", validated=True),
        *_dates(),
        _always("name", column="schools.school_name"),
        _always("sis_id", column="schools.school_id"),
        _always("school_number", column="schools.school_number"),
        _maybe("state_id", "schools.state_id"),
        _maybe("nces_id", "schools.nces_id"),
        _maybe("mdr_number", "schools.mdr_number"),
        _maybe("low_grade", "schools.low_grade", validated=True, values=GRADES, later=LATER_GRADES),
        _maybe("high_grade", "schools.high_grade", validated=True, values=GRADES, later=LATER_GRADES),
        _maybe("phone", "schools.school_phone"),
        _maybe("location", type="object"),
        _maybe("location.address", "schools.school_address"),
        _maybe("location.city", "schools.school_city"),
        _maybe("location.state", "schools.school_state"),
        _maybe("location.zip", "schools.school_zip"),
        _f("principal", type="object"),
        _maybe("principal.name", "schools.principal"),
        _maybe("principal.email", "schools.principal_email"),
        _f("ext", type="object", since="v2.1", source="docs/extension-fields"),
    ),
    *_part(
        "section",
        "docs/sections",
        _always("id", "id", validated=True, tiers=LIBRARY),
        _always("district", "id", validated=True),
        _always("school", "id", validated=True),
        *_dates(),
        _always("name", column="sections.name", tiers=LIBRARY),
        _always("sis_id", column="sections.section_id"),
        _always(
            "subject",
            column="sections.subject",
            validated=True,
            values=SUBJECTS,
            later=LATER_SUBJECTS,
            nullable=True,
            tiers=LIBRARY,
        ),
        _always("students", "ids", validated=True, tiers=LIBRARY),
        _always("teachers", "ids", validated=True, tiers=LIBRARY),
        _maybe("teacher", type="id", validated=True, tiers=LIBRARY),
        _maybe("course", type="id", since="v2.0", validated=True),
        _maybe("term_id", type="id", since="v2.0", validated=True),
        _maybe("grade", "sections.grade", validated=True, values=GRADES, later=LATER_GRADES, tiers=LIBRARY),
        _maybe("period", "sections.period"),
        _maybe("section_number", "sections.section_number", tiers=LIBRARY),
        _f("ext", type="object", since="v2.1", source="docs/extension-fields"),
        _maybe("lms_status", type="object", since="v3.1", scope="lms", source="spec:v3.1"),
        _f("lms_status.synced_in_lms", type="boolean", since="v3.1", scope="lms", source="spec:v3.1"),
        *_until(
            "v1.2",
            _maybe("course_name", source="spec:v1.2"),
            _maybe("course_number", source="spec:v1.2"),
            _maybe("course_description", source="spec:v1.2"),
            _maybe("term", type="object", source="spec:v1.2"),
            _maybe("term.name", source="spec:v1.2"),
            _maybe("term.start_date", type="date", validated=True, source="spec:v1.2"),
            _maybe("term.end_date", type="date", validated=True, source="spec:v1.2"),
        ),
    ),
    *_part(
        "course",
        "docs/courses",
        _always("id", "id", since="v2.0", validated=True),
        _always("district", "id", since="v2.0", validated=True),
        _maybe("name", "sections.course_name", since="v2.0"),
        _maybe("number", "sections.course_number", since="v2.0"),
    ),
    *_part(
        "term",
        "docs/terms",
        _always("id", "id", since="v2.0", validated=True),
        _always("district", "id", since="v2.0", validated=True),
        _maybe("name", "sections.term_name", since="v2.0"),
        _maybe("start_date", "sections.term_start", type="date", since="v2.0", validated=True, blank=None),
        _maybe("end_date", "sections.term_end", type="date", since="v2.0", validated=True, blank=None),
    ),
    *_part(
        "resource",
        "docs/resources",
        _always("id", "id", since="v3.0"),
        _always("district", "id", since="v3.0"),
        _always("resource_id", since="v3.0", column="resources.resource_id"),
        _always("title", since="v3.0", column="resources.title"),
        _always("roles", "strings", since="v3.0", values=("teacher", "student"), column="resources.roles"),
        _always("created", "datetime", since="v3.0"),
        _always("updated", "datetime", since="v3.0"),
    ),
    *_part(
        "user",
        "docs/users",
        _always("id", "id", since="v3.0", validated=True, tiers=BOTH),
        _always("district", "id", since="v3.0", validated=True, tiers=SSO),
        *_dates("v3.0"),
        _always("name", "object", since="v3.0", tiers=BOTH),
        _maybe("name.first", since="v3.0", blank=None, tiers=BOTH),
        _maybe(
            "name.middle",
            since="v3.0",
            blank=None,
            tiers=LIBRARY,
            cuts=(("library", "middle of a teacher"),),
        ),
        _maybe("name.last", since="v3.0", blank=None, tiers=BOTH, cuts=(("library", "initial of a student"),)),
        _maybe("email", since="v3.0", blank=None, tiers=BOTH, cuts=(("library", "nothing of a student"),)),
        _f("roles", type="object", since="v3.0", tiers=BOTH),
        _maybe("lms_status", type="object", since="v3.1", scope="lms", source="spec:v3.1"),
        _f("lms_status.synced_in_lms", type="boolean", since="v3.1", scope="lms", source="spec:v3.1"),
    ),
    *_part(
        "student",
        "docs/users",
        _always("school", "id", validated=True),
        _always("schools", "ids", validated=True, tiers=SSO, cuts=UNTOLD),
        _always("enrollments", "objects", since="v2.1", validated=True),
        _always("enrollments.school", "id", since="v2.1", validated=True),
        _f("enrollments.start_date", type="date", since="v2.1", validated=True),
        _f("enrollments.end_date", type="date", since="v2.1", validated=True),
        _always("sis_id", column="students.student_id"),
        _maybe("student_number", "students.student_number"),
        _maybe("state_id", "students.state_id"),
        _maybe("grade", "students.grade", validated=True, values=GRADES, later=LATER_GRADES, tiers=LIBRARY),
        _maybe("graduation_year", "students.graduation_year", validated=True, pattern=YEAR),
        _maybe("dob", "students.dob", validated=True, pattern=DOB, blank=None),
        _maybe("gender", "students.gender", validated=True, values=GENDERS, later=LATER_GENDERS),
        _maybe("race", "students.race", validated=True, values=RACES),
        _maybe("hispanic_ethnicity", "students.hispanic_latino", validated=True, values=YES_NO),
        _maybe("ell_status", "students.ell_status", validated=True, values=YES_NO, sensitive=True),
        _maybe("frl_status", "students.frl_status", since="v3.0", validated=True, values=FRL, sensitive=True),
        _maybe("iep_status", "students.iep_status", since="v3.0", sensitive=True),
        _maybe("home_language", "students.home_language", since="v3.0", validated=True, sensitive=True),
        _maybe(
            "home_language_code",
            "students.home_language_code",
            since="v3.1",
            validated=True,
            sensitive=True,
            spellings=(Spelling(SPECIFIED, (("chi", "zho"),)),),
            source="docs/api-v31",
        ),
        _maybe(
            "gifted_status",
            "students.gifted_status",
            since="v3.1",
            validated=True,
            values=YES_NO,
            sensitive=True,
            source="docs/api-v31",
        ),
        _maybe(
            "section_504_status",
            "students.section_504_status",
            since="v3.1",
            validated=True,
            values=YES_NO,
            sensitive=True,
            source="docs/api-v31",
        ),
        _f("disability", type="object", since="v3.1", sensitive=True, source="docs/api-v31"),
        _maybe(
            "disability.disability_status",
            "students.disability_status",
            since="v3.1",
            values=YES_NO,
            sensitive=True,
            source="docs/api-v31",
        ),
        _maybe(
            "disability.disability_type",
            "students.disability_type",
            since="v3.1",
            values=DISABILITIES,
            sensitive=True,
            source="docs/api-v31",
        ),
        _maybe(
            "disability.disability_code",
            "students.disability_code",
            since="v3.1",
            values=DISABILITY_CODES,
            spellings=(Spelling(SPECIFIED, tuple((code, code.lower()) for code in DISABILITY_CODES)),),
            sensitive=True,
            source="docs/api-v31",
        ),
        _f("preferred_name", type="object", since="v3.1", source="spec:v3.1"),
        _maybe(
            "preferred_name.first", "students.preferred_first_name", since="v3.1", blank=None, source="spec:v3.1"
        ),
        _maybe(
            "preferred_name.middle", "students.preferred_middle_name", since="v3.1", blank=None, source="spec:v3.1"
        ),
        _maybe(
            "preferred_name.last", "students.preferred_last_name", since="v3.1", blank=None, source="spec:v3.1"
        ),
        _maybe("location", type="object"),
        _maybe("location.address", "students.student_street"),
        _maybe("location.city", "students.student_city"),
        _maybe("location.state", "students.student_state"),
        _maybe("location.zip", "students.student_zip"),
        _f("credentials", type="object"),
        _f("credentials.district_username", column="students.username"),
        _f("ext", type="object", since="v2.1", source="docs/extension-fields"),
        _f("email", since="v3.0", unless=TOLD_AS_EVENT, mark="observed", source="wire:v3.0"),
        _always("legacy_id", "id", since="v3.0", switch=EXTRAS, source="spec:v3.0"),
        _always("created", "datetime", since="v3.0", switch=EXTRAS, source="spec:v3.0"),
        _always("last_modified", "datetime", since="v3.0", switch=EXTRAS, source="spec:v3.0"),
        _f("unweighted_gpa", since="v3.0", switch=EXTRAS, mark="observed", source="docs/users"),
        _f("weighted_gpa", since="v3.0", switch=EXTRAS, mark="observed", source="docs/users"),
        *_person(*_dates(), *_STUDENT_NAMED, _maybe("email", tiers=SSO), tiers=BOTH),
    ),
    *_part(
        "teacher",
        "docs/users",
        _always("school", "id", validated=True),
        _always("schools", "ids", validated=True, tiers=SSO, cuts=UNTOLD),
        _always("sis_id", column="teachers.teacher_id"),
        _always("legacy_id", "id", since="v3.0", validated=True, tiers=BOTH),
        _maybe("teacher_number", "teachers.teacher_number"),
        _maybe("state_id", "teachers.state_teacher_id"),
        _maybe("title", "teachers.title"),
        _maybe("credentials", type="object"),
        _f("credentials.district_username", column="teachers.username"),
        _f("ext", type="object", since="v2.1", source="docs/extension-fields"),
        *_person(*_dates(), *_TEACHER_NAMED, _maybe("email", tiers=BOTH), tiers=BOTH),
    ),
    *_part(
        "staff",
        "docs/users",
        _always("legacy_id", "id", since="v3.0", validated=True, tiers=SSO),
        _always("roles", "strings", since="v3.0", validated=True, values=STAFF_ROLES, column="staff.role"),
        _always("schools", "ids", validated=True, tiers=SSO, cuts=UNTOLD),
        _always("staff_id", column="staff.staff_id"),
        _maybe("title", "staff.title"),
        _maybe("department", "staff.department", since="v2.1"),
        _f("credentials", type="object"),
        _f("credentials.district_username", column="staff.username"),
        _f("ext", type="object", since="v2.1", source="docs/extension-fields"),
        *_person(*_named(middle="v1.2"), _f("email", tiers=SSO)),
    ),
    *_part(
        "district_admin",
        "docs/users",
        _always("legacy_id", "id", since="v3.0", validated=True, tiers=SSO),
        _maybe("title", "admins.admin_title"),
        *_person(*_named(middle="v1.2", nullable=True), _f("email", tiers=SSO)),
    ),
    *_part(
        "contact",
        "docs/student-contacts",
        _always("legacy_id", "id", since="v3.0", validated=True, mark="observed", source="wire:v3.0"),
        _maybe("phone", "contacts.contact_phone"),
        _maybe("phone_type", "contacts.contact_phone_type", validated=True, values=PHONE_TYPES),
        _maybe("sis_id", "contacts.contact_sis_id"),
        _always("student_relationships", "objects", since="v3.0", validated=True),
        _maybe(
            "student_relationships.relationship",
            "contacts.contact_relationship",
            since="v3.0",
            validated=True,
            values=RELATIONSHIPS,
        ),
        _always("student_relationships.student", "id", since="v3.0", validated=True),
        _maybe(
            "student_relationships.type",
            "contacts.contact_type",
            since="v3.0",
            validated=True,
            values=CONTACT_TYPES,
        ),
        *(
            structs.replace(row, since="v3.0", switch=TOLD_AS_EVENT, mark="observed", source="wire:v3.0")
            for row in (
                _maybe("relationship", validated=True, values=RELATIONSHIPS),
                _f("type", validated=True, values=CONTACT_TYPES),
                _always("students", "ids", validated=True),
            )
        ),
        *_person(
            _always("name", tiers=SSO),
            _maybe("email", tiers=SSO),
            _maybe("relationship", validated=True, values=RELATIONSHIPS),
            _f("type", validated=True, values=CONTACT_TYPES),
            _f("student", type="id", until="v1.2", validated=True),
            _always("students", "ids", since="v2.0", validated=True),
        ),
    ),
    *_part(
        "attendance",
        "docs/attendance-data-overview",
        *_within(
            "attendance",
            "v3.1",
            _always("attendance_date", "date", validated=True, column="attendance.attendance_date"),
            _always(
                "attendance_status",
                validated=True,
                values=ATTENDANCE_STATUSES,
                column="attendance.attendance_status",
            ),
            _always(
                "attendance_type", validated=True, values=ATTENDANCE_TYPES, column="attendance.attendance_type"
            ),
            _always("created", "datetime", validated=True),
            _always("district_id", "id", validated=True),
            _f("excuse_code", column="attendance.excuse_code", blank=None),
            _always("last_modified", "datetime", validated=True),
            _always("school_id", "id", validated=True),
            _f("section_id", type="id", validated=True),
            _f("sis_id", column="attendance.attendance_id", blank=None),
            _always("student_id", "id", validated=True),
        ),
    ),
)


@cache
def part(name: str) -> tuple[Field, ...]:
    """Every field of one part, in the table's order."""
    return tuple(field for field in FIELDS if field.part == name)


def of_version(name: str, version: str, switched: frozenset[str] = frozenset()) -> Iterator[Field]:
    """The fields of one part that a version has when these settings are switched, with the values it knows."""
    now = VERSIONS.index(version)
    for field in part(name):
        last = VERSIONS.index(field.until or VERSIONS[-1])
        if VERSIONS.index(field.since) <= now <= last and field.told(switched):
            unknown, words = field.instead(version), field.spelled(version, switched)
            known = (words.get(value, value) for value in field.values if value not in unknown)
            yield structs.replace(field, values=tuple(value for value in known if value not in unknown))
