//! A real bus, and programs on it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod asking;
mod on_bus;
mod sandboxed;
mod watching;

use std::collections::HashMap;

use bus::{Appearance, Closed, Notification, Told, Urgency, Word};
use futures::StreamExt;
use zbus::wire::{OwnedVariant, Variant};
use zbus::{Connection, Proxy};

use on_bus::{LOOKS, Session, object};

impl Session {
    fn notified(&self) -> Notification {
        match self.word() {
            Word::Notify(notification) => notification,
            other => panic!("{other:?}"),
        }
    }
}

async fn notifications(program: &Connection) -> Proxy<'static> {
    const NAME: &str = "org.freedesktop.Notifications";
    object(program, NAME, "/org/freedesktop/Notifications", NAME).await
}

async fn notify(proxy: &Proxy<'_>, replaces: u32, summary: &str, urgency: u8) -> zbus::Result<u32> {
    let hints: HashMap<&str, Variant> = HashMap::from([("urgency", Variant::U8(urgency))]);
    let actions = &["default", "Open", "reply", "Reply"][..];
    let body = ("mail", replaces, "", summary, "from <b>Ada</b>", actions, hints, -1_i32);
    proxy.call("Notify", &body).await
}

#[tokio::test]
async fn what_a_program_tells_is_heard_and_it_hears_what_became_of_it() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = notifications(&program).await;
    let mut closed = proxy.receive_signal("NotificationClosed").await.unwrap();
    let mut invoked = proxy.receive_signal("ActionInvoked").await.unwrap();
    let id = notify(&proxy, 0, "One letter", 2).await.unwrap();
    let heard = session.notified();
    assert_eq!((heard.id.0, heard.replaces, heard.urgency), (id, false, Urgency::Critical));
    assert_eq!(
        (heard.summary.as_str(), heard.body.as_str(), heard.program.as_str()),
        ("One letter", "from Ada", "mail")
    );
    assert!(heard.activates);
    assert_eq!(heard.choices, ["Reply"]);
    assert_eq!(heard.process, Some(std::process::id()));

    assert_eq!(notify(&proxy, id, "Two letters", 1).await.unwrap(), id);
    assert!(session.notified().replaces);
    for (choice, called) in [(None, "default"), (Some(7), "nobody hears of it"), (Some(0), "reply")] {
        session.bus.tell(Told::Activated(heard.id, choice));
        if choice != Some(7) {
            let (what, action): (u32, String) = invoked.next().await.unwrap().body().deserialize().unwrap();
            assert_eq!((what, action.as_str()), (id, called));
        }
    }
    session.bus.tell(Told::Closed(heard.id, Closed::Dismissed));
    assert_eq!(closed.next().await.unwrap().body().deserialize::<(u32, u32)>().unwrap(), (id, 2));

    let next = notify(&proxy, 0, "Three", 0).await.unwrap();
    assert_ne!(next, id);
    session.notified();
    let _: () = proxy.call("CloseNotification", &(next,)).await.unwrap();
    assert!(matches!(session.word(), Word::Withdraw(withdrawn) if withdrawn.0 == next));
}

#[tokio::test]
async fn nobody_closes_what_is_anothers_and_nobody_floods() {
    let session = Session::new();
    let (program, stranger) = (session.program().await, session.program().await);
    let (ours, theirs) = (notifications(&program).await, notifications(&stranger).await);
    let id = notify(&ours, 0, "ours", 1).await.unwrap();
    session.notified();
    let _: () = theirs.call("CloseNotification", &(id,)).await.unwrap();
    assert_ne!(notify(&theirs, id, "theirs", 1).await.unwrap(), id);
    assert_eq!(session.notified().summary, "theirs", "nothing was withdrawn before");
    let mut refused = None;
    for _ in 0..100 {
        refused = refused.or(notify(&theirs, 0, "again", 1).await.err());
    }
    let refused = refused.unwrap();
    assert!(refused.to_string().contains("LimitsExceeded"), "{refused}");
    assert!(notify(&ours, 0, "ours", 1).await.is_ok(), "others may go on");
}

#[tokio::test]
async fn programs_learn_how_the_desktop_looks_and_that_it_changed() {
    let session = Session::new();
    let program = session.program().await;
    let settings = object(
        &program,
        "org.freedesktop.impl.portal.desktop.tos",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.impl.portal.Settings",
    )
    .await;
    let namespace = "org.freedesktop.appearance";
    let all: HashMap<String, HashMap<String, OwnedVariant>> =
        settings.call("ReadAll", &(&["org.freedesktop.*"][..],)).await.unwrap();
    assert_eq!(*all[namespace]["color-scheme"], Variant::U32(1));
    let mut changes = settings.receive_signal("SettingChanged").await.unwrap();
    session.bus.tell(Told::Appearance(Appearance { contrast: true, ..LOOKS }));
    let body = changes.next().await.unwrap().body();
    let (namespace, key, value): (String, String, Variant) = body.deserialize().unwrap();
    assert_eq!((namespace.as_str(), key.as_str(), value), ("org.freedesktop.appearance", "contrast", Variant::U32(1)));
}
