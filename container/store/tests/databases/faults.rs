//! Databases that are killed, cut off, full, too new.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use store::{
    Error, SnapshotKind, Store,
    audit::{Event, Outcome, Verdict},
};

use crate::{Place, at, on_both, postgres, servers::Postgres, user};

on_both!(a_newer_database_is_left_alone, many_open_a_new_one_at_once);

fn event(what: &str) -> Event {
    Event {
        who: String::new(),
        from: "local".to_owned(),
        what: what.to_owned(),
        on: String::new(),
        outcome: Outcome::Done,
        detail: String::new(),
    }
}

async fn a_newer_database_is_left_alone(place: Place) {
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', ";
    if let Some(path) = place.url.strip_prefix("sqlite:") {
        let script =
            format!("import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(\"{sql} 1, x'00', 0)\")");
        assert!(Command::new("python3").args(["-c", &script, path]).status().unwrap().success());
    } else {
        let (_, database) = place.url.rsplit_once('/').unwrap();
        let (done, said) = postgres().sql(database, &format!("{sql} true, '\\x00', 0)"));
        assert!(done, "{said}");
    }
    let refusal = Store::open(&place.url).await.unwrap_err();
    assert!(matches!(refusal, Error::Newer { found: 99, known: 2 }), "{refusal}");
    assert!(refusal.to_string().contains("use a newer program"));
}

async fn many_open_a_new_one_at_once(place: Place) {
    // A fresh one each, beside the one that there is.
    let url = match place.url.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{path}.other"),
        None => postgres().database(),
    };
    let opened = (0..6).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Store::open(&url).await })
    });
    let stores: Vec<Store> =
        futures::future::join_all(opened).await.into_iter().map(|opened| opened.unwrap().unwrap()).collect();
    user(&stores[0], "alice").await;
    assert!(stores[5].user_named("alice").await.unwrap().is_some());
}

