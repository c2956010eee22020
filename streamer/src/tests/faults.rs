//! What goes wrong: pages that vanish, encoders that fail, a server that ends.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use super::{
    Desk,
    http::request,
    page::{Page, Plan},
};
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
async fn a_plain_player_without_channels_is_missed_when_its_transport_ends() {
    let desk = Desk::start();
    let player = Page::offer(&desk, Role::View, &Plan { channels: false, ..Plan::default() }).await;
    let viewer = joined(&desk).await;
    desk.drawing(player.packet()).await;
    player.connection.close().await.unwrap();
    assert_eq!(left(&desk).await, viewer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mangled_offers_harm_nobody() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let token = desk.token(Role::View).to_owned();
    let lines: Vec<_> = page.offer.lines().collect();
    let mut random = 1u32;
    let mut below = |limit: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % limit
    };
    let mangle = async {
        for _ in 0..150 {
            let mut mangled = lines.clone();
            for _ in 0..=below(3) {
                let at = below(mangled.len());
                match below(4) {
                    0 => drop(mangled.remove(at)),
                    1 => mangled.insert(below(lines.len()), mangled[at]),
                    2 => mangled[at] = mangled[at].get(..below(mangled[at].len() + 1)).unwrap_or_default(),
                    _ => mangled[at] = "a=extmap:99999 \u{7f}:::;;==",
                }
            }
            let sdp = mangled.join("\r\n") + "\r\n";
            let response =
                request(&desk, "POST", "/whep", Some(&token), &[("content-type", "application/sdp")], &sdp).await;
            assert!([201, 400, 406, 500].contains(&response.status), "{} for {sdp}", response.status);
            if let Some(session) = response.header("location") {
                let session = format!("/{session}");
                assert_eq!(request(&desk, "DELETE", &session, Some(&token), &[], "").await.status, 200);
            }
        }
    };
    page.alive(mangle).await;
    let done = request(&desk, "DELETE", &page.resource, Some(&token), &[], "").await;
    assert_eq!(done.status, 200, "the page that was there all the time still is");
    super::soon("an empty server", async {
        while !desk.streamer.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
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
    let back = Page::connect(&desk, Role::View, &Plan { codecs: &[Codec::H264], ..Plan::default() }).await;
    desk.drawing(back.packet()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_session_ends_the_page_hears_so_and_the_port_is_free() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let address = desk.streamer.address();
    let Desk { streamer, .. } = desk;
    let streamer = tokio::task::spawn_blocking(move || {
        streamer.shutdown();
        streamer
    });
    drop(streamer.await.unwrap());
    page.message(|m| matches!(m, ToPage::Bye { .. }).then_some(())).await;
    std::net::TcpListener::bind(address).unwrap();
}
