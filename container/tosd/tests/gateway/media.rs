//! Datagrams, through the relay, while somebody sees the desktop and no longer.

use std::{sync::Arc, time::Instant};

use axum::http::Method;
use gate::{Head, seqpacket::Listener};
use tokio::net::UdpSocket;

use crate::house::House;

/// What is behind the gate sends everything back, with its port in front.
fn inside(house: &House) {
    let listener = Listener::bind(&house.folder.path().join("gates/ada/media.sock")).unwrap();
    tokio::spawn(async move {
        loop {
            let Ok(socket) = listener.accept().await else { return };
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = socket.recv(&mut buffer).await {
                    let (head, datagram) = Head::split(&buffer[..length]).unwrap();
                    if socket.send(&head.bytes(), datagram).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
}

#[tokio::test]
async fn media_passes_while_somebody_looks_and_no_longer() {
    let house = Arc::new(House::new().await);
    inside(&house);
    let ada = house.joined("ada").await;
    let port = house.ports.first + 2;
    // Nobody looks: the port is anybody's to take, which is how one sees that it is not bound.
    drop(UdpSocket::bind(("127.0.0.1", port)).await.unwrap());
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/sdp")];
    let made = ada.send(Method::POST, "/u/ada/whep", &headers, Some("offer".into())).await;
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
    let left = ada.send(Method::DELETE, "/u/ada/whep/abc", &headers, None).await;
    assert_eq!(left.status, 200);
    // The line goes with its last seat.
    while UdpSocket::bind(("127.0.0.1", port)).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.viewers.lock()["ada"], 0);
}
