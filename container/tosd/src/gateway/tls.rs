//! Certificates: those in files, which may change while connections are there, and one that is made once and kept.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use httpd::tls::{self, ACME_ALPN, TlsError};
use parking_lot::RwLock;
use rustls::{
    ServerConfig,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// The certificate in force, and the one that only ACME's own question is answered with.
#[derive(Debug, Default)]
pub struct Certificates {
    current: RwLock<Option<Arc<CertifiedKey>>>,
    challenge: RwLock<Option<(String, Arc<CertifiedKey>)>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut asked| asked.any(|name| name == ACME_ALPN)) {
            let challenge = self.challenge.read();
            let (name, key) = challenge.as_ref()?;
            return (hello.server_name() == Some(name.as_str())).then(|| Arc::clone(key));
        }
        self.current.read().clone()
    }
}

impl Certificates {
    /// What answers tls-alpn-01 for a name; `None` when it is over.
    pub fn challenge(&self, with: Option<(String, CertifiedKey)>) {
        *self.challenge.write() = with.map(|(name, key)| (name, Arc::new(key)));
    }

    /// Takes PEM files into use for connections from now on.
    ///
    /// # Errors
    /// They cannot be read, or do not go together. What was in use stays.
    pub fn load(&self, certificate: &Path, key: &Path) -> Result<(), TlsError> {
        let key = tls::read(certificate, key)?;
        *self.current.write() = Some(Arc::new(key));
        Ok(())
    }

    /// SHA-256 of the certificate in use, as browsers show it (`AB:CD:…`), if there is one yet.
    pub fn fingerprint(&self) -> Option<String> {
        tls::fingerprint(self.current.read().as_ref()?)
    }

    /// The server's side of TLS with these.
    ///
    /// # Errors
    /// See [`tls::server_of`].
    pub fn server(self: Arc<Self>) -> Result<ServerConfig, TlsError> {
        let mut config = tls::server_of(self)?;
        config.alpn_protocols.push(ACME_ALPN.to_vec());
        Ok(config)
    }
}

/// Makes a certificate for these hosts once and keeps it: who trusted it does not have to again.
///
/// # Errors
/// The files cannot be written.
pub fn self_signed(folder: &Path, hosts: &[String]) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (folder.join("self-signed.pem"), folder.join("self-signed.key"));
    let names = folder.join("self-signed.names");
    let wanted = hosts.join("\n");
    let known = fs::read_to_string(&names).is_ok_and(|known| known == wanted);
    if known && certificate.exists() && key.exists() {
        return Ok((certificate, key));
    }
    let made = rcgen::generate_simple_self_signed(hosts.to_vec())?;
    let failed = |path: &Path, error: io::Error| TlsError::File { path: path.to_owned(), reason: error.to_string() };
    let texts = [(&key, made.signing_key.serialize_pem()), (&certificate, made.cert.pem()), (&names, wanted)];
    for (path, text) in texts {
        write(path, text.as_bytes()).map_err(|error| failed(path, error))?;
    }
    Ok((certificate, key))
}

/// Beside it, and renamed into place; for the owner alone.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// Files that are read again when they change.
#[derive(Debug)]
pub struct Watched {
    certificate: PathBuf,
    key: PathBuf,
    seen: Option<(SystemTime, SystemTime)>,
}

impl Watched {
    /// Of these files.
    pub fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key, seen: None }
    }

    /// Reads them if they changed; true if they are in use now. Half-written ones are tried again the next time.
    ///
    /// # Errors
    /// See [`Certificates::load`].
    pub fn refresh(&mut self, certificates: &Certificates) -> Result<bool, TlsError> {
        let changed = |path: &Path| {
            let of = |error: io::Error| TlsError::File { path: path.to_owned(), reason: error.to_string() };
            fs::metadata(path).and_then(|file| file.modified()).map_err(of)
        };
        let now = (changed(&self.certificate)?, changed(&self.key)?);
        if self.seen == Some(now) {
            return Ok(false);
        }
        certificates.load(&self.certificate, &self.key)?;
        self.seen = Some(now);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_self_signed_certificate_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let hosts = vec!["localhost".to_owned()];
        let (certificate, key) = self_signed(folder.path(), &hosts).unwrap();
        let first = Certificates::default();
        first.load(&certificate, &key).unwrap();
        self_signed(folder.path(), &hosts).unwrap();
        let second = Certificates::default();
        second.load(&certificate, &key).unwrap();
        assert_eq!(first.fingerprint().unwrap(), second.fingerprint().unwrap());
        self_signed(folder.path(), &["other.example".to_owned()]).unwrap();
        second.load(&certificate, &key).unwrap();
        assert_ne!(first.fingerprint().unwrap(), second.fingerprint().unwrap(), "another name, another certificate");
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn changed_files_are_taken_and_broken_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = self_signed(folder.path(), &["localhost".to_owned()]).unwrap();
        let certificates = Certificates::default();
        let mut watched = Watched::new(certificate.clone(), key);
        assert!(watched.refresh(&certificates).unwrap());
        assert!(!watched.refresh(&certificates).unwrap());
        let before = certificates.fingerprint().unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::write(&certificate, "nothing").unwrap();
        fs::File::open(&certificate).unwrap().set_modified(later).unwrap();
        assert!(watched.refresh(&certificates).is_err());
        assert_eq!(certificates.fingerprint().unwrap(), before, "the last good one stays");
    }
}
