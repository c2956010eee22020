//! Datagrams, through the relay, while somebody sees the desktop and no longer.

use std::{sync::Arc, time::Instant};

use axum::http::Method;
use gate::{Head, seqpacket::Listener};
use tokio::{
    net::UdpSocket,
    task::{JoinHandle, JoinSet},
};

use crate::house::House;

/// What is behind the gate sends everything back, with its port in front, until it is ended.
fn inside(house: &House) -> JoinHandle<()> {
    let listener = Listener::bind(&house.folder.path().join("gates/ada/media.sock")).unwrap();
    tokio::spawn(async move {
        let mut lines = JoinSet::new();
        loop {
            let Ok(socket) = listener.accept().await else { return };
            lines.spawn(async move {
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = socket.recv(&mut buffer).await {
                    let (head, datagram) = Head::split(&buffer[..length]).unwrap();
                    if socket.send(&head.bytes(), datagram).await.is_err() {
                        return;
                    }
                }
            });
        }
    })
}

const FROM_HERE: [(&str, &str); 2] = [("sec-fetch-site", "same-origin"), ("content-type", "application/sdp")];

#[tokio::test]
async fn media_passes_while_somebody_looks_and_no_longer() {
    let house = Arc::new(House::new().await);
    inside(&house);
    let ada = house.joined("ada").await;
    let port = house.ports.first + 2;
    // Nobody looks: the port is anybody's to take, which is how one sees that it is not bound.
    drop(UdpSocket::bind(("127.0.0.1", port)).await.unwrap());
    let made = ada.send(Method::POST, "/u/ada/whep", &FROM_HERE, Some("offer".into())).await;
    assert_eq!((made.status, made.location()), (201, "/u/ada/whep/abc".into()));
    assert_eq!(house.viewers.lock()["ada"], 1);
    let viewer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    viewer.connect(("127.0.0.1", port)).await.unwrap();
    let mut buffer = [0; 2048];
    viewer.send(b"hello").await.unwrap();
    assert_eq!(viewer.recv(&mut buffer).await.unwrap(), 5);
    // What a datagram costs, there and back; shown, not judged.
    let (began, rounds) = (Instant::now(), 5000u32);
    for _ in 0..rounds {
        viewer.send(&[7; 1200]).await.unwrap();
        assert_eq!(viewer.recv(&mut buffer).await.unwrap(), 1200);
    }
    println!("a datagram of 1200 bytes, there and back by relay and echo: {:?}", began.elapsed() / rounds);
    let left = ada.send(Method::DELETE, "/u/ada/whep/abc", &FROM_HERE, None).await;
    assert_eq!(left.status, 200);
    // The line goes with its last seat.
    while UdpSocket::bind(("127.0.0.1", port)).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.viewers.lock()["ada"], 0);
}

#[tokio::test]
async fn a_container_that_ended_keeps_no_port_from_the_next_one() {
    let house = Arc::new(House::new().await);
    let first = inside(&house);
    let ada = house.joined("ada").await;
    let offer = async || ada.send(Method::POST, "/u/ada/whep", &FROM_HERE, Some("offer".into())).await.status;
    assert_eq!(offer().await, 201);
    assert!(UdpSocket::bind(("127.0.0.1", house.ports.first)).await.is_err(), "somebody looks");
    first.abort();
    while UdpSocket::bind(("127.0.0.1", house.ports.first)).await.is_err() {
        tokio::task::yield_now().await;
    }
    std::fs::remove_file(house.folder.path().join("gates/ada/media.sock")).unwrap();
    let _second = inside(&house);
    assert_eq!(offer().await, 201, "though nobody has left the page of the first");
}
