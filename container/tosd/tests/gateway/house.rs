//! A gateway with two desktops behind it, and a browser.

use std::{collections::HashMap, path::Path, sync::Arc};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Request, ws::WebSocketUpgrade},
    http::{HeaderMap, Method, StatusCode, header},
    response::IntoResponse,
    routing::{any, get, post},
};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use identity::{
    grant::Keys,
    secret::{Token, Use},
};
use parking_lot::{Mutex, RwLock};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::{Value, json};
use store::{Moment, Purpose, Role, Store};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UnixListener},
    sync::watch,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tosd::{
    config::{Config, Ports},
    desktops::{Act, ActError, Desk, OpenError, Overview, Phase},
    gateway::{Desks, Gateway, Served},
};

/// Everybody's password here.
pub const PASSWORD: &str = "tea, earl grey, hot";

/// Desktops that run at once, each a server behind a gate.
struct Running {
    desks: HashMap<String, Desk>,
    phase: watch::Sender<Phase>,
    opened: watch::Sender<u32>,
    viewers: Arc<Mutex<HashMap<String, usize>>>,
    acts: Arc<Mutex<Vec<(String, Act)>>>,
}

struct Counted(Arc<Mutex<HashMap<String, usize>>>, String);

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.lock().get_mut(&self.1).unwrap() -= 1;
    }
}

#[async_trait]
impl Desks for Running {
    async fn open(&self, user: &str) -> Result<Desk, OpenError> {
        self.opened.send_modify(|count| *count += 1);
        self.desks.get(user).cloned().ok_or(OpenError::Nobody)
    }

    async fn viewer(&self, user: &str) -> Result<Box<dyn std::any::Any + Send + Sync>, OpenError> {
        *self.viewers.lock().entry(user.to_owned()).or_default() += 1;
        Ok(Box::new(Counted(Arc::clone(&self.viewers), user.to_owned())))
    }

    async fn watch(&self, user: &str) -> Result<watch::Receiver<Phase>, OpenError> {
        if self.desks.contains_key(user) { Ok(self.phase.subscribe()) } else { Err(OpenError::Nobody) }
    }

    async fn act(&self, user: &str, act: Act) -> Result<(), ActError> {
        self.acts.lock().push((user.to_owned(), act));
        Ok(())
    }

    async fn overview(&self) -> Vec<Overview> {
        Vec::new()
    }

    async fn discard(&self, user: &str) -> Result<(), ActError> {
        self.acts.lock().push((user.to_owned(), Act::Kill));
        Ok(())
    }
}

/// A gateway, and what is behind it.
pub struct House {
    pub served: Served,
    pub store: Store,
    pub ports: Ports,
    /// How both desktops are said to be.
    pub phase: watch::Sender<Phase>,
    /// How often one was asked for.
    pub opened: watch::Receiver<u32>,
    pub viewers: Arc<Mutex<HashMap<String, usize>>>,
    /// What was done with desktops.
    pub acts: Arc<Mutex<Vec<(String, Act)>>>,
    pub folder: tempfile::TempDir,
    tls: TlsConnector,
    _stop: watch::Sender<bool>,
}

impl House {
    /// With desktops of `ada` and `ben`.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, configured otherwise.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config =
            Config { data: folder.path().join("data"), run: folder.path().join("run"), ..Config::default() };
        config.gateway.listen = ([127, 0, 0, 1], 0).into();
        change(&mut config);
        std::fs::create_dir_all(&config.data).unwrap();
        let store = Store::open(&config.database()).await.unwrap();
        let keys = Arc::new(RwLock::new(Keys::generate().unwrap()));
        let viewers: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let first = free_ports();
        let ports = Ports { first, last: first + 3 };
        let mut desks = HashMap::new();
        for user in ["ada", "ben"] {
            let gate = folder.path().join("gates").join(user);
            std::fs::create_dir_all(&gate).unwrap();
            container(&gate, user);
            desks.insert(
                user.to_owned(),
                Desk { user: user.into(), name: format!("tos-{user}").parse().unwrap(), gate, ports, generation: 1 },
            );
        }
        let (phase, _) = watch::channel(Phase::Running);
        let (counting, opened) = watch::channel(0);
        let (acts, viewed) = (Arc::<Mutex<Vec<(String, Act)>>>::default(), Arc::clone(&viewers));
        let running =
            Running { desks, phase: phase.clone(), opened: counting, viewers: viewed, acts: Arc::clone(&acts) };
        let (stop, stopping) = watch::channel(false);
        let data = config.data.clone();
        let gateway = Gateway {
            config: Arc::new(config),
            store: store.clone(),
            desktops: Arc::new(running),
            keys,
            plans: Arc::new(|| vec!["standard".into()]),
        };
        let served = gateway.serve(stopping).await.unwrap();
        let mut roots = RootCertStore::empty();
        let pem = std::fs::read(data.join("tls/self-signed.pem")).unwrap();
        use rustls::pki_types::{CertificateDer, pem::PemObject as _};
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(client));
        Self { served, store, ports, phase, opened, viewers, acts, folder, tls, _stop: stop }
    }

    /// What browsers call it.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.served.address.port())
    }

    /// A connection, encrypted.
    pub async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.served.address).await.unwrap();
        self.tls.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
    }

    /// Bytes as they are, and all that comes back until the end.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A browser without cookies.
    pub fn browser(self: &Arc<Self>) -> Browser {
        Browser { house: Arc::clone(self), cookies: Mutex::default() }
    }

    /// The secret of a link that somebody joins with. The first one administers.
    pub async fn invitation(&self) -> String {
        let (token, now) = (Token::new().unwrap(), Moment::now());
        let until = now + std::time::Duration::from_secs(600);
        let purpose = if self.store.has_admin().await.unwrap() {
            Purpose::Invitation { role: Role::User, plan: "standard".into() }
        } else {
            Purpose::FirstAdmin
        };
        let used = if purpose == Purpose::FirstAdmin { Use::Bootstrap } else { Use::Invitation };
        self.store.add_link(token.hash(used).as_bytes(), &purpose, None, until, now).await.unwrap();
        token.reveal().to_owned()
    }

    /// Somebody who joins, and their browser.
    pub async fn joined(self: &Arc<Self>, name: &str) -> Browser {
        let secret = self.invitation().await;
        let browser = self.browser();
        let body = json!({ "secret": secret, "name": name, "display": name, "password": PASSWORD });
        let answer = browser.post("/auth/join", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        browser
    }

    /// What the audit log says, the newest first: `what outcome on`.
    pub async fn audit(&self) -> Vec<String> {
        let lines = self.store.audit_before(None, 500).await.unwrap();
        lines.iter().map(|line| format!("{} {:?} {}", line.what, line.outcome, line.on)).collect()
    }
}

