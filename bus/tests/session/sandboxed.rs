//! What programs in a sandbox tell the user, as `xdg-desktop-portal` passes it on.

use std::collections::HashMap;

use bus::{Closed, Told, Urgency, Word};
use futures::StreamExt;
use zbus::Proxy;
use zbus::wire::{OwnedVariant, Variant};

use crate::on_bus::{Session, object};

async fn portal(program: &zbus::Connection) -> Proxy<'static> {
    object(
        program,
        "org.freedesktop.impl.portal.desktop.tos",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.impl.portal.Notification",
    )
    .await
}

async fn add(proxy: &Proxy<'_>, program: &str, title: &str) -> zbus::Result<()> {
    let button = HashMap::from([
        ("label", Variant::new("Reply")),
        ("action", Variant::new("app.reply")),
        ("target", Variant::new("Ada")),
    ]);
    let notification = HashMap::from([
        ("title", Variant::new(title.to_owned())),
        ("priority", Variant::new("urgent")),
        ("default-action", Variant::new("app.open")),
        ("buttons", Variant::new(vec![button])),
    ]);
    proxy.call("AddNotification", &(program, "letter", notification)).await
}

#[tokio::test]
async fn what_is_told_is_heard_and_its_program_gets_back_what_it_gave() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program).await;
    let mut invoked = proxy.receive_signal("ActionInvoked").await.unwrap();
    add(&proxy, "org.example.Mail", "One letter").await.unwrap();
    let Word::Notify(heard) = session.word() else { panic!("it is something else") };
    assert_eq!((heard.summary.as_str(), heard.urgency), ("One letter", Urgency::Critical));
    assert_eq!((heard.activates, heard.choices.as_slice()), (true, &["Reply".to_owned()][..]));

    add(&proxy, "org.example.Mail", "Two letters").await.unwrap();
    let Word::Notify(again) = session.word() else { panic!("it is something else") };
    assert_eq!((again.id, again.replaces), (heard.id, true));

    for (choice, action, targets) in [(None, "app.open", vec![]), (Some(0), "app.reply", vec![Variant::new("Ada")])] {
        session.bus.tell(Told::Activated(heard.id, choice));
        let body = invoked.next().await.unwrap().body();
        let (of, name, called, given): (String, String, String, Vec<OwnedVariant>) = body.deserialize().unwrap();
        assert_eq!((of.as_str(), name.as_str(), called.as_str()), ("org.example.Mail", "letter", action));
        assert!(given.iter().map(|given| &**given).eq(&targets), "{given:?}");
    }

    let _: () = proxy.call("RemoveNotification", &("org.example.Other", "letter")).await.unwrap();
    let _: () = proxy.call("RemoveNotification", &("org.example.Mail", "letter")).await.unwrap();
    assert_eq!(session.word(), Word::Withdraw(heard.id), "what another calls so is another");
    session.bus.tell(Told::Closed(heard.id, Closed::Withdrawn));
    // The name is free again some time: then it is another one.
    loop {
        add(&proxy, "org.example.Mail", "Three").await.unwrap();
        let Word::Notify(next) = session.word() else { panic!("it is something else") };
        if !next.replaces {
            assert_ne!(next.id, heard.id);
            break;
        }
    }
}

#[tokio::test]
async fn who_floods_waits_and_others_may_go_on() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program).await;
    let mut refused = None;
    for _ in 0..100 {
        refused = refused.or(add(&proxy, "org.example.Mail", "again").await.err());
    }
    assert!(refused.unwrap().to_string().contains("LimitsExceeded"));
    add(&proxy, "org.example.Other", "once").await.unwrap();
    let odd = HashMap::from([("title", Variant::new(5_u32))]);
    let refused: zbus::Result<()> = proxy.call("AddNotification", &("org.example.Other", "odd", odd)).await;
    assert!(refused.unwrap_err().to_string().contains("InvalidArgs"));
}
