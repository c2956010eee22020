//! What is remembered: users, sessions, snapshots, the audit log, settings. SQLite, PostgreSQL, Redis, etcd.
