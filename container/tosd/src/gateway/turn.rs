//! Credentials for a TURN server, by the scheme of coturn's REST API: a user name that says until when, and its HMAC-SHA1
//! under a secret that the TURN server knows too. Minted anew for each session; nothing has to be told to the server.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use serde::Serialize;

use crate::config::Media;

/// As `RTCPeerConnection` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IceServer {
    /// Where it is.
    pub urls: Vec<String>,
    /// `TIMESTAMP:NAME`.
    pub username: String,
    /// What proves it.
    pub credential: String,
}

/// What the TURN server and we both know.
#[derive(Clone)]
pub struct Secret {
    urls: Vec<String>,
    seconds: u32,
    key: hmac::Key,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("urls", &self.urls).finish_non_exhaustive()
    }
}

impl Secret {
    /// As configured; none if there are no TURN servers.
    ///
    /// # Errors
    /// The file of the secret cannot be read, or is not named.
    pub fn load(media: &Media) -> anyhow::Result<Option<Self>> {
        use anyhow::Context as _;
        if media.turn.is_empty() {
            return Ok(None);
        }
        let path = media.turn_secret.as_ref().context("[media] turn wants turn_secret")?;
        let secret = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let seconds = u32::try_from(media.turn_lifetime.0.as_secs()).unwrap_or(u32::MAX);
        Ok(Some(Self::new(media.turn.clone(), seconds, &secret)))
    }

    /// From the text that both sides have.
    pub fn new(urls: Vec<String>, seconds: u32, secret: &str) -> Self {
        // The algorithm is coturn's; a MAC does not need what SHA-1 has lost.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.trim().as_bytes());
        Self { urls, seconds, key }
    }

    /// Credentials for somebody, from `now` (seconds since 1970) on. `who` is what the TURN server's log shows: an
    /// identifier without meaning elsewhere.
    pub fn mint(&self, who: &str, now: u64) -> IceServer {
        let username = format!("{}:{who}", now.saturating_add(self.seconds.into()));
        let credential = STANDARD.encode(hmac::sign(&self.key, username.as_bytes()));
        IceServer { urls: self.urls.clone(), username, credential }
    }
}

/// One `Link` header a URL, as WHEP tells them.
pub fn links(server: &IceServer) -> Vec<String> {
    let of = |url: &String| {
        format!(
            "<{url}>; rel=\"ice-server\"; username=\"{}\"; credential=\"{}\"; credential-type=\"password\"",
            server.username, server.credential
        )
    };
    server.urls.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::{
        net::UdpSocket,
        process::{Child, Command, Stdio},
        time::{Instant, SystemTime, UNIX_EPOCH},
    };

    use super::*;

    /// Coturn on the loopback, with a secret that we know.
    struct Coturn {
        server: Child,
        port: u16,
        _directory: tempfile::TempDir,
    }

    impl Coturn {
        fn start(secret: &str) -> Option<Self> {
            let there =
                |program: &str| Command::new(program).arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if there("turnserver").is_err() || there("turnutils_uclient").is_err() {
                eprintln!("NOT TESTED: coturn is not installed; `make deps`");
                return None;
            }
            // Bound and let go: coturn takes no socket of others.
            let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let directory = tempfile::tempdir().unwrap();
            let at = |name: &str| directory.path().join(name).display().to_string();
            let mut command = Command::new("turnserver");
            command.args([
                "-n",
                "--listening-ip=127.0.0.1",
                "--relay-ip=127.0.0.1",
                "--realm=tos",
                "--use-auth-secret",
            ]);
            command.args([
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                "--allow-loopback-peers",
                "--log-file=stdout",
                "--simple-log",
            ]);
            command.args([format!("--listening-port={port}"), format!("--static-auth-secret={secret}")]);
            command.args([format!("--pidfile={}", at("pid")), format!("--userdb={}", at("users"))]);
            let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let coturn = Self { server, port, _directory: directory };
            // A request without credentials is answered as soon as it listens.
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
            let binding = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
            let begin = Instant::now();
            loop {
                socket.send_to(&binding, ("127.0.0.1", port)).unwrap();
                if socket.recv(&mut [0; 512]).is_ok() {
                    return Some(coturn);
                }
                assert!(begin.elapsed().as_secs() < 60, "coturn does not answer");
            }
        }

        /// Whether somebody gets an address of it, and packets through.
        fn relays(&self, server: &IceServer) -> bool {
            let port = self.port.to_string();
            let mut client = Command::new("turnutils_uclient");
            client.args(["-y", "-n", "1", "-m", "1", "-p", &port, "-u", &server.username, "-w", &server.credential]);
            client.arg("127.0.0.1").stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
        }
    }

    impl Drop for Coturn {
        fn drop(&mut self) {
            let _ = self.server.kill();
            let _ = self.server.wait();
        }
    }

    #[test]
    fn coturn_gives_an_address_for_them_and_for_no_others() {
        let Some(coturn) = Coturn::start("north") else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let secret = |text: &str| Secret::new(vec![], 600, text);
        assert!(coturn.relays(&secret("north\n").mint("ada", now)));
        assert!(!coturn.relays(&secret("south").mint("ada", now)), "another secret");
        assert!(!coturn.relays(&secret("north").mint("ada", now - 3600)), "they have expired");
    }

    #[test]
    fn credentials_are_those_that_coturn_computes() {
        let secret = Secret::new(vec!["turn:turn.example".into()], 3600, "north\n");
        let minted = secret.mint("ada", 1_400_000_000);
        assert_eq!(minted.username, "1400003600:ada");
        // printf 1400003600:ada | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(minted.credential, "XvaM4tcrJAbYlzyFuWaF34D2K34=");
        assert_ne!(secret.mint("ada", 1_400_000_001).credential, minted.credential);
        assert!(links(&minted)[0].starts_with("<turn:turn.example>; rel=\"ice-server\"; username=\"1400003600:ada\""));
    }
}
