-- Clever treats records of every kind alike, and so do we: one table, told apart by `kind`.
-- `id` is ours and never changes; `key` is what Behaviour keeps a record under; `told` is what Clever said last.
-- A local account is a user without Clever id. Nothing but a defect ever deletes a row of `records`.
CREATE TABLE IF NOT EXISTS records (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL,
    key         TEXT,
    clever_id   TEXT,
    district    TEXT NOT NULL DEFAULT '',
    sis_id      TEXT NOT NULL DEFAULT '',
    email       TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
    name        TEXT NOT NULL DEFAULT '',
    roles       TEXT NOT NULL DEFAULT '[]',
    status      TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    in_roster   INTEGER NOT NULL DEFAULT 0,
    told        TEXT NOT NULL DEFAULT '{}',
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    archived_at TEXT,
    UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS records_by_clever_id ON records (clever_id);
CREATE INDEX IF NOT EXISTS records_by_email ON records (email) WHERE email <> '';

-- Who is in which section, by Clever id.
CREATE TABLE IF NOT EXISTS enrollments (
    section TEXT NOT NULL,
    user    TEXT NOT NULL,
    role    TEXT NOT NULL CHECK (role IN ('student', 'teacher')),
    status  TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    PRIMARY KEY (section, user, role)
);
CREATE INDEX IF NOT EXISTS enrollments_by_user ON enrollments (user);

-- What a person did. It hangs on the person and on nothing else.
CREATE TABLE IF NOT EXISTS progress (
    id       INTEGER PRIMARY KEY,
    user_id  INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
    item     TEXT NOT NULL,
    score    TEXT NOT NULL DEFAULT 'null',
    at       TEXT NOT NULL,
    UNIQUE (user_id, item)
);

-- How far each connected district has been followed. `cursor` is the event last applied, null without a feed;
-- `heard_at` is when its feed last had something to say.
CREATE TABLE IF NOT EXISTS connections (
    district  TEXT PRIMARY KEY,
    cursor    TEXT,
    synced_at TEXT,
    heard_at  TEXT,
    connected INTEGER NOT NULL DEFAULT 1,
    why       TEXT NOT NULL DEFAULT ''
);
-- The events that took effect, for as long as Clever may tell them again.
CREATE TABLE IF NOT EXISTS applied (
    event TEXT PRIMARY KEY,
    at    TEXT NOT NULL
) WITHOUT ROWID;

-- The exchange history: one row per sync; one per district in it; what happened to each kind; what was not taken in.
CREATE TABLE IF NOT EXISTS syncs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    started_by  TEXT NOT NULL,
    status      TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'success', 'failed', 'held')),
    method      TEXT NOT NULL DEFAULT '',
    step        INTEGER NOT NULL DEFAULT 0,
    steps       INTEGER NOT NULL DEFAULT 0,
    note        TEXT NOT NULL DEFAULT '',
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    created     INTEGER NOT NULL DEFAULT 0,
    updated     INTEGER NOT NULL DEFAULT 0,
    archived    INTEGER NOT NULL DEFAULT 0,
    restored    INTEGER NOT NULL DEFAULT 0,
    skipped     INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS exchanges (
    sync          INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    district      TEXT NOT NULL,
    method        TEXT NOT NULL CHECK (method IN ('Delta', 'Bulk')),
    why           TEXT NOT NULL,
    status        TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'success', 'failed', 'held')),
    note          TEXT NOT NULL DEFAULT '',
    cursor_before TEXT,
    cursor_after  TEXT,
    PRIMARY KEY (sync, district)
);
CREATE TABLE IF NOT EXISTS counts (
    sync     INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    created  INTEGER NOT NULL DEFAULT 0,
    updated  INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    restored INTEGER NOT NULL DEFAULT 0,
    skipped  INTEGER NOT NULL DEFAULT 0,
    failed   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sync, kind)
);
-- A sync that would archive too much waits here; `leaving` is {kind: [how many would go, of how many]}.
CREATE TABLE IF NOT EXISTS holds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    sync       INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    district   TEXT NOT NULL,
    leaving    TEXT NOT NULL,
    status     TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'confirmed', 'discarded', 'done', 'over')),
    since      TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at TEXT
);
CREATE TABLE IF NOT EXISTS problems (
    sync      INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    clever_id TEXT NOT NULL,
    sis_id    TEXT NOT NULL,
    field     TEXT NOT NULL,
    reason    TEXT NOT NULL
);

