"""The open questions about LMS Connect (lms-connect 11). None of its endpoints is served yet."""

from mock_clever.choices.choice import LATER, Choice, numbered

LMS_CONNECT = numbered(
    "lms-connect 11",
    Choice("A write to an unmatched section, teacher or student", "400 NOT_FOUND with the id", state=LATER),
    Choice(
        "An `lms_state` other than `success`",
        "400 INVALID_INTEGRATION_STATE; 403 without the product",
        state=LATER,
    ),
    Choice("A partial list of missing fields", "only those missing: title, description, due_date", state=LATER),
    Choice(
        "Which of two rules about required fields has precedence", "that of the three core fields", state=LATER
    ),
    Choice("The text about invalid users", "names the LMS, in straight words", state=LATER),
    Choice(
        "The status of operations an LMS does not allow",
        "400 UNSUPPORTED_OPERATION; dropped values 200",
        state=LATER,
    ),
    Choice(
        "A PATCH with a past due date, or with nothing", "refused; an empty object changes nothing", state=LATER
    ),
    Choice("A grade above `points_possible`, or below zero", "kept as extra credit; 400", state=LATER),
    Choice("`points_possible` of 0, or absent", "400; left out", state=LATER),
    Choice(
        "Default values of `grading_type`, `state` and `max_attempts`",
        "points; open, scheduled or locked by the dates; as each LMS does",
        state=LATER,
    ),
    Choice("Other values of `grading_type` and of submission types", "accepted, with a finding", state=LATER),
    Choice("Attachment types in a request", "link, text, file; others are refused", state=LATER),
    Choice("Values of `flags`", "those of the specification", state=LATER),
    Choice("Classroom `state` transitions", "any, with a finding for those no LMS makes", state=LATER),
    Choice("The page size without `limit`, and expired cursors", "100; 400 INVALID_CURSOR", state=LATER),
    Choice("`Submission.id` and `assignment_id`", "no id for Classroom; always the assignment's", state=LATER),
    Choice("The form of `last_lms_sync` and `lms_matched_percentage`", "a timestamp; three numbers", state=LATER),
    Choice("Whether match changes emit events", "yes", state=LATER),
    Choice("Deletion in Clever of a section with assignments", "assignments stay; 404 for leavers", state=LATER),
    Choice("A duplicate create after a timeout", "makes a second assignment", state=LATER),
    Choice("The content type of errors", "JSON", state=LATER),
    Choice("The rate limit of LMS Connect", "1200 a minute, together with the Data API", "rate_limit"),
    Choice("Latency of writes", "none", state=LATER),
    Choice(
        "How an LTI launch reaches the app (mode)", "as a Clever login; a second mode by id token", state=LATER
    ),
    Choice(
        "Which LTI launch initialises a Schoology student", "any, until the connection is renewed", state=LATER
    ),
    Choice("Classroom without the extra agreement", "reading works, writing grades does not", state=LATER),
    Choice("Schoology without a grading category", "the grade is stored but its gradebook hides it", state=LATER),
    Choice(
        "Truncating `due_date`, rewriting titles of links, dropping descriptions",
        "for Classroom only",
        state=LATER,
    ),
    Choice("Which roles are allowed as `grader_id`", "any matched teacher of the district", state=LATER),
    Choice("A teacher who deletes or edits in the LMS", "by the control plane", state=LATER),
)
