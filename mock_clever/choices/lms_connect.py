"""The open questions about LMS Connect (lms-connect 11)."""

from mock_clever.choices.choice import Choice, numbered

LMS_CONNECT = numbered(
    "lms-connect 11",
    Choice(
        "A write to an unmatched section, teacher or student",
        "400 NOT_FOUND with the id, of a section, term or student it does not see too; reads of a student 404",
    ),
    Choice(
        "An `lms_state` other than `success`",
        "400 INVALID_INTEGRATION_STATE; 403 without the product, the district's consent or an LMS",
    ),
    Choice("A partial list of missing fields", "only those missing: title, description, due_date"),
    Choice("Which of two rules about required fields has precedence", "that of the three core fields"),
    Choice("The text about invalid users", "names the LMS, in straight words"),
    Choice(
        "The status of operations an LMS does not allow",
        "400 UNSUPPORTED_OPERATION; dropped values 200",
    ),
    Choice("A PATCH with a past due date, or with nothing", "refused; an empty object changes nothing"),
    Choice("A grade above `points_possible`, or below zero", "kept as extra credit; 400", "lms_go"),
    Choice("`points_possible` of 0, or absent", "400; left out"),
    Choice(
        "Default values of `grading_type`, `state` and `max_attempts`",
        "points; open, scheduled or locked by the dates; as each LMS does",
    ),
    Choice("Other values of `grading_type` and of submission types", "accepted, with a finding"),
    Choice("Attachment types in a request", "link, text, file; others are refused"),
    Choice("Values of `flags`", "those of the specification"),
    Choice("Classroom `state` transitions", "any, with a finding for those no LMS makes"),
    Choice("The page size without `limit`, and expired cursors", "100; 400 INVALID_CURSOR", "submissions_self"),
    Choice(
        "`Submission.id` and `assignment_id`",
        "no id for Classroom; always the assignment's",
        "submission_id",
    ),
    Choice(
        "The form of `last_lms_sync` and `lms_matched_percentage`",
        "a timestamp; of students, teachers and sections, whole numbers rounded down; both with the scope `lms`",
    ),
    Choice(
        "Whether match changes emit events",
        "yes: of districts, users and sections. The first pull and the matching take 30 minutes each, then the LMS"
        " is pulled every night at 04:00; who is new is found at once, by email",
    ),
    Choice("Deletion in Clever of a section with assignments", "assignments stay; 404 for leavers"),
    Choice("A duplicate create after a timeout", "makes a second assignment"),
    Choice("The content type of errors", "JSON", "lms_go"),
    Choice("The rate limit of LMS Connect", "1200 a minute, together with the Data API", "rate_limit"),
    Choice("Latency of writes", "none but what a fault of kind slow is planned for"),
    Choice("How an LTI launch reaches the app (mode)", "as a Clever login; a second mode by id token", "lti_mode"),
    Choice("Which LTI launch initialises a Schoology student", "any, until the connection is renewed"),
    Choice("Classroom without the extra agreement", "reading works, writing grades does not", "classroom_grades"),
    Choice("Schoology without a grading category", "the grade is stored but its gradebook hides it"),
    Choice(
        "Truncating `due_date`, rewriting titles of links, dropping descriptions",
        "for Classroom only",
    ),
    Choice("Which roles are allowed as `grader_id`", "any matched teacher of the district"),
    Choice("A teacher who deletes or edits in the LMS", "by the control plane and on the pages under /lms"),
)
