-- Who may use this host, by what they sign in, and where they are signed in.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    display TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'operator', 'admin')),
    plan TEXT NOT NULL,
    disabled BIGINT NOT NULL CHECK (disabled IN (0, 1)),
    created BIGINT NOT NULL
);

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('password', 'totp', 'passkey', 'oidc')),
    -- What it is found by.
    key TEXT COLLATE "C" CHECK ((key IS NOT NULL) = (kind IN ('passkey', 'oidc'))),
    label TEXT NOT NULL,
    data TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created BIGINT NOT NULL,
    used BIGINT
);
CREATE UNIQUE INDEX credentials_key ON credentials (kind, key);
CREATE UNIQUE INDEX credentials_one ON credentials (user_id, kind) WHERE kind IN ('password', 'totp');
CREATE INDEX credentials_user ON credentials (user_id);

CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    cookie BYTEA NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    means TEXT NOT NULL,
    stepped_up BIGINT
);
CREATE INDEX logins_user ON logins (user_id);
CREATE INDEX logins_expires ON logins (expires);

-- One that is used up is no longer here.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('first_admin', 'invitation', 'reset')),
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    role TEXT,
    plan TEXT,
    made_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE guests (
    id TEXT NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL UNIQUE,
    owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    view_only BIGINT NOT NULL CHECK (view_only IN (0, 1)),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT
);
CREATE INDEX guests_owner ON guests (owner);

-- One for each user: that is what the key says.
CREATE TABLE desktops (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('new', 'running', 'frozen', 'hibernated', 'failed')),
    instance TEXT,
    container TEXT,
    runtime TEXT,
    plan TEXT NOT NULL,
    generation BIGINT NOT NULL,
    last_viewer BIGINT,
    restarts BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    note TEXT NOT NULL
);
CREATE UNIQUE INDEX desktops_container ON desktops (instance, container);

CREATE TABLE blocks (
    instance TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ids', 'ports')),
    first BIGINT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    container TEXT NOT NULL,
    PRIMARY KEY (instance, kind, first),
    UNIQUE (instance, kind, container)
);

CREATE TABLE snapshots (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES desktops (user_id) ON DELETE CASCADE,
    made BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('periodic', 'hibernation', 'manual')),
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    note TEXT NOT NULL,
    failed TEXT,
    -- Last, so that lists need not read past it.
    body BYTEA NOT NULL
);
CREATE INDEX snapshots_user ON snapshots (user_id, made);

CREATE TABLE settings (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL,
    revision BIGINT NOT NULL
);
-- One counter for all keys: one that is deleted and made again has another revision than before.
CREATE TABLE settings_clock (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO settings_clock (id, revision) VALUES (1, 0);

-- What happened. Lines are only ever added, each with the hash of the one before.
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    origin TEXT NOT NULL,
    what TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    detail TEXT NOT NULL,
    before TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit)
        OR NEW.before <> COALESCE((SELECT hash FROM audit ORDER BY number DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000')
    THEN
        RAISE EXCEPTION 'a line of the audit log follows the last one';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION audit_no_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is not changed';
END $$;
CREATE TRIGGER audit_next BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_next();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_no_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_no_change();
