//! The outer side of a gate.

use std::{
    collections::BTreeMap,
    io,
    os::{fd::AsRawFd as _, unix::fs::FileTypeExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    time::timeout,
};

use crate::{
    control::{Phase, Reply, Request},
    seqpacket::Seqpacket,
    wire::{CONTROL, DATAGRAM, Head, LINE, MEDIA, PACKET, PORTS, PREFACE},
};

/// How long an answer may take. Who is frozen does not answer at all.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer to a control request.
const ANSWER: usize = 4096;

/// Characters of a container's own words that are passed on.
const WORDS: usize = 100;

/// Why a gate does not open.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is behind it.
    #[error("the container's gate does not open: {0}")]
    Closed(#[from] io::Error),
    /// It said no.
    #[error("the container refused: {0}")]
    Refused(String),
    /// It said nothing. It may be frozen.
    #[error("the container does not answer")]
    Silent,
    /// It said what nobody understands.
    #[error("the container answered what makes no sense")]
    Nonsense,
}

/// A container's gate, as the host sees it.
#[derive(Debug, Clone)]
pub struct Gate {
    directory: PathBuf,
    patience: Duration,
}

impl Gate {
    /// The gate in this directory of the host.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), patience: PATIENCE }
    }

    /// With another deadline for answers.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// A stream to a TCP port of the container's loopback.
    ///
    /// # Errors
    /// [`Error::Refused`] if nobody listens there.
    pub async fn connect(&self, port: u16) -> Result<UnixStream, Error> {
        self.timely(async {
            let mut stream = self.stream(PORTS).await?;
            stream.write_all(format!("{port}\n").as_bytes()).await?;
            let line = read_line(&mut stream, PREFACE).await?;
            match line.split_once(' ') {
                None if line == "ok" => Ok(stream),
                Some(("no", reason)) => Err(Error::Refused(words(reason))),
                _ => Err(Error::Nonsense),
            }
        })
        .await
    }

    /// The channel of its datagrams.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn media(&self) -> Result<Media, Error> {
        let socket = Socket::find(&self.directory, MEDIA)?;
        Ok(Media(Seqpacket::connect(&socket.path)?))
    }

    /// How far it is.
    ///
    /// # Errors
    /// All of [`Error`].
    pub async fn status(&self) -> Result<Phase, Error> {
        self.ask(&Request::Status).await?.phase.ok_or(Error::Nonsense)
    }

    /// Makes it somebody's.
    ///
    /// # Errors
    /// [`Error::Refused`] with `begun` if it is already.
    pub async fn begin(&self, environment: &BTreeMap<String, String>) -> Result<(), Error> {
        self.ask(&Request::Begin { environment: environment.clone() }).await.map(drop)
    }

    /// Ends the desktop: kindly, and ten seconds later not.
    ///
    /// # Errors
    /// All of [`Error`].
    pub async fn end(&self) -> Result<(), Error> {
        self.ask(&Request::End).await.map(drop)
    }

    async fn ask(&self, request: &Request) -> Result<Reply, Error> {
        let mut text = serde_json::to_vec(request).map_err(|_| Error::Nonsense)?;
        if text.len() > LINE {
            return Err(Error::Refused("the request is too long".to_owned()));
        }
        text.push(b'\n');
        self.timely(async {
            let mut stream = self.stream(CONTROL).await?;
            stream.write_all(&text).await?;
            let line = read_line(&mut stream, ANSWER).await?;
            let reply: Reply = serde_json::from_str(&line).map_err(|_| Error::Nonsense)?;
            if reply.ok { Ok(reply) } else { Err(Error::Refused(words(&reply.reason.unwrap_or_default()))) }
        })
        .await
    }

    async fn stream(&self, name: &str) -> Result<UnixStream, Error> {
        let socket = Socket::find(&self.directory, name)?;
        Ok(UnixStream::connect(&socket.path).await?)
    }

    async fn timely<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout(self.patience, work).await.unwrap_or(Err(Error::Silent))
    }
}

/// A socket that was found to be one. The container's root may put anything into that directory, such as a link to a
/// socket of the host: the link would be followed with our rights. So the file is opened without following, looked
/// at, and connected to by its descriptor.
struct Socket {
    path: PathBuf,
    _file: std::fs::File,
}

impl Socket {
    fn find(directory: &Path, name: &str) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = nix::libc::O_PATH | nix::libc::O_NOFOLLOW;
        let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(directory.join(name))?;
        if !file.metadata()?.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a socket"));
        }
        Ok(Self { path: PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())), _file: file })
    }
}

/// Reads up to the end of a line and not one byte more: what follows belongs to somebody else.
async fn read_line(stream: &mut UnixStream, most: usize) -> Result<String, Error> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await {
            Ok(b'\n') => return String::from_utf8(line).map_err(|_| Error::Nonsense),
            Ok(byte) if line.len() < most => line.push(byte),
            Ok(_) => return Err(Error::Nonsense),
            Err(error) => return Err(Error::Closed(error)),
        }
    }
}

/// A container's own words, fit for a log and a screen.
fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

/// The datagrams of a container.
#[derive(Debug)]
pub struct Media(Seqpacket);

impl Media {
    /// Room for the longest packet.
    pub fn buffer() -> Box<[u8; PACKET]> {
        Box::new([0; PACKET])
    }

    /// Waits for a datagram from inside. `None`: the container closed the channel.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidData`] for what is no packet: the channel is of no use then.
    pub async fn recv<'a>(&self, buffer: &'a mut [u8; PACKET]) -> io::Result<Option<(Head, &'a [u8])>> {
        let length = self.0.recv(buffer).await?;
        if length == 0 {
            return Ok(None);
        }
        let packet = buffer.get(..length).unwrap_or_default();
        Head::split(packet).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Sends a datagram inside. Like any datagram, it is lost where there is no room: [`io::ErrorKind::WouldBlock`].
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] for one that is too long.
    pub fn send(&self, head: Head, datagram: &[u8]) -> io::Result<()> {
        if datagram.len() > DATAGRAM || head.port == 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.0.try_send(&head.bytes(), datagram)
    }
}
