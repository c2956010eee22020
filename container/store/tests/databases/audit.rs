//! The log that nobody changes unseen.

use std::path::Path;

use store::{
    Store,
    audit::{Anchor, Event, Line, Outcome, Verdict},
};

use crate::{Place, at, on_both, postgres};

on_both!(
    many_writers_make_one_log_without_gaps,
    nothing_that_somebody_writes_breaks_it,
    the_database_refuses_to_change_it,
    who_gets_around_the_database_is_found,
);

fn event(what: &str) -> Event {
    Event {
        who: "alice".to_owned(),
        from: "192.0.2.1".to_owned(),
        what: what.to_owned(),
        on: "desktop".to_owned(),
        outcome: Outcome::Refused,
        detail: String::new(),
    }
}

fn anchor(line: &Line) -> Anchor {
    Anchor { number: line.number, hash: line.hash.clone() }
}

/// Does to the database what the store would not. Says whether the database let it.
fn around(place: &Place, sql: &str) -> Result<(), String> {
    if let Some(path) = place.url.strip_prefix("sqlite:") {
        let done = std::process::Command::new("python3")
            .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])", path, sql])
            .output()
            .unwrap();
        return if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) };
    }
    let (_, database) = place.url.rsplit_once('/').unwrap();
    match postgres().sql(database, sql) {
        (true, _) => Ok(()),
        (false, said) => Err(said),
    }
}

async fn many_writers_make_one_log_without_gaps(place: Place) {
    let other = Store::open(&place.url).await.unwrap();
    let writers = (0..40).map(|number| {
        let store = if number % 2 == 0 { place.store.clone() } else { other.clone() };
        tokio::spawn(async move { store.audit(&event(&format!("act {number}")), at(number)).await.unwrap() })
    });
    let mut lines: Vec<Line> = futures::future::join_all(writers).await.into_iter().map(Result::unwrap).collect();
    lines.sort_by_key(|line| line.number);
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    assert_eq!(place.store.audit_after(0, 1000).await.unwrap(), lines);
    assert_eq!(place.store.audit_after(38, 1000).await.unwrap(), lines[38..]);
    let newest = place.store.audit_before(None, 2).await.unwrap();
    assert_eq!(newest, [lines[39].clone(), lines[38].clone()]);
    assert_eq!(place.store.audit_before(Some(2), 10).await.unwrap(), [lines[0].clone()]);
    let last = anchor(&lines[39]);
    assert_eq!(place.store.audit_last().await.unwrap(), Some(last.clone()));
    assert_eq!(place.store.verify_audit(None).await.unwrap(), Verdict::Whole { last: Some(last) });
}

async fn nothing_that_somebody_writes_breaks_it(place: Place) {
    let store = &place.store;
    assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Whole { last: None });
    let odd = "'; DELETE FROM audit; --\0\"}\n\u{202e}\u{1f600}";
    let event = Event { who: odd.to_owned(), on: "é".repeat(5000), detail: odd.repeat(400), ..event(odd) };
    let line = store.audit(&event, at(0)).await.unwrap();
    assert_eq!(line.who, odd.replace('\0', "\u{fffd}"));
    assert_eq!((line.on.chars().count(), line.detail.chars().count()), (4096, 4096));
    assert_eq!(store.audit_after(0, 10).await.unwrap(), [line]);
    assert!(matches!(store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
}

async fn the_database_refuses_to_change_it(place: Place) {
    for number in 0..3 {
        place.store.audit(&event("act"), at(number)).await.unwrap();
    }
    let copy = |number: &str, before: &str| {
        format!(
            "INSERT INTO audit SELECT {number}, at, who, origin, what, target, outcome, detail, {before}, hash FROM audit \
             WHERE number = 3"
        )
    };
    let mut attempts = vec![
        "UPDATE audit SET who = 'bob' WHERE number = 2".to_owned(),
        "DELETE FROM audit WHERE number = 3".to_owned(),
        copy("5", "hash"),
        copy("4", "before"),
    ];
    if place.url.starts_with("postgres") {
        attempts.push("TRUNCATE audit".to_owned());
    } else {
        attempts.push(copy("2", "before").replace("INSERT", "INSERT OR REPLACE"));
    }
    for attempt in attempts {
        let refusal = around(&place, &attempt).expect_err(&attempt);
        assert!(refusal.contains("audit log"), "{attempt}: {refusal}");
    }
    assert!(
        matches!(place.store.verify_audit(None).await.unwrap(), Verdict::Whole { last: Some(last) } if last.number == 3)
    );
}

async fn who_gets_around_the_database_is_found(place: Place) {
    let mut last = None;
    for number in 0..9 {
        last = Some(place.store.audit(&event(&format!("act {number}")), at(number)).await.unwrap());
    }
    let room = tempfile::tempdir().unwrap();
    let file: &Path = &room.path().join("anchor");
    anchor(&last.unwrap()).write(file).unwrap();
    let known = Anchor::read(file).unwrap();
    let off = if place.url.starts_with("postgres") {
        "ALTER TABLE audit DISABLE TRIGGER ALL;"
    } else {
        "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
    };
    around(&place, off).unwrap();

    around(&place, "DELETE FROM audit WHERE number > 7").unwrap();
    assert!(matches!(place.store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
    let verdict = place.store.verify_audit(known.as_ref()).await.unwrap();
    assert!(matches!(verdict, Verdict::Broken { number: 8, .. }), "{verdict:?}");

    around(&place, "UPDATE audit SET outcome = 'done' WHERE number = 4").unwrap();
    let verdict = place.store.verify_audit(known.as_ref()).await.unwrap();
    assert!(matches!(verdict, Verdict::Broken { number: 4, .. }), "{verdict:?}");

    around(&place, "DELETE FROM audit WHERE number = 2").unwrap();
    let verdict = place.store.verify_audit(known.as_ref()).await.unwrap();
    assert!(matches!(verdict, Verdict::Broken { number: 2, .. }), "{verdict:?}");
}
