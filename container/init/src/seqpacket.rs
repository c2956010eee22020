//! Unix sockets that keep packets apart: what tokio has no type for.

use std::{
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    path::Path,
};

use nix::sys::socket::{
    AddressFamily, Backlog, MsgFlags, SockFlag, SockType, UnixAddr, accept4, bind, connect, listen, recv, sendmsg,
    socket, socketpair,
};
use tokio::io::{Interest, unix::AsyncFd};

const FLAGS: SockFlag = SockFlag::SOCK_CLOEXEC.union(SockFlag::SOCK_NONBLOCK);

fn register(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd is a valid descriptor, and nothing here replaces or closes it while it is registered.
    Ok(unsafe { AsyncFd::register(fd) }?)
}

/// One connection.
#[derive(Debug)]
pub struct Seqpacket(AsyncFd<OwnedFd>);

impl Seqpacket {
    /// Connects to the socket at `path`, or says at once that it cannot.
    ///
    /// # Errors
    /// What the system says.
    pub fn connect(path: &Path) -> io::Result<Self> {
        let fd = socket(AddressFamily::Unix, SockType::SeqPacket, FLAGS, None)?;
        connect(fd.as_raw_fd(), &UnixAddr::new(path)?)?;
        Ok(Self(register(fd)?))
    }

    /// Two that are connected to each other.
    ///
    /// # Errors
    /// What the system says.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, FLAGS)?;
        Ok((Self(register(a)?), Self(register(b)?)))
    }

    /// Waits for a packet. 0: the other side closed it (or sent an empty packet, which is no packet here).
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidData`] for a packet that is longer than `buffer`.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        // With MSG_TRUNC the length is what the packet had, not what found room.
        let flags = MsgFlags::MSG_TRUNC;
        let length = self.0.async_io(Interest::READABLE, |fd| Ok(recv(fd.as_raw_fd(), buffer, flags)?)).await?;
        if length > buffer.len() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(length) }
    }

    /// Sends one packet made of two parts; waits for room.
    ///
    /// # Errors
    /// What the system says.
    pub async fn send(&self, head: &[u8], body: &[u8]) -> io::Result<()> {
        self.0.async_io(Interest::WRITABLE, |fd| send(fd, head, body)).await
    }

    /// Sends one packet made of two parts; [`io::ErrorKind::WouldBlock`] if there is no room.
    ///
    /// # Errors
    /// What the system says.
    pub fn try_send(&self, head: &[u8], body: &[u8]) -> io::Result<()> {
        send(self.0.get_ref(), head, body)
    }
}

fn send(fd: &OwnedFd, head: &[u8], body: &[u8]) -> io::Result<()> {
    let parts = [io::IoSlice::new(head), io::IoSlice::new(body)];
    sendmsg::<()>(fd.as_raw_fd(), &parts, &[], MsgFlags::MSG_NOSIGNAL, None)?;
    Ok(())
}

/// Where connections come in.
#[derive(Debug)]
pub struct Listener(AsyncFd<OwnedFd>);

impl Listener {
    /// Listens at `path`, which must not be there yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let fd = socket(AddressFamily::Unix, SockType::SeqPacket, FLAGS, None)?;
        bind(fd.as_raw_fd(), &UnixAddr::new(path)?)?;
        listen(&fd, Backlog::new(16)?)?;
        Ok(Self(register(fd)?))
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// What the system says.
    pub async fn accept(&self) -> io::Result<Seqpacket> {
        let accepted = self.0.async_io(Interest::READABLE, |fd| Ok(accept4(fd.as_raw_fd(), FLAGS)?)).await?;
        // SAFETY: accept4 has just made this descriptor, and nobody else knows of it.
        let fd = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(accepted) };
        Ok(Seqpacket(register(fd)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn packets_stay_apart_and_long_ones_are_told() {
        let (a, b) = Seqpacket::pair().unwrap();
        a.send(b"he", b"llo").await.unwrap();
        a.send(b"", b"you").await.unwrap();
        a.send(b"far", b"too long").await.unwrap();
        let mut buffer = [0; 5];
        assert_eq!(b.recv(&mut buffer).await.unwrap(), 5);
        assert_eq!(&buffer, b"hello");
        assert_eq!(b.recv(&mut buffer).await.unwrap(), 3);
        assert_eq!(b.recv(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        drop(a);
        assert_eq!(b.recv(&mut buffer).await.unwrap(), 0);
        assert!(b.try_send(b"", b"x").is_err(), "and no signal ends us");
    }
}
