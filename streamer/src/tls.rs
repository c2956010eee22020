//! TLS for everything that leaves the machine; plain HTTP on loopback, where nothing is on the wire.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use httpd::tls::{self, TlsError};
use rustls::ServerConfig;

/// Where the certificate comes from.
#[derive(Debug, Clone, Default)]
pub enum Tls {
    /// Plain HTTP on a loopback address, a fresh self-signed certificate on any other.
    #[default]
    Automatic,
    /// PEM files, also on loopback.
    Files {
        /// The chain, leaf first.
        certificate: PathBuf,
        /// PKCS#8, PKCS#1 or SEC1.
        key: PathBuf,
    },
}

/// A ready TLS server.
#[derive(Clone)]
pub struct Server {
    /// For the accept loop.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it (`AB:CD:…`): the user compares the two.
    pub fingerprint: String,
}

/// What to serve `address` with: `None` is plain HTTP.
///
/// # Errors
/// A file that cannot be read or used.
pub fn server(tls: &Tls, address: SocketAddr) -> Result<Option<Server>, TlsError> {
    let key = match tls {
        Tls::Automatic if address.ip().is_loopback() => return Ok(None),
        Tls::Automatic => tls::self_signed(names(address))?,
        Tls::Files { certificate, key } => tls::read(certificate, key)?,
    };
    let fingerprint = tls::fingerprint(&key).unwrap_or_default();
    Ok(Some(Server { config: Arc::new(tls::server(key)?), fingerprint }))
}

fn names(address: SocketAddr) -> Vec<String> {
    let own = (!address.ip().is_unspecified()).then(|| address.ip().to_string());
    ["localhost".to_owned()].into_iter().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_plain_and_everything_else_is_not() {
        for plain in ["127.0.0.1:80", "127.8.8.8:80", "[::1]:80"] {
            assert!(server(&Tls::Automatic, plain.parse().unwrap()).unwrap().is_none());
        }
        for wire in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
            assert!(server(&Tls::Automatic, wire.parse().unwrap()).unwrap().is_some());
        }
    }

    #[test]
    fn files_count_on_loopback_too() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let loopback = "127.0.0.1:80".parse().unwrap();
        assert!(server(&Tls::Files { certificate, key }, loopback).unwrap().is_some());
    }
}
