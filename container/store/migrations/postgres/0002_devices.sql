-- Counts how often somebody was signed out everywhere: browsers that were known before are strangers after.
ALTER TABLE users ADD COLUMN devices BIGINT NOT NULL DEFAULT 0;