/// A server of its own is killed while eight write. What was said to be written is there; the rest is there whole or not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_crash_at_any_time() {
    let mut server = Postgres::new();
    let store = Store::open(&server.database()).await.unwrap();
    for round in 0..2 {
        let (told, mut said) = tokio::sync::mpsc::channel(1024);
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let (store, told) = (store.clone(), told.clone());
                tokio::spawn(async move {
                    loop {
                        match store.audit(&event(&format!("{round} {number}")), at(0)).await {
                            Ok(line) => told.send(line).await.unwrap(),
                            Err(error) => return error,
                        }
                    }
                })
            })
            .collect();
        drop(told);
        let mut written = Vec::new();
        while written.len() < 40 {
            written.push(said.recv().await.unwrap());
        }
        server.crash();
        while let Some(line) = said.recv().await {
            written.push(line);
        }
        for writer in writers {
            let error = writer.await.unwrap();
            assert!(matches!(error, Error::Unavailable(_) | Error::Unknown(_)), "{error:?}");
        }
        assert!(matches!(store.ping().await, Err(Error::Unavailable(_))));
        server.start();
        store.ping().await.unwrap();
        assert!(matches!(store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
        for line in written {
            assert_eq!(store.audit_after(line.number - 1, 1).await.unwrap(), [line]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_is_made_anew() {
    let url = postgres().database();
    let (_, database) = url.rsplit_once('/').unwrap();
    let store = Store::open(&url).await.unwrap();
    let alice = user(&store, "alice").await;
    for number in 0..5 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tosd' \
                   AND datname = current_database()";
        assert!(postgres().sql(database, cut).0);
        store.claim(alice.id, "small", at(number)).await.unwrap();
        store.audit(&event("cut"), at(number)).await.unwrap();
    }
    assert_eq!(store.audit_last().await.unwrap().unwrap().number, 5);
}

/// The part of the next test that is killed: it says what it has written.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Ok(url) = std::env::var("STORE_TEST_WRITES") else { return };
    let store = Store::open(&url).await.unwrap();
    loop {
        let line = store.audit(&event("line"), at(0)).await.unwrap();
        println!("wrote {} {}", line.number, line.hash);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_wrote_to_a_file_is_there() {
    let place = crate::in_sqlite().await;
    let mut written = Vec::new();
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::writes_until_it_is_killed", "--nocapture"])
            .env("STORE_TEST_WRITES", &place.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = |line: String| line.strip_prefix("wrote ").map(str::to_owned);
        let enough = written.len() + 10 * round;
        while written.len() < enough {
            written.extend(said(lines.next().expect("it ended by itself").unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        written.extend(lines.map_while(Result::ok).filter_map(said).filter(|line| line.len() > 64));
        // This process had it open all the time, and goes on.
        assert!(matches!(place.store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
        let there = place.store.audit_after(0, 1000).await.unwrap();
        let there: Vec<String> = there.into_iter().map(|line| format!("{} {}", line.number, line.hash)).collect();
        assert!(written.iter().all(|line| there.contains(line)), "{written:?} {there:?}");
    }
}

/// What is mounted goes with its test, however that ends.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_got_over() {
    let room = tempfile::tempdir().unwrap();
    let disk = room.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&disk).output().unwrap()
    };
    let mounted = mount("size=3m");
    if !mounted.status.success() {
        // Nothing can be made full without being root.
        let said = String::from_utf8_lossy(&mounted.stderr).into_owned();
        // SAFETY: asks for a number.
        assert!(unsafe { libc::geteuid() } != 0, "{said}");
        eprintln!("NOT TESTED: a full disk needs a mount, and that was refused: {said}");
        return;
    }
    let _mounted = Mounted(disk.clone());
    let store = Store::open(&format!("sqlite:{}", disk.join("tosd.db").display())).await.unwrap();
    let alice = user(&store, "alice").await;
    store.claim(alice.id, "small", at(0)).await.unwrap();
    let body = vec![5; 200_000];
    let mut kept = Vec::new();
    let refusal = loop {
        match store.add_snapshot(alice.id, SnapshotKind::Periodic, &body, "", at(0)).await {
            Ok(snapshot) => kept.push(snapshot),
            Err(error) => break error,
        }
        assert!(kept.len() < 100);
    };
    assert!(matches!(refusal, Error::Full(_)), "{refusal:?}");
    assert!(!kept.is_empty());
    // What was there can be read, and a backup that finds no room leaves nothing half done.
    assert_eq!(store.snapshots(alice.id).await.unwrap().len(), kept.len());
    assert_eq!(store.snapshot_body(alice.id, kept[0].id).await.unwrap(), body);
    let archive = disk.join("archive");
    let refused = store.backup(&archive, at(0)).await.unwrap_err();
    assert!(matches!(refused, Error::File { .. }), "{refused:?}");
    assert!(!archive.exists() && std::fs::read_dir(&disk).unwrap().count() == 3, "only the database is there");

    // Transactions that find no room in the middle, or at their end.
    for _ in 0..100 {
        if let Err(error) = store.audit(&event("no room"), at(0)).await {
            assert!(matches!(error, Error::Full(_)), "{error:?}");
        }
    }
    assert!(matches!(store.audit(&event("no room"), at(0)).await, Err(Error::Full(_))));

    let grown = mount("remount,size=16m");
    assert!(grown.status.success(), "{grown:?}");
    kept.push(store.add_snapshot(alice.id, SnapshotKind::Periodic, &body, "", at(1)).await.unwrap());
    store.audit(&event("room"), at(1)).await.unwrap();
    assert_eq!(store.snapshots(alice.id).await.unwrap().len(), kept.len());
    store.backup(&archive, at(0)).await.unwrap();
    store.close().await;
}

/// Whoever waits for a database that is not there is told soon.
#[tokio::test]
async fn a_database_that_is_not_there_is_told() {
    let opening = Store::open("postgres://tos@127.0.0.1:9/tos");
    let refusal = tokio::time::timeout(Duration::from_secs(60), opening).await.expect("it waits for ever").unwrap_err();
    assert!(matches!(refusal, Error::Unavailable(_)), "{refusal:?}");
    let refusal = Store::open("sqlite:/nowhere/tosd.db").await.unwrap_err();
    assert!(matches!(refusal, Error::File { .. }), "{refusal:?}");
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("not-a-database");
    std::fs::write(&path, "x".repeat(10_000)).unwrap();
    let refusal = Store::open(&format!("sqlite:{}", path.display())).await.unwrap_err();
    assert!(matches!(refusal, Error::Damaged(_)), "{refusal:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x".repeat(10_000));
}
