//! Messages: what gets through from a page, and what it is told.

use bytes::BytesMut;

use super::Desk;
use crate::{
    Event,
    protocol::{CursorImage, FromPage, MAX_NODES, MAX_TEXT, Rejected, Role, SemanticNode, ToPage},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_greeted_and_told_the_state_of_things_in_order() {
    let desk = Desk::start();
    let size = ToPage::Size { width: 640, height: 480, scale: 2.0 };
    let cursor = |name: &str| ToPage::Cursor { cursor: CursorImage::Named { name: name.into() } };
    desk.streamer.broadcast(cursor("wait"));
    desk.streamer.broadcast(size.clone());
    desk.streamer.broadcast(cursor("text"));
    let page = desk.page(Role::View).await;
    let greeting = page.message(Some).await;
    assert_eq!(greeting, ToPage::Hello { version: "test".into(), role: Role::View, layout: "us".into(), output: 0 });
    assert_eq!(page.message(Some).await, size);
    assert_eq!(page.message(Some).await, cursor("text"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clipboard_is_not_for_those_who_only_watch() {
    let desk = Desk::start();
    desk.streamer.broadcast(ToPage::Clipboard { text: "secret".into(), offer: 0, more: Vec::new() });
    let clipboard = |m| match m {
        ToPage::Clipboard { .. } => Some(true),
        ToPage::Pong { .. } => Some(false),
        _ => None,
    };
    for (role, expected) in [(Role::View, false), (Role::Control, true)] {
        let page = desk.page(role).await;
        page.send(&FromPage::Ping { id: 1 }).await;
        assert_eq!(page.message(clipboard).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_messages_are_counted_and_the_connection_lives() {
    let desk = Desk::start();
    let page = desk.page(Role::Control).await;
    for rubbish in ["", "{", "null", "[1]", r#"{"t":"format_disk"}"#, r#"{"t":"key","code":7,"pressed":true}"#, "\u{0}"]
    {
        page.send_raw(rubbish).await;
    }
    page.input().send(BytesMut::from(&b"\xff\xfe\xfd"[..])).await.unwrap();
    page.send(&FromPage::Text { text: "x".repeat(MAX_TEXT + 1) }).await;
    for seq in [5, 3] {
        page.send(&FromPage::Motion { x: f64::MAX, y: -1.0, seq }).await;
    }
    page.send_raw(r#"{"t":"relative","dx":1e300,"dy":0,"seq":6}"#).await;
    page.send(&FromPage::Blur).await;

    let mut taken = Vec::new();
    desk.event(|e| match e {
        Event::Input { message: FromPage::Blur, .. } => Some(()),
        Event::Input { message, .. } => {
            taken.push(message);
            None
        }
        _ => None,
    })
    .await;
    let expected = [FromPage::Motion { x: 1.0, y: 0.0, seq: 5 }, FromPage::Relative { dx: 10_000.0, dy: 0.0, seq: 6 }];
    assert_eq!(taken, expected, "clamped and in order");
    let metrics = desk.streamer.metrics();
    assert_eq!(metrics.rejected(Rejected::Malformed), 8);
    assert_eq!(metrics.rejected(Rejected::Oversized), 1);
    assert_eq!(metrics.rejected(Rejected::OutOfOrder), 1);
    page.send(&FromPage::Ping { id: 9 }).await;
    page.message(|m| (m == ToPage::Pong { id: 9 }).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_watch_cannot_type() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    page.send(&FromPage::Key { code: "KeyA".into(), pressed: true, id: 0 }).await;
    page.send(&FromPage::Resize { width: 100, height: 100, scale: 1.0 }).await;
    page.send(&FromPage::Blur).await;
    page.send(&FromPage::Ping { id: 1 }).await;
    page.message(|m| matches!(m, ToPage::Pong { .. }).then_some(())).await;
    let mut events = desk.events.lock().await;
    while let Ok(event) = events.try_recv() {
        assert!(!matches!(event, Event::Input { .. }), "{event:?}");
    }
    assert_eq!(desk.streamer.metrics().rejected(Rejected::Forbidden), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn motion_comes_over_its_own_channel_and_a_third_channel_is_closed() {
    let desk = Desk::start();
    let page = desk.page(Role::Control).await;
    page.motion().send_text(r#"{"t":"motion","x":0.25,"y":0.5,"seq":1}"#).await.unwrap();
    desk.event(|e| matches!(e, Event::Input { message: FromPage::Motion { seq: 1, .. }, .. }).then_some(())).await;
    let third = page.connection.create_data_channel("more", None).await.unwrap();
    use webrtc::data_channel::DataChannelEvent::OnClose;
    let closed = async { while !matches!(third.poll().await, Some(OnClose) | None) {} };
    page.alive(super::soon("its end", closed)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_too_long_for_a_channel_becomes_a_notice_and_the_channel_lives() {
    let desk = Desk::start();
    let page = desk.page(Role::Control).await;
    desk.streamer.broadcast(ToPage::Clipboard { text: "x".repeat(300 << 10), offer: 0, more: Vec::new() });
    page.message(|m| matches!(m, ToPage::Notice { .. }).then_some(())).await;
    let long = ToPage::Clipboard { text: "y".repeat(60 << 10), offer: 0, more: Vec::new() };
    desk.streamer.broadcast(long.clone());
    page.alive(page.message(|m| (m == long).then_some(()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_picture_means_is_told_whole_and_then_by_what_differs() {
    let desk = Desk::start();
    let node = |id: &str, name: &str| SemanticNode { id: id.into(), name: name.into(), ..SemanticNode::default() };
    let nodes = vec![node("a", "ZOOM OUT"), SemanticNode { parent: Some("a".into()), ..node("b", "12:00") }];
    desk.streamer.set_semantics(nodes.clone());
    let page = desk.page(Role::View).await;
    let semantics = |m| match m {
        ToPage::Semantics { whole, more, nodes } => Some((whole, more, nodes)),
        _ => None,
    };
    assert!(matches!(page.message(Some).await, ToPage::Hello { .. }), "the greeting comes first");
    assert_eq!(page.message(semantics).await, (true, false, nodes.clone()));
    let mut later = nodes;
    later[1].name = "12:01".into();
    desk.streamer.set_semantics(later.clone());
    assert_eq!(page.message(semantics).await, (false, false, vec![later[1].clone()]));
    let other = desk.page(Role::View).await;
    assert_eq!(page.alive(other.message(semantics)).await, (true, false, later), "who comes later has all of it");
    // More than a data channel takes at once.
    let many: Vec<_> = (0..MAX_NODES).map(|n| node(&format!("node {n}"), &"x".repeat(200))).collect();
    desk.streamer.set_semantics(many.clone());
    let mut got = Vec::new();
    loop {
        let (whole, more, nodes) = page.alive(page.message(semantics)).await;
        assert!(whole);
        got.extend(nodes);
        if !more {
            break;
        }
    }
    assert!(got.len() > 1000 && got == many[..got.len()], "{}", got.len());
}
