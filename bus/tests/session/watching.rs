//! Programs say that somebody watches, by the portal and as players always did.

use std::collections::HashMap;

use bus::Word;
use zbus::Proxy;
use zbus::wire::{ObjectPath, Variant};

use crate::on_bus::{Session, object};

const PORTAL: &str = "org.freedesktop.impl.portal.desktop.tos";
const HANDLE: &str = "/org/freedesktop/portal/desktop/request/1_1/film";

#[tokio::test]
async fn a_player_says_so_until_it_takes_it_back_or_leaves() {
    let session = Session::new();
    let (program, stranger) = (session.program().await, session.program().await);
    let name = "org.freedesktop.ScreenSaver";
    for path in ["/org/freedesktop/ScreenSaver", "/ScreenSaver"] {
        let saver = object(&program, name, path, name).await;
        let cookie: u32 = saver.call("Inhibit", &("player", "a film")).await.unwrap();
        assert_eq!(session.word(), Word::Watched(true));
        let theirs = object(&stranger, name, path, name).await;
        let _: () = theirs.call("UnInhibit", &(cookie,)).await.unwrap();
        let _: () = theirs.call("UnInhibit", &(cookie + 1,)).await.unwrap();
        assert!(session.words.try_recv().is_err(), "it is another's");
        let _: () = saver.call("UnInhibit", &(cookie,)).await.unwrap();
        assert_eq!(session.word(), Word::Watched(false));
    }
    let saver = object(&program, name, "/ScreenSaver", name).await;
    let _: u32 = saver.call("Inhibit", &("player", "a film")).await.unwrap();
    assert_eq!(session.word(), Word::Watched(true));
    drop(saver);
    program.close().await.unwrap();
    assert_eq!(session.word(), Word::Watched(false));
}

async fn inhibit(portal: &Proxy<'_>, handle: &str, flags: u32) -> zbus::Result<()> {
    let handle = ObjectPath::try_from(handle.to_owned()).unwrap();
    let options = HashMap::from([("reason", Variant::new("a film"))]);
    portal.call("Inhibit", &(handle, "org.example.Player", "", flags, options)).await
}

#[tokio::test]
async fn by_the_portal_it_is_so_until_the_request_is_closed() {
    let session = Session::new();
    let program = session.program().await;
    let portal =
        object(&program, PORTAL, "/org/freedesktop/portal/desktop", "org.freedesktop.impl.portal.Inhibit").await;
    // To log out is nobody kept from.
    inhibit(&portal, HANDLE, 1).await.unwrap();
    assert!(session.words.try_recv().is_err());
    for _ in 0..2 {
        // The request before is gone some time.
        while inhibit(&portal, HANDLE, 8 | 1).await.is_err() {
            assert_eq!((session.word(), session.word()), (Word::Watched(true), Word::Watched(false)));
        }
        assert_eq!(session.word(), Word::Watched(true));
        let stranger = session.program().await;
        let request = "org.freedesktop.impl.portal.Request";
        let theirs = Proxy::new(&stranger, PORTAL, HANDLE, request).await.unwrap();
        assert!(theirs.call::<_, _, ()>("Close", &()).await.is_err());
        let ours = Proxy::new(&program, PORTAL, HANDLE, request).await.unwrap();
        let _: () = ours.call("Close", &()).await.unwrap();
        assert_eq!(session.word(), Word::Watched(false));
    }
    assert!(inhibit(&portal, "/elsewhere", 8).await.is_err());
}
