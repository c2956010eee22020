//! Pictures: from the encoder to the page's packets.

use std::{collections::BTreeSet, sync::atomic::Ordering::SeqCst, time::Instant};

use super::{
    Desk, config,
    encoder::Paper,
    http::request,
    page::{Page, Plan},
    soon,
};
use crate::{
    Event,
    protocol::{FromPage, Role, ToPage},
    transport::sdpfrag::{Fragment, from_description},
    video::{Codec, I420, Timing},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h264_arrives_with_the_playout_delay_on_every_packet_and_the_pictures_own_time() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    assert!(page.answer.contains("a=rtpmap:100 H264/90000") && !page.answer.contains("VP8"), "{}", page.answer);
    assert!(page.answer.contains("a=candidate:") && page.answer.contains(" tcp "), "{}", page.answer);
    desk.event(|e| matches!(e, Event::Joined { caller, .. } if caller.role == Role::View).then_some(())).await;
    let mut units = BTreeSet::new();
    let mut markers = 0;
    let first = desk.drawing(page.packet()).await;
    assert_eq!(first.payload[0] & 0x1f, 24, "it begins with the parameter sets of a key frame");
    for _ in 0..30 {
        let packet = desk.drawing(page.packet()).await;
        assert_eq!(packet.header.payload_type, 100);
        let delays: Vec<_> = packet.header.extensions.iter().filter(|e| e.payload[..] == [0, 0, 0]).collect();
        assert_eq!(delays.len(), 1, "{:?}", packet.header.extensions);
        units.insert(packet.header.timestamp);
        markers += usize::from(packet.header.marker);
    }
    assert!(units.len() >= 3 && markers >= 3, "{units:?} {markers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_h264_or_a_machine_without_it_gets_vp8() {
    let desk = Desk::start();
    let page = Page::connect(&desk, Role::View, &Plan { codecs: &[Codec::Vp8], ..Plan::default() }).await;
    assert!(page.answer.contains("VP8/90000"));
    assert_eq!(desk.drawing(page.packet()).await.header.payload_type, 100);

    let desk = Desk::with(config(), Paper { without: Some(Codec::H264), ..Paper::default() });
    let page = desk.page(Role::View).await;
    assert!(page.answer.contains("VP8/90000") && !page.answer.contains("H264"), "{}", page.answer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_pages_at_once_share_one_encoder() {
    let desk = Desk::start();
    let pages = futures::future::join_all((0..10).map(|_| desk.page(Role::View))).await;
    assert_eq!(desk.stages.load(SeqCst), 1);
    let first: Vec<_> = desk.drawing(futures::future::join_all(pages.iter().map(Page::packet))).await;
    assert!(first.iter().all(|packet| packet.payload[0] & 0x1f == 24), "each begins with a key frame");
    // Two a second, whoever asks: ten that join together do not make ten.
    assert!(desk.streamer.metrics().key_frames.get() < 10);
    for page in &pages {
        let deleted = request(&desk, "DELETE", &page.resource, Some(desk.token(Role::View)), &[], "").await;
        assert_eq!(deleted.status, 200);
    }
    for _ in &pages {
        desk.event(|e| matches!(e, Event::Left { .. }).then_some(())).await;
    }
    assert!(!desk.streamer.watched() && !desk.streamer.ready());
    let again = desk.page(Role::View).await;
    assert_eq!(desk.stages.load(SeqCst), 2, "the encoder left with the last page");
    drop(again);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_per_cent_loss_is_repaired_packet_by_packet() {
    let desk = Desk::start();
    let page = Page::connect(&desk, Role::View, &Plan { loss: 0.03, ..Plan::default() }).await;
    let first = desk.drawing(page.packet()).await.header.sequence_number;
    let mut seen = BTreeSet::from([0]);
    let complete = async {
        // 400 in a row from the first one: at this loss a dozen of them came only as a retransmission.
        while (0..400).any(|n| !seen.contains(&n)) {
            let packet = page.packet().await;
            seen.insert(packet.header.sequence_number.wrapping_sub(first));
        }
    };
    desk.drawing(page.alive(soon("every packet", complete))).await;
    assert!(page.lost.load(SeqCst) > 0, "nothing was lost: the test shows nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_picture_is_asked_for_and_comes() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    desk.drawing(page.packet()).await;
    let before = desk.streamer.metrics().key_frames.get();
    page.send_pli().await;
    desk.event(|e| (matches!(e, Event::PictureWanted) && desk.streamer.wants_picture(Instant::now())).then_some(()))
        .await;
    // A single picture answers it: nothing else is drawn.
    soon("the encoder", async {
        while !desk.draw(&[]) {
            tokio::task::yield_now().await
        }
    })
    .await;
    assert_eq!(desk.streamer.metrics().key_frames.get(), before + 1);
    assert!(!desk.streamer.wants_picture(Instant::now()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_names_the_picture_that_answers_an_input() {
    let desk = Desk::start();
    let page = desk.page(Role::Control).await;
    let other = desk.page(Role::Control).await;
    page.send(&FromPage::Key { code: "KeyA".into(), pressed: true, id: 77 }).await;
    let viewer = desk
        .event(|e| match e {
            Event::Input { viewer, message: FromPage::Key { id: 77, .. } } => Some(viewer),
            _ => None,
        })
        .await;
    soon("the encoder", async {
        while !desk.draw(&[(viewer, 77)]) {
            tokio::task::yield_now().await
        }
    })
    .await;
    let rtp = page.message(|m| if let ToPage::Marker { id: 77, rtp } = m { Some(rtp) } else { None }).await;
    assert_eq!(page.packet().await.header.timestamp, rtp);
    other.send(&FromPage::Ping { id: 5 }).await;
    let marked = other.message(|m| match m {
        ToPage::Marker { .. } => Some(true),
        ToPage::Pong { id: 5 } => Some(false),
        _ => None,
    });
    assert!(!marked.await, "it is nobody else's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ice_restarts_by_patch_and_the_picture_goes_on() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    desk.drawing(page.packet()).await;
    let offer = page.restart().await;
    let fragment = from_description(&offer);
    assert!(Fragment::parse(&fragment).unwrap().restarts(&page.offer));
    let patch = async |tag: &str, body: &str| {
        let headers = [("content-type", "application/trickle-ice-sdpfrag"), ("if-match", tag)];
        request(&desk, "PATCH", &page.resource, Some(desk.token(Role::View)), &headers, body).await
    };
    assert_eq!(patch("\"7\"", &fragment).await.status, 412);
    assert_eq!(patch("*", "rubbish").await.status, 400);
    let response = patch("*", &fragment).await;
    assert_eq!((response.status, response.header("etag")), (200, Some("\"2\"")), "{}", response.body);
    let answered = Fragment::parse(&response.body).unwrap();
    assert!(answered.restarts(&page.answer), "our credentials are new too");
    page.restarted(answered.apply_to(&page.answer)).await;

    let start = desk.drawing(page.packet()).await.header.timestamp;
    let later = async { while page.packet().await.header.timestamp.wrapping_sub(start) < 90_000 / 2 {} };
    desk.drawing(page.alive(later)).await;
    let trickled = patch("\"2\"", "a=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n").await;
    assert_eq!(trickled.status, 204, "{}", trickled.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bitrate_reaches_the_encoder_and_statistics_the_page() {
    let desk = Desk::start();
    let page = desk.page(Role::View).await;
    let stats = page.message(|m| match m {
        ToPage::Stats { encoder, encoded, target_bitrate, viewers, .. } if encoded > 0 => {
            Some((encoder, target_bitrate, viewers))
        }
        _ => None,
    });
    let (encoder, target, viewers) = desk.drawing(page.alive(stats)).await;
    assert_eq!((encoder.as_str(), viewers), ("H264 paper-a", 1));
    assert!(target >= 1_000_000, "{target}");
    let asked = desk.paper.bitrate.load(SeqCst);
    assert!(asked >= 1_000_000, "{asked}");
    let text = desk.streamer.metrics().exposition();
    for stage in ["encode", "send", "total"] {
        assert!(!text.contains(&format!("tos_stage_seconds_count{{stage=\"{stage}\"}} 0")), "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_encoded_while_nobody_watches() {
    let desk = Desk::start();
    assert!(!desk.draw(&[]));
    let timing = Timing { damaged: Instant::now(), drawn: Instant::now() };
    assert!(!desk.streamer.submit(&I420::black(8, 8), timing, &[]));
    assert_eq!((desk.stages.load(SeqCst), desk.paper.pictures.load(SeqCst)), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_udp_gets_through_there_is_tcp() {
    let desk = Desk::start();
    let page = Page::connect(&desk, Role::Control, &Plan { tcp: true, ..Plan::default() }).await;
    for _ in 0..20 {
        desk.drawing(page.packet()).await;
    }
    page.send(&FromPage::Blur).await;
    desk.event(|e| matches!(e, Event::Input { message: FromPage::Blur, .. }).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_loses_a_third_gets_fewer_bits_and_then_fewer_pictures() {
    let desk = Desk::start();
    let page = Page::connect(&desk, Role::View, &Plan { loss: 0.35, ..Plan::default() }).await;
    let lowered = desk.event(|e| if let Event::Rate { fps, .. } = e { Some(fps) } else { None });
    let fps = desk.drawing(page.alive(lowered)).await;
    assert!(fps < 60, "{fps}");
    assert_eq!(desk.streamer.fps(), fps);
    let metrics = desk.streamer.metrics();
    assert!(metrics.target_bitrate.get() < 1_000_000, "{}", metrics.target_bitrate.get());
    let left = request(&desk, "DELETE", &page.resource, Some(desk.token(Role::View)), &[], "").await;
    assert_eq!(left.status, 200);
    let raised = desk.event(|e| if let Event::Rate { fps: 60, .. } = e { Some(()) } else { None });
    raised.await;
}
