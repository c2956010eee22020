//! Datagrams to UDP ports of the container's own loopback. Every flow is a socket of its own, so that answers find their way back.

use std::{cell::Cell, io, net::Ipv4Addr, os::fd::AsRawFd as _, rc::Rc, time::Instant};

use gate::{
    flows::Flows,
    seqpacket::{Listener, Seqpacket},
    wire::{DATAGRAM, FLOW_LIFE, FLOWS, Head, PACKET},
};
use nix::{
    errno::Errno,
    sys::socket::{MsgFlags, send},
};
use tokio::{net::UdpSocket, task::JoinHandle};

use crate::sockets::PAUSE;

/// Connections at once: the one of a session manager, and the one of the manager before it.
const CONNECTIONS: usize = 2;

/// A flow: its socket, and the task that carries its answers.
struct Flow {
    socket: Rc<UdpSocket>,
    answers: JoinHandle<()>,
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.answers.abort();
    }
}

/// Carries, for ever.
pub async fn serve(listener: Listener) {
    let open = Rc::new(Cell::new(0));
    loop {
        let Ok(channel) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if open.get() >= CONNECTIONS {
            continue;
        }
        open.set(open.get() + 1);
        let open = Rc::clone(&open);
        tokio::task::spawn_local(async move {
            // Whatever went wrong, it was this channel's.
            let _ = carry(Rc::new(channel)).await;
            open.set(open.get() - 1);
        });
    }
}

async fn carry(channel: Rc<Seqpacket>) -> io::Result<()> {
    let mut flows: Flows<Head, Flow> = Flows::new(FLOWS, FLOW_LIFE);
    let mut packet = vec![0; PACKET];
    loop {
        // No flow, no timer: a still desktop wakes nobody.
        let length = tokio::select! {
            length = channel.recv(&mut packet) => length?,
            () = until(flows.next()) => {
                flows.expire(Instant::now());
                continue;
            }
        };
        if length == 0 {
            return Ok(());
        }
        let (head, datagram) =
            packet.get(..length).and_then(Head::split).ok_or(io::Error::from(io::ErrorKind::InvalidData))?;
        let now = Instant::now();
        let socket = match flows.heard(&head, now) {
            Some(flow) => Rc::clone(&flow.socket),
            None => {
                // Without a descriptor there is no flow; its datagrams are lost, as datagrams are.
                let Ok(flow) = open(head, &channel).await else { continue };
                let socket = Rc::clone(&flow.socket);
                drop(flows.insert(head, flow, now));
                socket
            }
        };
        put(&socket, datagram);
    }
}

/// Sends one into a port. Nobody there, or no room: lost, as datagrams are. Not by tokio's `try_send`, which refuses until the event
/// loop has heard of the socket.
fn put(socket: &UdpSocket, datagram: &[u8]) {
    let send = || send(socket.as_raw_fd(), datagram, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL);
    // What is refused is the one before: it met nobody, and the system tells so in the place of sending this one.
    if send() == Err(Errno::ECONNREFUSED) {
        let _ = send();
    }
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}

async fn open(head: Head, channel: &Rc<Seqpacket>) -> io::Result<Flow> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    // Nobody else inside can put words into a flow.
    socket.connect((Ipv4Addr::LOCALHOST, head.port)).await?;
    let socket = Rc::new(socket);
    let answers = tokio::task::spawn_local(answers(head, Rc::clone(&socket), Rc::clone(channel)));
    Ok(Flow { socket, answers })
}

/// Carries what comes out of one flow. Waits for room: meanwhile the flow's own socket overflows, and no other's.
async fn answers(head: Head, socket: Rc<UdpSocket>, channel: Rc<Seqpacket>) {
    let mut datagram = vec![0; DATAGRAM + 1];
    loop {
        match socket.recv(&mut datagram).await {
            Ok(length) if length <= DATAGRAM => {
                let body = datagram.get(..length).unwrap_or_default();
                if channel.send(&head.bytes(), body).await.is_err() {
                    return;
                }
            }
            // Too long for anybody, or a port where nobody listens (yet).
            Ok(_) | Err(_) => {}
        }
    }
}
