//! A server in front, for tests: it signs grants.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::name;
use crate::protocol::Role;

/// A key pair.
pub struct Signer {
    pair: rcgen::KeyPair,
}

/// No two grants have one name, whoever signs them.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Of a time of day.
pub fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Signer {
    /// A fresh one.
    pub fn new() -> Self {
        Self { pair: rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap() }
    }

    /// PEM.
    pub fn public(&self) -> String {
        self.pair.public_key_pem()
    }

    /// PEM.
    pub fn private(&self) -> String {
        self.pair.serialize_pem()
    }

    /// Writes the public key into this folder.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let file = folder.join("grant.pem");
        std::fs::write(&file, self.public()).unwrap();
        file
    }

    /// What a fresh grant says.
    pub fn claims(&self, audience: &str, who: &str, role: Role, now: u64) -> Value {
        let id = format!("grant-{}", NEXT.fetch_add(1, Relaxed));
        json!({ "iss": "tosd", "aud": audience, "sub": who, "role": name(role), "iat": now, "exp": now + 30, "jti": id })
    }

    /// Signs claims.
    pub fn sign(&self, claims: &Value) -> String {
        let key = EncodingKey::from_ed_der(&self.pair.serialize_der());
        encode(&Header::new(Algorithm::EdDSA), claims, &key).unwrap()
    }
}
