//! What HTTP answers, to whom.

use std::sync::Arc;

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Desk, config, encoder::Paper, soon};
use crate::{StartError, protocol::Role, server, tls::Tls};

pub struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// One request on a connection of its own.
pub async fn request(
    desk: &Desk,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let stream = TcpStream::connect(desk.streamer.address()).await.unwrap();
    exchange(stream, method, path, token, headers, body).await
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        text += "host: localhost\r\n";
    }
    if let Some(token) = token {
        text += &format!("authorization: Bearer {token}\r\n");
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    text += body;
    // Who is answered before all was sent may be cut off while it writes, and then while it reads. What was heard counts;
    // of nothing, the status is 0.
    let written = stream.write_all(text.as_bytes()).await;
    let mut answer = Vec::new();
    let heard = soon("an answer", stream.read_to_end(&mut answer)).await;
    if let Err(error) = written.and(heard.map(drop)) {
        eprintln!("{method} {path}: {error}");
    }
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).unwrap_or(0);
    let header = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()));
    Response { status, headers: lines.filter_map(header).collect(), body: body.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_right_token_there_is_401_and_not_a_word_more() {
    let desk = Desk::start();
    let view = desk.token(Role::View).to_owned();
    let wrong = format!("{}0", &view[1..]);
    let session = format!("/whep/{}", "0".repeat(64));
    for (method, path) in
        [("GET", "/api/v1/config"), ("GET", "/metrics"), ("POST", "/whep"), ("PATCH", &session), ("DELETE", &session)]
    {
        for token in [None, Some(wrong.as_str()), Some(""), Some(&view[..63])] {
            let response = request(&desk, method, path, token, &[("content-type", "application/sdp")], "v=0").await;
            assert_eq!((response.status, response.body.as_str()), (401, ""), "{method} {path} {token:?}");
        }
    }
    assert_eq!(request(&desk, "GET", "/healthz", None, &[], "").await.body, "ok\n");
    let config = request(&desk, "GET", "/api/v1/config", Some(&view), &[], "").await;
    assert_eq!(config.body, r#"{"version":"test","role":"view","ice_servers":[]}"#);
    let metrics = request(&desk, "GET", "/metrics", Some(&view), &[], "").await;
    assert!(metrics.body.contains("tos_requests_refused_total 20"), "{}", metrics.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_policy_without_inline() {
    let desk = Desk::start();
    for (path, status) in [("/", 200), ("/nothing", 404), ("/metrics", 401), ("/healthz", 200)] {
        let response = request(&desk, "GET", path, None, &[], "").await;
        assert_eq!(response.status, status, "{path}");
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert!(response.header("cache-control").is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_origin_is_refused_and_an_allowed_one_is_told_so() {
    let desk = Desk::start();
    let token = desk.token(Role::View).to_owned();
    let host = desk.streamer.address().to_string();
    let ask = async |origin: &str| {
        let headers = [("host", host.as_str()), ("origin", origin)];
        request(&desk, "GET", "/api/v1/config", Some(&token), &headers, "").await
    };
    assert_eq!(ask("https://evil.example").await.status, 403);
    assert_eq!(ask("null").await.status, 403);
    let own = ask(&format!("http://{host}")).await;
    assert_eq!((own.status, own.header("access-control-allow-origin")), (200, None));
    let portal = ask("https://portal.example").await;
    assert_eq!((portal.status, portal.header("access-control-allow-origin")), (200, Some("https://portal.example")));
    let before = request(&desk, "OPTIONS", "/whep", None, &[("origin", "https://portal.example")], "").await;
    assert_eq!((before.status, before.header("accept-post")), (204, Some("application/sdp")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_offer_is_refused_for_what_it_is() {
    let desk = Desk::with(config(), Paper { without: Some(crate::video::Codec::H264), ..Paper::default() });
    let token = desk.token(Role::View).to_owned();
    let sdp = [("content-type", "application/sdp")];
    let post =
        async |headers: &[(&str, &str)], body: &str| request(&desk, "POST", "/whep", Some(&token), headers, body).await;
    assert_eq!(post(&[], "v=0").await.status, 415);
    assert_eq!(post(&sdp, "").await.status, 406);
    assert_eq!(post(&sdp, "m=video 9 X 98\r\na=rtpmap:98 VP9/90000\r\n").await.status, 406);
    assert_eq!(post(&sdp, "m=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\n").await.status, 400, "VP8, but no description");
    let h264 = "m=video 9 X 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n";
    let unencodable = post(&sdp, h264).await;
    assert_eq!(unencodable.status, 406, "{}", unencodable.body);
    assert_eq!(post(&sdp, &"x".repeat(70 << 10)).await.status, 413);
    assert!(desk.streamer.is_empty(), "no seat is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_headers_are_refused() {
    let desk = Desk::start();
    let value = "x".repeat(100);
    let many: Vec<_> = (0..100).map(|_| ("x-padding", value.as_str())).collect();
    assert_eq!(request(&desk, "GET", "/", None, &many, "").await.status, 431);
}

#[tokio::test]
async fn a_used_port_is_named() {
    let first = Desk::start();
    let mut second = config();
    second.listen = first.streamer.address();
    let error = server::start(second, Arc::new(|_| {})).err().unwrap();
    assert!(matches!(error, StartError::InUse { address } if address == first.streamer.address()));
    assert!(error.to_string().contains(&first.streamer.address().to_string()), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_is_1_3_and_nothing_less() {
    use rustls::{ClientConfig, RootCertStore, crypto::ring, version};
    use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};

    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut config = config();
    config.tls = Tls::Files { certificate: certificate.clone(), key };
    let desk = Desk::with(config, Paper::default());
    assert!(desk.streamer.url(Role::View).unwrap().starts_with("https://"));
    assert!(desk.streamer.fingerprint().is_some());

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let connect = async |version| {
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        let stream = TcpStream::connect(desk.streamer.address()).await.unwrap();
        tokio_rustls::TlsConnector::from(Arc::new(client))
            .connect(ServerName::try_from("localhost").unwrap(), stream)
            .await
    };
    let stream = connect(&version::TLS13).await.unwrap();
    assert_eq!(exchange(stream, "GET", "/healthz", None, &[], "").await.body, "ok\n");
    assert!(connect(&version::TLS12).await.is_err());

    let mut plain = TcpStream::connect(desk.streamer.address()).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good as a TLS alert.
    let _ = soon("the end", plain.read_to_end(&mut answer)).await;
    assert!(!String::from_utf8_lossy(&answer).contains("ok"));
}
