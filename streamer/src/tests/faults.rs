//! What goes wrong: pages that vanish, encoders that fail, a server that ends.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use super::{Desk, http::request, page::Page};
use crate::{
    Event,
    protocol::{FromPage, Role, ToPage},
    video::Codec,
};

async fn left(desk: &Desk) -> crate::ViewerId {
    desk.event(|e| if let Event::Left { viewer } = e { Some(viewer) } else { None }).await
}

async fn joined(desk: &Desk) -> crate::ViewerId {
    desk.event(|e| if let Event::Joined { viewer, .. } = e { Some(viewer) } else { None }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_falls_silent_is_gone_although_its_transport_lives() {
    let desk = Desk::start();
    let page = desk.page(Role::Control).await;
    let viewer = joined(&desk).await;
    page.send(&FromPage::Ping { id: 1 }).await;
    page.message(|m| matches!(m, ToPage::Pong { .. }).then_some(())).await;
    let silent = Instant::now();
    // The connection object lives on and answers ICE; only the page's words have stopped.
    assert_eq!(left(&desk).await, viewer);
    assert!(silent.elapsed() > Duration::from_secs(3), "{:?}", silent.elapsed());
    assert!(!desk.streamer.watched() && desk.streamer.is_empty());
    drop(page);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_talks_stays() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let now = Instant::now();
    page.alive(async {
        // Six statistics are six seconds, more than the silence that is allowed.
        for _ in 0..6 {
            page.message(|m| matches!(m, ToPage::Stats { .. }).then_some(())).await;
        }
    })
    .await;
    assert!(desk.streamer.watched(), "{:?}", now.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_says_good_bye_is_gone_at_once_and_twice_is_not_found() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let viewer = joined(&desk).await;
    for status in [200, 404] {
        let response = request(&desk, "DELETE", &page.resource, Some(desk.token(Role::View)), &[], "").await;
        assert_eq!(response.status, status);
        if status == 200 {
            assert_eq!(left(&desk).await, viewer);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encoder_that_fails_is_followed_by_the_next_and_the_page_is_told() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    desk.drawing(page.packet()).await;
    desk.paper.broken.store(true, SeqCst);
    let notice = page.message(|m| if let ToPage::Notice { text, .. } = m { Some(text) } else { None });
    let text = desk.drawing(page.alive(notice)).await;
    assert!(text.contains("paper-a failed") && text.contains("paper-b"), "{text}");
    assert_eq!(desk.streamer.metrics().fallbacks.get(), 1);
    desk.paper.broken.store(true, SeqCst);
    let reason = page.message(|m| if let ToPage::Bye { reason } = m { Some(reason) } else { None });
    let reason = desk.drawing(page.alive(reason)).await;
    assert!(reason.contains("it tore"), "{reason}");
    left(&desk).await;
    let back = Page::connect(&desk, Role::View, &[Codec::H264], 0.0).await;
    desk.drawing(back.packet()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_session_ends_the_page_hears_so_and_the_port_is_free() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let address = desk.streamer.address();
    let Desk { streamer, .. } = desk;
    tokio::task::spawn_blocking(move || streamer.shutdown()).await.unwrap();
    page.message(|m| matches!(m, ToPage::Bye { .. }).then_some(())).await;
    std::net::TcpListener::bind(address).unwrap();
}