/// Four UDP ports in a row that nobody has.
fn free_ports() -> u16 {
    loop {
        let first = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let all: Vec<_> =
            (first..first.saturating_add(4)).map(|port| std::net::UdpSocket::bind(("127.0.0.1", port))).collect();
        if first < 65_000 && all.iter().all(Result::is_ok) {
            return first;
        }
    }
}

/// What is behind a gate: any port is the same server, which tells what reached it.
fn container(gate: &Path, user: &str) {
    let listener = UnixListener::bind(gate.join("ports.sock")).unwrap();
    let user = user.to_owned();
    let told = move |request: Request| async move {
        let headers: HashMap<String, String> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let method = request.method().to_string();
        let uri = request.uri().to_string();
        let body = request.into_body().collect().await.unwrap().to_bytes().len();
        Json(json!({ "user": user, "method": method, "uri": uri, "headers": headers, "body": body }))
    };
    let router = Router::new()
        .route(
            "/api/v1/config",
            get(|| async { Json(json!({ "portal": "https://evil.example/", "ice_servers": [] })) }),
        )
        .route("/whep", post(|| async { (StatusCode::CREATED, [(header::LOCATION, "/whep/abc")], "answer") }))
        .route("/api/v1/events", any(echo))
        .route("/vnc", any(told_as))
        .route("/socket", any(echo))
        .route("/leave", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/there")]) }))
        .route(
            "/hostile",
            get(|| async {
                let mut headers = HeaderMap::new();
                headers.append("set-cookie", "__Host-tos=planted; Path=/; Secure".parse().unwrap());
                headers.append("set-cookie", "mine=1; Path=/; Domain=localhost".parse().unwrap());
                headers.append("clear-site-data", "\"*\"".parse().unwrap());
                headers.append("content-type", "text/html".parse().unwrap());
                (headers, "<script>fetch('/auth/account')</script>")
            }),
        )
        .fallback(told);
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let router = router.clone();
            tokio::spawn(async move {
                let mut port = String::new();
                loop {
                    match stream.read_u8().await {
                        Ok(b'\n') => break,
                        Ok(byte) => port.push(char::from(byte)),
                        Err(_) => return,
                    }
                }
                if port == "1" {
                    let _ = stream.write_all(b"no nobody listens\n").await;
                    return;
                }
                stream.write_all(b"ok\n").await.unwrap();
                let service = hyper_util::service::TowerToHyperService::new(router);
                let server = hyper::server::conn::http1::Builder::new();
                let _ = server.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
            });
        }
    });
}

/// Says what was brought along, and takes what comes.
async fn told_as(headers: HeaderMap, upgrade: WebSocketUpgrade) -> impl IntoResponse {
    let bearer = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
    upgrade.protocols(["tos.vnc"]).on_upgrade(|mut socket| async move {
        let _ = socket.send(axum::extract::ws::Message::Text(bearer.into())).await;
        while let Some(Ok(_)) = socket.recv().await {}
    })
}

async fn echo(upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    pub fn location(&self) -> String {
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }
}

/// Keeps cookies, and says what browsers say.
pub struct Browser {
    pub house: Arc<House>,
    pub cookies: Mutex<HashMap<String, String>>,
}

impl Browser {
    /// Of a page of ours.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// From a page of ours.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let headers = [("x-tos", "1"), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, Some(body.to_string().into())).await
    }

    /// With all of these headers, and cookies.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Bytes>) -> Answer {
        let stream = self.house.connect().await;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = hyper::Request::builder().method(method).uri(path).header(header::HOST, self.house.host());
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.unwrap_or_default())).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let path = set.split("; ").find_map(|part| part.strip_prefix("Path="));
            if path == Some("/") {
                self.cookies.lock().insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock();
        let all: Vec<String> = cookies
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        all.join("; ")
    }

    /// A WebSocket, if it is let in; the status otherwise.
    pub async fn socket(
        &self,
        path: &str,
        origin: &str,
    ) -> Result<tokio_tungstenite::WebSocketStream<TlsStream<TcpStream>>, u16> {
        use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest as _};
        let mut request = format!("wss://{}{path}", self.house.host()).into_client_request().unwrap();
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        request.headers_mut().insert(header::COOKIE, self.cookie_header().parse().unwrap());
        match tokio_tungstenite::client_async(request, self.house.connect().await).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub fn origin(&self) -> String {
        format!("https://{}", self.house.host())
    }
}