-- Local accounts that may be a Clever user: a person decides.
CREATE TABLE IF NOT EXISTS review (
    internal_id INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
    clever_id   TEXT NOT NULL,
    why         TEXT NOT NULL,
    PRIMARY KEY (internal_id, clever_id)
);

-- Sessions live here and not in the cookie, so that ending one really ends it. Secrets are kept as fingerprints.
CREATE TABLE IF NOT EXISTS sessions (
    id       TEXT PRIMARY KEY,
    user_id  INTEGER REFERENCES records (id) ON DELETE CASCADE,
    csrf     TEXT NOT NULL,
    states   TEXT NOT NULL DEFAULT '[]',
    restarts TEXT NOT NULL DEFAULT '[]',
    seen_at  TEXT NOT NULL
);
-- What a session keeps of the one before it in the same browser: nothing, unless a defect says otherwise.
CREATE TABLE IF NOT EXISTS remains (
    session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    told    TEXT NOT NULL
);
-- The short history of codes: each is exchanged once.
CREATE TABLE IF NOT EXISTS codes (
    fingerprint TEXT PRIMARY KEY,
    user_id     INTEGER REFERENCES records (id) ON DELETE CASCADE,
    at          TEXT NOT NULL
);
-- What we ask people ourselves, and how often they have logged in.
CREATE TABLE IF NOT EXISTS profiles (
    user_id INTEGER PRIMARY KEY REFERENCES records (id) ON DELETE CASCADE,
    logins  INTEGER NOT NULL DEFAULT 0,
    goal    TEXT NOT NULL DEFAULT ''
);
-- The passwords of accounts that are older than Clever, hashed.
CREATE TABLE IF NOT EXISTS passwords (
    user_id INTEGER PRIMARY KEY REFERENCES records (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL
);
-- An older account that a teacher new from the Library may have had: the teacher decides, with its password.
CREATE TABLE IF NOT EXISTS offers (
    user_id  INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
    local_id INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
    tries    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, local_id)
);
-- A Library teacher's own token, which reads their classes for 24 hours. It ends with the session.
CREATE TABLE IF NOT EXISTS tokens (
    session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    token   TEXT NOT NULL,
    at      TEXT NOT NULL
);
-- Classes a Library teacher does not want here, both by Clever id.
CREATE TABLE IF NOT EXISTS declined (
    teacher TEXT NOT NULL,
    section TEXT NOT NULL,
    PRIMARY KEY (teacher, section)
);

-- Coursework and where it is in the school's LMS. `lms_id` is Clever's id of an assignment, which no list tells again;
-- `sent` is what the LMS was told last; `form` is the form it was made with, so that a form sent twice makes one.
CREATE TABLE IF NOT EXISTS assignments (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    section     TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    due_date    TEXT NOT NULL,
    points      REAL NOT NULL,
    url         TEXT NOT NULL DEFAULT '',
    status      TEXT NOT NULL DEFAULT 'waiting'
                CHECK (status IN ('waiting', 'sending', 'synced', 'unknown', 'failed', 'deleting', 'deleted')),
    problem     TEXT NOT NULL DEFAULT '',
    lms         TEXT NOT NULL DEFAULT '',
    lms_id      TEXT,
    lms_due     TEXT NOT NULL DEFAULT '',
    lms_state   TEXT NOT NULL DEFAULT '',
    sent        TEXT NOT NULL DEFAULT '{}',
    form        TEXT,
    at          TEXT NOT NULL,
    UNIQUE (section, form)
);
CREATE TABLE IF NOT EXISTS scores (
    assignment INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
    user       TEXT NOT NULL,
    points     REAL,
    comment    TEXT NOT NULL DEFAULT '',
    state      TEXT NOT NULL DEFAULT '',
    url        TEXT NOT NULL DEFAULT '',
    grader     TEXT NOT NULL DEFAULT '',
    sent_state TEXT NOT NULL DEFAULT '',
    status     TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'failed')),
    problem    TEXT NOT NULL DEFAULT '',
    at         TEXT NOT NULL,
    PRIMARY KEY (assignment, user)
);
