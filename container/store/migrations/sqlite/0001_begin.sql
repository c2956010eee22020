-- Who may use this host, by what they sign in, and where they are signed in.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'operator', 'admin')),
    plan TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('password', 'totp', 'passkey', 'oidc')),
    -- What it is found by.
    key TEXT CHECK ((key IS NOT NULL) = (kind IN ('passkey', 'oidc'))),
    label TEXT NOT NULL,
    data TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER
) STRICT;
CREATE UNIQUE INDEX credentials_key ON credentials (kind, key);
CREATE UNIQUE INDEX credentials_one ON credentials (user_id, kind) WHERE kind IN ('password', 'totp');
CREATE INDEX credentials_user ON credentials (user_id);

CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    cookie BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    means TEXT NOT NULL,
    stepped_up INTEGER
) STRICT;
CREATE INDEX logins_user ON logins (user_id);
CREATE INDEX logins_expires ON logins (expires);

-- One that is used up is no longer here.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('first_admin', 'invitation', 'reset')),
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    role TEXT,
    plan TEXT,
    made_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE guests (
    id TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    view_only INTEGER NOT NULL CHECK (view_only IN (0, 1)),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER
) STRICT;
CREATE INDEX guests_owner ON guests (owner);

-- One for each user: that is what the key says.
CREATE TABLE desktops (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('new', 'running', 'frozen', 'hibernated', 'failed')),
    instance TEXT,
    container TEXT,
    runtime TEXT,
    plan TEXT NOT NULL,
    generation INTEGER NOT NULL,
    last_viewer INTEGER,
    restarts INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX desktops_container ON desktops (instance, container);

CREATE TABLE blocks (
    instance TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ids', 'ports')),
    first INTEGER NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    container TEXT NOT NULL,
    PRIMARY KEY (instance, kind, first),
    UNIQUE (instance, kind, container)
) STRICT;

CREATE TABLE snapshots (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES desktops (user_id) ON DELETE CASCADE,
    made INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('periodic', 'hibernation', 'manual')),
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    note TEXT NOT NULL,
    failed TEXT,
    -- Last, so that lists need not read past it.
    body BLOB NOT NULL
) STRICT;
CREATE INDEX snapshots_user ON snapshots (user_id, made);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
-- One counter for all keys: one that is deleted and made again has another revision than before.
CREATE TABLE settings_clock (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO settings_clock (id, revision) VALUES (1, 0);

-- What happened. Lines are only ever added, each with the hash of the one before.
CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    origin TEXT NOT NULL,
    what TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    detail TEXT NOT NULL,
    before TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit)
    OR NEW.before <> COALESCE((SELECT hash FROM audit ORDER BY number DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN
    SELECT RAISE(ABORT, 'a line of the audit log follows the last one');
END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is not changed');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is not changed');
END;
