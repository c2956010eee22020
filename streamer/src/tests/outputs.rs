//! Pages with a picture of their own, beside those that see the first one.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use super::{
    Desk,
    http::request,
    page::{Page, Plan},
    soon,
};
use crate::{
    Event, KEPT_FOR, MOST_OUTPUTS, OutputKey, ViewerId,
    protocol::{FromPage, Role, SemanticNode, ToPage},
    video::{I420, Timing},
};

const OWN: Plan = Plan { output: "?output=new", ..Plan::DEFAULT };

async fn joined(desk: &Desk) -> (ViewerId, OutputKey) {
    desk.event(|e| if let Event::Joined { viewer, output, .. } = e { Some((viewer, output)) } else { None }).await
}

async fn leave(desk: &Desk, page: &Page) {
    let left = request(desk, "DELETE", &page.resource, Some(desk.token(Role::View)), &[], "").await;
    assert_eq!(left.status, 200);
}

async fn left(desk: &Desk) {
    desk.event(|e| match e {
        Event::Left { .. } => Some(()),
        Event::OutputClosed { .. } => panic!("it is kept for a while"),
        _ => None,
    })
    .await;
}

async fn closed(desk: &Desk) -> OutputKey {
    desk.event(|e| if let Event::OutputClosed { output } = e { Some(output) } else { None }).await
}

