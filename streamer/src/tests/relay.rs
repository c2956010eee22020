//! A relay between page and server, as a gateway is one: another address, the same port numbers.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::net::UdpSocket;

use super::{
    Desk, config,
    encoder::Paper,
    page::{Page, Plan},
};
use crate::protocol::{FromPage, Role, ToPage};

const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// All of 127/8 is this machine.
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Hands datagrams on, and counts them.
struct Relay {
    port: u16,
    inward: Arc<AtomicUsize>,
    outward: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// On a port that is free inside as well.
    async fn start() -> Self {
        let outside = loop {
            let outside = UdpSocket::bind((OUTSIDE, 0)).await.unwrap();
            let port = outside.local_addr().unwrap().port();
            if UdpSocket::bind((INSIDE, port)).await.is_ok() {
                break Arc::new(outside);
            }
        };
        let port = outside.local_addr().unwrap().port();
        let (inward, outward) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let task = tokio::spawn(relay(outside, port, Arc::clone(&inward), Arc::clone(&outward)));
        Self { port, inward, outward, task }
    }

    fn moved(&self) -> (usize, usize) {
        (self.inward.load(SeqCst), self.outward.load(SeqCst))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(outside: Arc<UdpSocket>, port: u16, inward: Arc<AtomicUsize>, outward: Arc<AtomicUsize>) {
    let mut flows: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut datagram = vec![0; 2048];
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        let (length, from) = outside.recv_from(&mut datagram).await.unwrap();
        if let Entry::Vacant(new) = flows.entry(from) {
            let flow = Arc::new(UdpSocket::bind((INSIDE, 0)).await.unwrap());
            flow.connect((INSIDE, port)).await.unwrap();
            new.insert(Arc::clone(&flow));
            let (outside, outward) = (Arc::clone(&outside), Arc::clone(&outward));
            tasks.spawn(async move {
                let mut datagram = vec![0; 2048];
                // Refused while nobody listens there.
                loop {
                    let Ok(length) = flow.recv(&mut datagram).await else { continue };
                    outward.fetch_add(1, SeqCst);
                    let _ = outside.send_to(&datagram[..length], from).await;
                }
            });
        }
        inward.fetch_add(1, SeqCst);
        let _ = flows[&from].send(&datagram[..length]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_reaches_the_desktop_through_a_relay_that_alone_it_is_told_of() {
    let relay = Relay::start().await;
    let mut config = config();
    config.media_public = vec![OUTSIDE];
    config.udp_ports = Some(relay.port..=relay.port);
    let desk = Desk::with(config, Paper::default());
    let page = Page::connect(&desk, Role::Control, &Plan { hidden: true, ..Plan::default() }).await;
    let candidates: Vec<&str> = page.answer.lines().filter(|line| line.starts_with("a=candidate:")).collect();
    // For RTP, and for RTCP, which does not come apart from it.
    assert_eq!(candidates.len(), 2, "{candidates:?}");
    let place = format!(" udp 2130706431 {OUTSIDE} {} typ host", relay.port);
    assert!(candidates.iter().all(|candidate| candidate.ends_with(&place)), "{candidates:?}");
    assert!(!page.answer.contains("127.0.0.1"), "{}", page.answer);

    page.send(&FromPage::Ping { id: 7 }).await;
    page.message(|message| matches!(message, ToPage::Pong { id: 7 }).then_some(())).await;
    let before = relay.moved();
    for _ in 0..20 {
        desk.drawing(page.packet()).await;
    }
    let after = relay.moved();
    assert!(after.1 >= before.1 + 20, "pictures came through the relay: {before:?}, {after:?}");

    // The way is repaired through the relay too.
    let fragment = crate::transport::sdpfrag::from_description(&page.restart().await);
    let headers = [("content-type", "application/trickle-ice-sdpfrag")];
    let token = desk.token(Role::Control).to_owned();
    let restarted =
        page.alive(super::http::request(&desk, "PATCH", &page.resource, Some(&token), &headers, &fragment)).await;
    assert_eq!(restarted.status, 200, "{}", restarted.body);
    assert!(
        restarted.body.contains(&OUTSIDE.to_string()) && !restarted.body.contains("127.0.0.1"),
        "{}",
        restarted.body
    );
}
