//! Grants: what the gateway tells a desktop about a request that it passes on.
//!
//! A grant is a JWT (RFC 7519) signed with Ed25519 (RFC 8037). It names one container, one user and one role, lives for at
//! most a minute and is good for one request. It travels from the gateway to the desktop only; no page ever sees one.
//!
//! Two keys are kept: the one that signs, and the one that will sign next. Desktops are given both public halves when they
//! start, so that [`Keys::rotate`] does not shut the gateway out of those that run.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, spki::der::pem::LineEnding},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    UnixTime,
    secret::{self, NoRandomness},
};

/// Who signs.
pub const ISSUER: &str = "tosd";
/// No grant lives longer.
pub const MAX_LIFE: Duration = Duration::from_secs(60);

/// A key file holds two keys of about 120 bytes.
const MAX_FILE: u64 = 16 * 1024;

/// What a grant allows, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// To look.
    View,
    /// To look and act.
    Control,
    /// To administer the desktop as well.
    Admin,
}

/// What is granted.
#[derive(Debug, Clone)]
pub struct Grant<'a> {
    /// The container's name.
    pub audience: &'a str,
    /// Whom the desktop shall take it for.
    pub user: &'a str,
    /// What they may do.
    pub role: Role,
    /// The SHA-256 of the command that this user has confirmed with a passkey just now.
    pub commit: Option<[u8; 32]>,
}

/// What stands in the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// [`ISSUER`].
    pub iss: String,
    /// The container's name.
    pub aud: String,
    /// The user's name.
    pub sub: String,
    /// What is allowed.
    pub role: Role,
    /// Signed at.
    pub iat: UnixTime,
    /// Void from.
    pub exp: UnixTime,
    /// Used once.
    pub jti: Uuid,
    /// SHA-256 of the confirmed command in lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// Why there are no keys, or no grant.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The system has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The file cannot be read or written.
    #[error("key file {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file can be read by others than its owner.
    #[error("key file {0} can be read by others: chmod 600 {0}")]
    Exposed(PathBuf),
    /// The file does not hold two Ed25519 keys in PKCS#8 PEM.
    #[error("key file {0} does not hold two Ed25519 private keys in PEM")]
    Form(PathBuf),
    /// A key cannot be written down, or does not sign. Our own mistake.
    #[error("signing: {0}")]
    Sign(String),
}

struct Key {
    id: String,
    signing: SigningKey,
    encoding: EncodingKey,
}

impl Key {
    fn new(signing: SigningKey) -> Result<Self, GrantError> {
        let der = signing.to_pkcs8_der().map_err(|error| GrantError::Sign(error.to_string()))?;
        // RFC 7638: the thumbprint of the public key is its name.
        let x = URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        let encoding = EncodingKey::from_ed_der(der.as_bytes());
        Ok(Self { id: URL_SAFE_NO_PAD.encode(thumbprint), signing, encoding })
    }

    fn generate() -> Result<Self, GrantError> {
        Self::new(SigningKey::from_bytes(&*secret::random::<32>()?))
    }

    fn private_pem(&self) -> Result<Zeroizing<String>, GrantError> {
        self.signing.to_pkcs8_pem(LineEnding::LF).map_err(|error| GrantError::Sign(error.to_string()))
    }

    fn public_pem(&self) -> Result<String, GrantError> {
        self.signing
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| GrantError::Sign(error.to_string()))
    }
}

/// The keys that sign.
pub struct Keys {
    current: Key,
    next: Key,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("current", &self.current.id).field("next", &self.next.id).finish()
    }
}

impl Keys {
    /// Fresh ones, kept nowhere.
    ///
    /// # Errors
    /// [`GrantError::Random`].
    pub fn generate() -> Result<Self, GrantError> {
        Ok(Self { current: Key::generate()?, next: Key::generate()? })
    }

