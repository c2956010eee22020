//! A certificate from an authority, for real: Pebble asks in both ways, and a browser that believes only Pebble believes us.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use identity::grant::Keys;
use parking_lot::RwLock;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use store::Store;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tosd::{
    config::Config,
    desktops::{Act, ActError, Desk, OpenError, Overview, Phase},
    gateway::{Desks, Gateway, Served},
};

const NAME: &str = "tos.example";
const LONG: Duration = Duration::from_secs(60);

/// Nobody has a desktop here.
struct Nobody;

#[async_trait]
impl Desks for Nobody {
    async fn open(&self, _: &str) -> Result<Desk, OpenError> {
        Err(OpenError::Nobody)
    }

    async fn viewer(&self, _: &str) -> Result<Box<dyn std::any::Any + Send + Sync>, OpenError> {
        Err(OpenError::Nobody)
    }

    async fn watch(&self, _: &str) -> Result<watch::Receiver<Phase>, OpenError> {
        Err(OpenError::Nobody)
    }

    async fn act(&self, _: &str, _: Act) -> Result<(), ActError> {
        Err(ActError::Nobody)
    }

    async fn overview(&self) -> Vec<Overview> {
        Vec::new()
    }

    async fn discard(&self, _: &str) -> Result<(), ActError> {
        Err(ActError::Nobody)
    }
}

/// Pebble, and a server of names for which every name is this machine.
struct Authority {
    programs: [Child; 2],
    directory: String,
    management: SocketAddr,
    /// What its own HTTPS is believed by.
    roots: RootCertStore,
}

impl Drop for Authority {
    fn drop(&mut self) {
        for program in &mut self.programs {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl Authority {
    /// One that looks for answers at these ports.
    async fn start(at: &Path, plain: SocketAddr, encrypted: SocketAddr) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let own = KeyPair::generate().unwrap();
        let signed = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&own, &issuer).unwrap();
        for (file, text) in [("root", root.pem()), ("cert", signed.pem()), ("key", own.serialize_pem())] {
            std::fs::write(at.join(file), text).unwrap();
        }
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).unwrap();

        let [listen, management, names, other] = [(); 4].map(|()| free());
        let settings = serde_json::json!({"pebble": {
            "listenAddress": listen, "managementListenAddress": management,
            "certificate": at.join("cert"), "privateKey": at.join("key"),
            "httpPort": plain.port(), "tlsPort": encrypted.port(), "ocspResponderURL": "",
        }});
        std::fs::write(at.join("pebble.json"), settings.to_string()).unwrap();
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Command::new("pebble-challtestsrv");
        server.args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", ""]);
        server.args(["-dns01".to_owned(), names.to_string(), "-management".to_owned(), other.to_string()]);
        let mut pebble = Command::new("pebble");
        pebble.arg("-config").arg(at.join("pebble.json")).args(["-dnsserver", &names.to_string()]);
        // It waits and refuses by chance otherwise.
        pebble.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0");
        let programs = [quiet(&mut server), quiet(&mut pebble)];
        let directory = format!("https://localhost:{}/dir", listen.port());
        let authority = Self { programs, directory, management, roots };
        for address in [listen, management, names] {
            let begin = Instant::now();
            while TcpStream::connect(address).await.is_err() {
                assert!(begin.elapsed() < LONG, "nobody listens at {address}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        authority
    }

    /// What its certificates are believed by: made anew each time it starts.
    async fn root(&self) -> RootCertStore {
        let mut stream = connect(self.management, "localhost", &self.roots).await.unwrap();
        stream.write_all(b"GET /roots/0 HTTP/1.0\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&text).unwrap()).unwrap();
        roots
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn connect(
    address: SocketAddr,
    name: &'static str,
    roots: &RootCertStore,
) -> std::io::Result<TlsStream<TcpStream>> {
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name).unwrap(), stream).await
}

async fn serve(config: &Config) -> (Served, watch::Sender<bool>) {
    std::fs::create_dir_all(&config.data).unwrap();
    let (stop, stopping) = watch::channel(false);
    let gateway = Gateway {
        config: Arc::new(config.clone()),
        store: Store::open(&config.database()).await.unwrap(),
        desktops: Arc::new(Nobody),
        keys: Arc::new(RwLock::new(Keys::generate().unwrap())),
        plans: Arc::new(Vec::new),
    };
    (gateway.serve(stopping).await.unwrap(), stop)
}

/// With a port of plain HTTP, or without.
async fn certified(plain: bool) {
    for program in ["pebble", "pebble-challtestsrv"] {
        let found = Command::new(program).arg("-help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if let Err(error) = found {
            return eprintln!("NOT TESTED: certificates of an authority: {program}: {error}; `make deps`");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (redirect, listen) = (free(), free());
    let authority = Authority::start(at, redirect, listen).await;
    let mut config = Config { data: at.join("data"), run: at.join("run"), ..Config::default() };
    config.gateway.listen = listen;
    config.gateway.redirect = plain.then_some(redirect);
    config.gateway.names = vec![NAME.into()];
    config.gateway.acme = Some(authority.directory.clone());
    config.gateway.acme_contact = Some(format!("admin@{NAME}"));
    config.gateway.acme_roots = Some(at.join("root"));
    let (served, stop) = serve(&config).await;
    assert_eq!(served.fingerprint, None, "there is none yet");
    let root = authority.root().await;
    let begin = Instant::now();
    while let Err(error) = connect(listen, NAME, &root).await {
        assert!(begin.elapsed() < LONG, "no certificate: {error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(connect(listen, "elsewhere.example", &root).await.is_err(), "it is for our name only");

    // The next tosd has it from the beginning, and asks nobody.
    stop.send_replace(true);
    served.task.await.unwrap();
    drop(authority);
    let (served, stop) = serve(&config).await;
    assert!(served.fingerprint.is_some());
    connect(listen, NAME, &root).await.unwrap();
    stop.send_replace(true);
    served.task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_answered_in_tls() {
    certified(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_answered_in_plain_http() {
    certified(true).await;
}
