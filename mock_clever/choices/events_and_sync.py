"""The open questions about events and syncing (events-and-sync 11)."""

from mock_clever.choices.choice import Choice, numbered

EVENTS_AND_SYNC = numbered(
    "events-and-sync 11",
    Choice("Which block order a batch has, documented or recorded", "the documented one", "event_order"),
    Choice(
        "The place of resources and of users of several roles in that order",
        "resources after staff, first when deleted; such a user at the place of their earliest role",
    ),
    Choice(
        "A field newly granted, withdrawn, present or gone",
        "newly there: null among the previous attributes; gone: the old value there, no key in the object",
    ),
    Choice(
        "`ext`, `location` and the like: the whole old object or its changed keys",
        "whole; each role partial in any case",
        "former_objects",
    ),
    Choice(
        "When `last_modified` moves",
        "with the sync that publishes a change, but for those of `ext` alone; never among the previous attributes",
        "event_last_modified",
    ),
    Choice("Several edits between two syncs", "one event for each record: the net effect, if any"),
    Choice(
        "What makes a `districts.updated`",
        "every sync, and changes of the district's own fields, which wait for no sync",
        "last_sync_events",
    ),
    Choice(
        "What a first connect with events tells",
        "districts.created, then the creation of every shared record",
    ),
    Choice("What a reconnect emits", "a new feed that begins like the first; old ids"),
    Choice(
        "What a sharing change emits",
        "created and deleted for the difference, at once and as one batch; no updates of what refers to it",
    ),
    Choice("Events never enabled, or disabled", "200 with none, or with those of the last thirty days"),
    Choice(
        "A malformed cursor, or one that is no event's",
        "any id is a bound; anything else but `last` is a 400",
    ),
    Choice("`starting_after=last`, and `last` outside of events", "nothing; taken on other lists too"),
    Choice("Both `starting_after` and `ending_before`", "400"),
    Choice("An unknown `record_type`, or a singular form", "200 with none, and a finding"),
    Choice(
        "The `school` filter and records without a school",
        "left out; schools, their sections and their users stay",
    ),
    Choice("The trailing `?` of the bare feed's self link", "kept, as recorded", "bare_self"),
    Choice("An expired or foreign id on `/events/{id}`", "404 with a message"),
    Choice(
        "The same change seen through two versions",
        "each version's own events with ids of their own; roles of one user are told one by one before v3",
    ),
    Choice("A role removed from a user of several", "an update in v3, a deletion of that role before"),
    Choice(
        "Users who merge, split or change ids",
        "a role that is added or split off is an update of the older id; of two users who merge the younger id is"
        " deleted, of one who splits the new id created; their sections are updated; no alias leads from one id to"
        " another",
    ),
    Choice(
        "A return within 300 days, or after",
        "created again, under the same id and with the same `created`; after that a new id",
    ),
    Choice("The last student leaves a section", "sections.deleted"),
    Choice(
        "A hold, or a sync that requires review",
        "nothing changes until it is approved, then all; what is discarded leaves the source as it is published",
    ),
    Choice(
        "A hold on mass updates",
        "off; deletions of more than a tenth of a type hold, but in a pause, in the rollover window and when a"
        " change is published at once; an application's thresholds, where they are on, count updates too",
    ),
    Choice("Events during a pause", "only from changes of sharing, and of the district's own record"),
    Choice("Latency", "events are there together with the data", "event_delay"),
    Choice("The edge of retention", "thirty times 24 hours, looked at with each request"),
    Choice("A user token on `/events`", "the HTML 404", "out_of_scope"),
    Choice(
        "Duplicate delivery and late visibility",
        "never, but for the faults `repeat` and `reorder` and for a delay",
    ),
    Choice(
        "How much backoff the suite tolerates",
        "any wait that reaches the reset of the rate limit; after errors six tries at most, with pauses that grow"
        " by half or more; then an end, and a later sync that goes on from the stored cursor",
    ),
    Choice(
        "What protection against a mass delete is expected of clients",
        "they hold or archive when nearly a third of the students and sections vanish in one step",
    ),
    Choice("Old contact keys in v3.1 events", "sent as in v3.0"),
)