    /// Reads `path`, or makes keys and writes them there (mode 0600) if it does not exist.
    ///
    /// # Errors
    /// The file cannot be read, written or understood, or others can read it.
    pub fn load_or_create(path: &Path) -> Result<Self, GrantError> {
        match fs::symlink_metadata(path) {
            Ok(_) => Self::load(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = Self::generate()?;
                keys.save(path)?;
                Ok(keys)
            }
            Err(source) => Err(GrantError::File { path: path.to_owned(), source }),
        }
    }

    fn load(path: &Path) -> Result<Self, GrantError> {
        use std::{io::Read as _, os::unix::fs::PermissionsExt as _};

        let failed = |source| GrantError::File { path: path.to_owned(), source };
        let form = || GrantError::Form(path.to_owned());
        let file = fs::File::open(path).map_err(failed)?;
        // Of the open file, so that what was checked is what is read.
        if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(GrantError::Exposed(path.to_owned()));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE).read_to_string(&mut text).map_err(failed)?;
        let end = "-----END PRIVATE KEY-----";
        let (first, rest) = text.split_once(end).ok_or_else(form)?;
        let (second, _) = rest.split_once(end).ok_or_else(form)?;
        let key = |body: &str| {
            let pem = Zeroizing::new(format!("{}{end}\n", body.trim_start()));
            Key::new(SigningKey::from_pkcs8_pem(&pem).map_err(|_| form())?)
        };
        Ok(Self { current: key(first)?, next: key(second)? })
    }

    /// Written beside, synced and renamed into place: there is always one whole file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), GrantError> {
        let text = Zeroizing::new(format!("{}{}", *self.current.private_pem()?, *self.next.private_pem()?));
        write_private(path, text.as_bytes()).map_err(|source| GrantError::File { path: path.to_owned(), source })
    }

    /// The next key signs from now on, and there is a new next one. Save before the first grant: a key that is lost with the
    /// process would leave desktops that wait for it.
    ///
    /// # Errors
    /// [`GrantError::Random`]; then nothing has changed.
    pub fn rotate(&mut self) -> Result<(), GrantError> {
        let fresh = Key::generate()?;
        self.current = std::mem::replace(&mut self.next, fresh);
        Ok(())
    }

    /// The public halves (SPKI PEM): of the key that signs, then of the one that will. A desktop believes both.
    ///
    /// # Errors
    /// [`GrantError::Sign`].
    pub fn public_pem(&self) -> Result<String, GrantError> {
        Ok(self.current.public_pem()? + &self.next.public_pem()?)
    }

    /// Signs a grant that is good from `now` for `life`, at most [`MAX_LIFE`].
    ///
    /// # Errors
    /// [`GrantError::Random`], [`GrantError::Sign`].
    pub fn mint(&self, grant: &Grant<'_>, now: UnixTime, life: Duration) -> Result<Zeroizing<String>, GrantError> {
        let jti = uuid::Builder::from_random_bytes(*secret::random::<16>()?).into_uuid();
        self.sign(&Claims {
            iss: ISSUER.to_owned(),
            aud: grant.audience.to_owned(),
            sub: grant.user.to_owned(),
            role: grant.role,
            iat: now,
            exp: now.saturating_add(life.min(MAX_LIFE).as_secs()),
            jti,
            commit: grant.commit.map(|hash| hash.iter().map(|b| format!("{b:02x}")).collect()),
        })
    }

    fn sign(&self, claims: &Claims) -> Result<Zeroizing<String>, GrantError> {
        let header = Header { kid: Some(self.current.id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.current.encoding)
            .map(Zeroizing::new)
            .map_err(|error| GrantError::Sign(error.to_string()))
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.new", std::process::id()));
    let temporary = PathBuf::from(temporary);
    // What an earlier process of this number left when it died half-way.
    let _ = fs::remove_file(&temporary);
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // The first error is the one to report; a left-over of our own is all that this could fail on.
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
#[path = "grant_tests.rs"]
mod tests;
