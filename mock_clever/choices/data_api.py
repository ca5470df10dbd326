"""The open questions about the Data API (data-api 15)."""

from mock_clever.choices.choice import LATER, Choice, numbered

DATA_API = numbered(
    "data-api 15",
    Choice(
        "What a 401 says in v2 and v3",
        "the one body on record, with code 101, whether a token is missing, malformed, unknown or revoked",
        "unauthorized",
    ),
    Choice(
        "What roster endpoints answer to a district token of an app without Secure Sync",
        "the HTML 404 that user tokens get",
        "out_of_scope",
    ),
    Choice(
        "The text of the 404 for a record",
        '`{"message":"Resource not found"}`, the same for unknown, unshared, deleted and another district\'s',
    ),
    Choice("A malformed id in the path", "404, as for a record that is not there"),
    Choice(
        "A malformed cursor in `starting_after` or `ending_before`, or both at once",
        "400 with a message; a well-formed id of nothing is a bound like any other",
    ),
    Choice("A `limit` of 0, below 0 or no number", "400; above 10000 a 413"),
    Choice("A query parameter that is unknown", "ignored, and echoed in `self`", "unknown_parameter"),
    Choice("A `role` outside the values of the endpoint", "400 with a message", "unknown_role"),
    Choice("The order of links", "self, next, prev since v2.0; self, prev, next in v1.2", "link_order"),
    Choice(
        "Whether `next` is there when exactly `limit` records remain",
        "no: one record more is looked for",
        "next_link",
    ),
    Choice(
        "The body of `count` in v3",
        "`count` and a `self` link; other parameters do nothing, any value but `true` is as if it were not sent",
    ),
    Choice(
        "The form of `/resources`",
        'records as in any list; when there are none `{"resources":[]}`, as recorded',
        "empty_resources",
    ),
    Choice(
        "HEAD, OPTIONS and other methods",
        "HEAD is GET without a body, OPTIONS a 204 with the CORS headers, the others a 501",
        "other_methods",
    ),
    Choice("Retired versions", "Express's HTML 404, like any unknown path"),
    Choice(
        "A district that is paused, in error, pending or on hold",
        "what was published last, with 200; only the district's `state`, `error` and pause dates tell",
    ),
    Choice("The `state` of a healthy district", "`running`", "healthy_state"),
    Choice(
        "What an app sees when a district has disconnected it",
        "401 everywhere, and its token is gone from `/oauth/tokens`; a reconnection has a new token, the same ids",
    ),
    Choice("Sharing set to nothing", "200 with empty lists; the district still answers"),
    Choice("Whether `null` is sent", "never: blank is an empty string, missing is a missing key", "nulls"),
    Choice(
        "Whether unshared ids are trimmed from `teachers`, `schools`, relationships and enrollments",
        "no: they stay, as documented for `students`",
    ),
    Choice(
        "A section whose teacher is unshared or absent",
        "ids stay; `teacher` is absent and `teachers` empty when the source has none",
    ),
    Choice(
        "`mystudents`, `myteachers` and `mycontacts` of a user of the wrong role",
        "an empty list; 404 for an unknown user",
    ),
    Choice("The course or term of a section that has none", "404 with a message"),
    Choice(
        "The links of staff and district_admin records",
        "district and schools; district; a user of several roles has the links of each",
    ),
    Choice(
        "A student's `legacy_id`, `created`, `last_modified` and GPA keys",
        "left out, as recorded; the copy of `email` is sent",
        "student_extras",
    ),
    Choice(
        "The spelling of `disability_code` and Chinese",
        "upper case and `chi`, as documented",
        "spelling",
    ),
    Choice(
        "Which section name has precedence, the source's or a generated one",
        "the source's; one is generated where it is missing",
        "section_name",
    ),
    Choice(
        "Whether a contact known by name and email keeps its id when the phone changes",
        "yes: the detailed rule",
        "contact_identity",
    ),
    Choice("ETag and If-None-Match", "a weak ETag on core answers; conditions are ignored"),
    Choice("Compression", "gzip, only for clients that ask"),
    Choice(
        "Whether a hold follows other than deletions",
        "only from deletions of more than a tenth of a kind; mass updates by a setting of their own",
        state=LATER,
    ),
    Choice(
        "The share of co-taught sections, contacts per student and missing e-mails in synthetic districts",
        "settled preset by preset in fixtures/presets",
    ),
)
