//! Streams to TCP ports of the container's own loopback.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    rc::Rc,
    time::Duration,
};

use gate::wire::STREAMS;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpStream, UnixListener, UnixStream},
    time::timeout,
};

use crate::sockets::PAUSE;

/// How long the first line may take.
const PREFACE_TIME: Duration = Duration::from_secs(5);
/// How long a port may take to accept.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Connects, for ever.
pub async fn serve(listener: UnixListener) {
    let open = Rc::new(Cell::new(0));
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if open.get() >= STREAMS {
            // There is room for a line in any socket that is new.
            let _ = stream.try_write(b"no busy\n");
            continue;
        }
        open.set(open.get() + 1);
        let open = Rc::clone(&open);
        tokio::task::spawn_local(async move {
            // Whatever went wrong, it was this stream's.
            let _ = carry(&mut stream).await;
            open.set(open.get() - 1);
        });
    }
}

async fn carry(stream: &mut UnixStream) -> io::Result<()> {
    let Ok(Ok(port)) = timeout(PREFACE_TIME, preface(stream)).await else {
        return stream.write_all(b"no port\n").await;
    };
    let mut inner = match timeout(CONNECT_TIME, connect(port)).await {
        Ok(Ok(inner)) => inner,
        Ok(Err(_)) => return stream.write_all(b"no listener\n").await,
        Err(_) => return stream.write_all(b"no answer\n").await,
    };
    stream.write_all(b"ok\n").await?;
    let _ = inner.set_nodelay(true);
    copy_bidirectional(stream, &mut inner).await.map(drop)
}

/// Which port; reads its line and not one byte more.
async fn preface(stream: &mut UnixStream) -> io::Result<u16> {
    let mut digits = String::new();
    loop {
        match stream.read_u8().await? {
            b'\n' => break,
            digit if digit.is_ascii_digit() && digits.len() < 5 => digits.push(char::from(digit)),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    digits.parse().ok().filter(|port| *port != 0).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Some programs listen on one of the two loopbacks only.
async fn connect(port: u16) -> io::Result<TcpStream> {
    match TcpStream::connect((IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await {
        Ok(stream) => Ok(stream),
        Err(first) => TcpStream::connect((IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await.map_err(|_| first),
    }
}