/// Draws until the encoder takes it.
async fn draw(desk: &Desk, output: OutputKey, markers: &[(ViewerId, u32)]) {
    let picture = I420::black(32, 32);
    soon("the encoder", async {
        loop {
            let now = Instant::now();
            if desk.streamer.submit_to(output, &picture, Timing { damaged: now, drawn: now }, markers) {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn greeted(page: &Page) -> u64 {
    page.message(|m| if let ToPage::Hello { output, .. } = m { Some(output) } else { None }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_with_a_picture_of_its_own_gets_that_one_and_no_other() {
    let desk = Desk::start();
    desk.streamer.allow_outputs(4);
    let first = desk.page(Role::Control).await.stays();
    let (first_viewer, output) = joined(&desk).await;
    assert_eq!(output, OutputKey::FIRST);
    let own = Page::connect(&desk, Role::Control, &OWN).await.stays();
    let (own_viewer, output) = joined(&desk).await;
    assert_ne!(output, OutputKey::FIRST);
    assert_eq!((greeted(&first).await, greeted(&own).await), (0, output.0));
    assert_eq!(desk.stages.load(SeqCst), 2, "an encoder for each");

    // Each is told its own size and meaning, and both what was copied.
    let size = |width| ToPage::Size { width, height: 480, scale: 1.0 };
    let node = |id: &str| vec![SemanticNode { id: id.into(), ..SemanticNode::default() }];
    desk.streamer.broadcast(size(640));
    desk.streamer.broadcast_to(output, size(320));
    desk.streamer.set_semantics(node("first"));
    desk.streamer.set_semantics_on(output, node("own"));
    desk.streamer.broadcast(ToPage::Clipboard { text: "both".into(), offer: 0, more: Vec::new() });
    for (page, width, id) in [(&first, 640, "first"), (&own, 320, "own")] {
        let mut about = Vec::new();
        while about.len() < 3 {
            let message = page.message(|m| match m {
                ToPage::Size { .. } | ToPage::Semantics { .. } | ToPage::Clipboard { .. } => Some(m),
                _ => None,
            });
            about.push(message.await);
        }
        assert!(about.contains(&size(width)), "{about:?}");
        assert!(about.contains(&ToPage::Semantics { whole: true, more: false, nodes: node(id) }), "{about:?}");
    }

    // A picture of one does not go to the other, and a busy encoder of one does not hold up the other.
    draw(&desk, output, &[(own_viewer, 7), (first_viewer, 7)]).await;
    let rtp = own.message(|m| if let ToPage::Marker { id: 7, rtp } = m { Some(rtp) } else { None }).await;
    assert_eq!(own.packet().await.header.timestamp, rtp);
    draw(&desk, OutputKey::FIRST, &[(first_viewer, 8)]).await;
    let marker = first.message(|m| if let ToPage::Marker { id, rtp } = m { Some((id, rtp)) } else { None }).await;
    assert_eq!(marker.0, 8, "the marker of the other picture did not come");
    assert_eq!(first.packet().await.header.timestamp, marker.1);

    // A third page mirrors the second one's.
    let plan = Plan { output: "?output=1", ..Plan::DEFAULT };
    let mirror = Page::connect(&desk, Role::View, &plan).await.stays();
    assert_eq!(greeted(&mirror).await, output.0);
    assert_eq!(joined(&desk).await.1, output);
    assert_eq!(mirror.message(|m| matches!(m, ToPage::Size { .. }).then_some(m)).await, size(320));
    assert_eq!(desk.stages.load(SeqCst), 2, "and shares its encoder");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_with_the_last_page_that_sees_it() {
    let desk = Desk::start();
    desk.streamer.allow_outputs(1);
    let own = Page::connect(&desk, Role::Control, &OWN).await.stays();
    let (viewer, output) = joined(&desk).await;
    let mirror = Page::connect(&desk, Role::View, &Plan { output: "?output=1", ..Plan::DEFAULT }).await.stays();
    joined(&desk).await;
    assert!(desk.streamer.watched_on(output) && !desk.streamer.watched());
    leave(&desk, &own).await;
    desk.event(|e| match e {
        Event::Left { viewer: gone } => {
            assert_eq!(gone, viewer);
            Some(())
        }
        Event::OutputClosed { .. } => panic!("somebody still sees it"),
        _ => None,
    })
    .await;
    assert!(desk.streamer.watched_on(output));
    leave(&desk, &mirror).await;
    left(&desk).await;
    // It waits for a page that comes back, and not for ever.
    let now = Instant::now();
    desk.streamer.expire_outputs(now + Duration::from_secs(20));
    let back = Page::connect(&desk, Role::Control, &Plan { output: "?output=new-1", ..Plan::DEFAULT }).await.stays();
    assert_eq!(greeted(&back).await, output.0);
    assert_eq!(joined(&desk).await.1, output);
    desk.streamer.expire_outputs(now + Duration::from_secs(1000));
    assert!(desk.streamer.watched_on(output), "somebody sees it");
    leave(&desk, &back).await;
    left(&desk).await;
    // That the page left is told a moment before its picture is without one.
    let expiring = async {
        loop {
            desk.streamer.expire_outputs(Instant::now() + KEPT_FOR);
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::select! { gone = closed(&desk) => gone, never = expiring => never };
    assert_eq!(gone, output);
    let picture = I420::black(32, 32);
    assert!(!desk.streamer.ready_on(output) && !desk.streamer.wants_picture_on(output, now));
    assert!(!desk.streamer.submit_to(output, &picture, Timing { damaged: now, drawn: now }, &[]));
    // Its place is free, and its name is not given again.
    let plan = Plan { output: "?output=new-1", ..Plan::DEFAULT };
    let again = Page::connect(&desk, Role::Control, &plan).await.stays();
    assert_eq!(greeted(&again).await, output.0 + 1);
    assert_eq!(joined(&desk).await.1, OutputKey(output.0 + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_nobody_sees_makes_room_for_a_page_that_wants_one() {
    let desk = Desk::start();
    desk.streamer.allow_outputs(1);
    let own = Page::connect(&desk, Role::Control, &OWN).await.stays();
    let (_, output) = joined(&desk).await;
    leave(&desk, &own).await;
    left(&desk).await;
    let next = Page::connect(&desk, Role::Control, &OWN).await.stays();
    assert_eq!(closed(&desk).await, output);
    assert_eq!(greeted(&next).await, output.0 + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_no_picture_of_its_own_sees_the_first_is_told_why_and_leaves_its_size_alone() {
    let desk = Desk::start();
    let refused = async |role, plan: &Plan| {
        let page = Page::connect(&desk, role, plan).await.stays();
        assert_eq!(joined(&desk).await.1, OutputKey::FIRST);
        assert_eq!(greeted(&page).await, 0);
        let notice = page.message(|m| if let ToPage::Notice { text, .. } = m { Some(text) } else { None }).await;
        (page, notice)
    };
    let (page, notice) = refused(Role::Control, &OWN).await;
    assert!(notice.contains("one picture only"), "{notice}");
    page.send(&FromPage::Resize { width: 100, height: 100, scale: 1.0 }).await;
    page.send(&FromPage::Blur).await;
    desk.event(|e| match e {
        Event::Input { message: FromPage::Blur, .. } => Some(()),
        Event::Input { message, .. } => panic!("{message:?}"),
        _ => None,
    })
    .await;

    desk.streamer.allow_outputs(100);
    let (_page, notice) = refused(Role::View, &OWN).await;
    assert!(notice.contains("token for viewing"), "{notice}");
    let (_page, notice) = refused(Role::Control, &Plan { output: "?output=77", ..Plan::DEFAULT }).await;
    assert!(notice.contains("no picture 77"), "{notice}");

    let mut all = Vec::new();
    for _ in 0..MOST_OUTPUTS {
        all.push(Page::connect(&desk, Role::Control, &OWN).await.stays());
        assert_ne!(joined(&desk).await.1, OutputKey::FIRST);
    }
    let (_page, notice) = refused(Role::Control, &OWN).await;
    assert!(notice.contains("4 further pictures are in use"), "{notice}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_comes_to_nothing_leaves_no_picture_behind() {
    let desk = Desk::start();
    desk.streamer.allow_outputs(1);
    let token = desk.token(Role::Control).to_owned();
    let sdp = [("content-type", "application/sdp")];
    for offer in ["m=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\n", "m=video 9 X 98\r\na=rtpmap:98 VP9/90000\r\n"] {
        let bad = request(&desk, "POST", "/whep?output=new", Some(&token), &sdp, offer).await;
        assert!([400, 406].contains(&bad.status), "{}", bad.status);
    }
    let own = Page::connect(&desk, Role::Control, &OWN).await.stays();
    assert_ne!(greeted(&own).await, 0, "the only place was still free");
    let mut events = desk.events.lock().await;
    while let Ok(event) = events.try_recv() {
        assert!(!matches!(event, Event::OutputClosed { .. }), "nobody had heard of them");
    }
}
