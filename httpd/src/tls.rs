//! TLS 1.3, and nothing before it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS13,
};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer,
    pem::{self, PemObject as _},
};
use sha2::{Digest as _, Sha256};

/// What ACME's tls-alpn-01 asks with. Such a connection ends with its handshake.
pub const ACME_ALPN: &[u8] = b"acme-tls/1";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file does not hold what it should, or cannot be read or written.
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
    /// Making one failed.
    #[error("no self-signed certificate: {0}")]
    SelfSigned(#[from] rcgen::Error),
}

/// Out of PEM files: the chain, leaf first, and its key as PKCS#8, PKCS#1 or SEC1.
///
/// # Errors
/// They cannot be read, or do not go together.
pub fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let broken = |path: &Path, error: pem::Error| TlsError::File {
        path: path.to_owned(),
        reason: match error {
            pem::Error::Io(error) => error.to_string(),
            _ => "not a PEM file of the right kind".into(),
        },
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| broken(certificate, error))?;
    if chain.is_empty() {
        return Err(TlsError::File { path: certificate.to_owned(), reason: "holds no certificate".into() });
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| broken(key, error))?;
    Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
}

/// A new one for these hosts, signed by itself.
///
/// # Errors
/// One of them is no name that a certificate could have.
pub fn self_signed(hosts: Vec<String>) -> Result<CertifiedKey, TlsError> {
    let made = rcgen::generate_simple_self_signed(hosts)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok(CertifiedKey::from_der(vec![made.cert.der().clone()], key.into(), &ring::default_provider())?)
}

/// SHA-256 of a certificate, as browsers show it (`AB:CD:…`); `None` of an empty chain.
pub fn fingerprint(of: &CertifiedKey) -> Option<String> {
    let bytes = Sha256::digest(of.cert.first()?.as_ref());
    Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
}

/// The server's side of TLS with one certificate for good.
///
/// # Errors
/// See [`server_of`].
pub fn server(key: CertifiedKey) -> Result<ServerConfig, TlsError> {
    server_of(Arc::new(SingleCertAndKey::from(key)))
}

/// The server's side of TLS with certificates that may change while connections are there.
///
/// # Errors
/// The library does not know TLS 1.3, which would be a build without it.
pub fn server_of(certificates: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    // One protocol: WebSockets need it anyway, and HTTP/2 would be a second parser for strangers to try.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // What came once could come again with early data; it is off unless asked for, and stays so.
    config.max_early_data_size = 0;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_fingerprint_is_a_sha256_and_differs_by_certificate() {
        let made = || self_signed(vec!["localhost".to_owned()]).unwrap();
        let (a, b) = (fingerprint(&made()).unwrap(), fingerprint(&made()).unwrap());
        assert_eq!(a.len(), 32 * 3 - 1);
        assert_ne!(a, b);
        // The digest of nothing is well known: it really is SHA-256.
        let nothing = CertifiedKey { cert: vec![Vec::new().into()], ..made() };
        assert!(fingerprint(&nothing).unwrap().starts_with("E3:B0:C4:42:98:FC:1C:14"));
    }

    #[test]
    fn files_are_read_and_bad_ones_named() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let made = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (ours, other) = (made(), made());
        fs::write(&certificate, ours.cert.pem()).unwrap();
        fs::write(&key, ours.signing_key.serialize_pem()).unwrap();
        assert!(read(&certificate, &key).is_ok());

        fs::write(&key, other.signing_key.serialize_pem()).unwrap();
        assert!(matches!(read(&certificate, &key), Err(TlsError::Unusable(_))), "another certificate's key");
        fs::write(&key, "nothing").unwrap();
        let error = read(&certificate, &key).unwrap_err().to_string();
        assert!(error.contains("key.pem"), "{error}");
        fs::write(&certificate, "nothing").unwrap();
        let error = read(&certificate, &key).unwrap_err().to_string();
        assert!(error.contains("cert.pem") && error.contains("no certificate"), "{error}");
        let error = read(&folder.path().join("absent.pem"), &key).unwrap_err().to_string();
        assert!(error.contains("absent.pem"), "{error}");
    }
}
