//! TLS 1.3 for everything that leaves the machine; plain HTTP on loopback, where nothing is on the wire.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    version::TLS13,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _};

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

/// Why TLS cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file does not hold what it should.
    #[error("{path}: {reason}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate does not go with the key, or the like.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// Making a certificate failed.
    #[error("no self-signed certificate: {0}")]
    SelfSigned(#[from] rcgen::Error),
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
    let (chain, key) = match tls {
        Tls::Automatic if address.ip().is_loopback() => return Ok(None),
        Tls::Automatic => self_signed(address)?,
        Tls::Files { certificate, key } => {
            let broken = |path: &PathBuf, error: rustls_pki_types::pem::Error| TlsError::File {
                path: path.clone(),
                reason: match error {
                    rustls_pki_types::pem::Error::Io(error) => io::Error::to_string(&error),
                    other => format!("not a PEM file of the right kind ({other:?})"),
                },
            };
            let chain = CertificateDer::pem_file_iter(certificate)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| broken(certificate, error))?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| broken(key, error))?;
            (chain, key)
        }
    };
    let provider = Arc::new(ring::default_provider());
    let fingerprint = fingerprint(&provider, chain.first().map(|c| c.as_ref()).unwrap_or_default());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Server { config: Arc::new(config), fingerprint }))
}

fn self_signed(address: SocketAddr) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let mut names = vec!["localhost".to_owned()];
    if !address.ip().is_unspecified() {
        names.push(address.ip().to_string());
    }
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((vec![made.cert.der().clone()], key.into()))
}

/// SHA-256 out of the TLS library itself: no second hash implementation for one line of output.
fn fingerprint(provider: &CryptoProvider, certificate: &[u8]) -> String {
    let sha256 = provider.cipher_suites.iter().find_map(|suite| {
        let suite = suite.tls13()?;
        (suite.common.suite == rustls::CipherSuite::TLS13_AES_128_GCM_SHA256).then_some(suite.common.hash_provider)
    });
    let digest = sha256.map(|hash| hash.hash(certificate));
    let bytes = digest.as_ref().map(AsRef::as_ref).unwrap_or_default();
    bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> SocketAddr {
        "192.0.2.1:443".parse().unwrap()
    }

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
    fn the_fingerprint_is_a_sha256_and_differs_by_certificate() {
        let (a, b) =
            (server(&Tls::Automatic, away()).unwrap().unwrap(), server(&Tls::Automatic, away()).unwrap().unwrap());
        assert_eq!(a.fingerprint.len(), 32 * 3 - 1);
        assert_ne!(a.fingerprint, b.fingerprint);
        // The digest of nothing is well known: it really is SHA-256.
        let empty = fingerprint(&ring::default_provider(), b"");
        assert!(empty.starts_with("E3:B0:C4:42:98:FC:1C:14"), "{empty}");
    }

    #[test]
    fn files_are_read_and_bad_ones_named() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = Tls::Files { certificate: certificate.clone(), key: key.clone() };
        let loopback = "127.0.0.1:80".parse().unwrap();
        assert!(server(&tls, loopback).unwrap().is_some(), "files count on loopback too");

        std::fs::write(&key, "nothing").unwrap();
        let error = server(&tls, away()).err().unwrap();
        assert!(error.to_string().contains("key.pem"), "{error}");
    }
}
