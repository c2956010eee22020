//! A passkey in software, and a browser before it that says what it is told to, wrong things too.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What is said, where it is not the truth.
#[derive(Clone, Default)]
pub struct Lie {
    pub origin: Option<String>,
    pub host: Option<&'static str>,
    pub kind: Option<&'static str>,
    pub challenge: Option<String>,
    pub absent: bool,
    pub unverified: bool,
    pub signed_by_nobody: bool,
    /// What the counter says.
    pub counter: Option<u32>,
    pub user: Option<Vec<u8>>,
}

/// The key, and what it remembers.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 16],
    pub user: Vec<u8>,
    pub counter: u32,
}

impl Authenticator {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap();
        Self { key, id: uuid::Uuid::new_v4().into_bytes(), user: Vec::new(), counter: 0 }
    }

    /// Web Authentication Level 2, section 6.1.
    fn data(&self, lie: &Lie, attested: bool) -> Vec<u8> {
        let mut data = Sha256::digest(lie.host.unwrap_or("localhost")).to_vec();
        data.push(u8::from(!lie.absent) | u8::from(!lie.unverified) << 2 | u8::from(attested) << 6);
        data.extend(lie.counter.unwrap_or(self.counter).to_be_bytes());
        if attested {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(self.id);
            let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
            // COSE: EC2, ES256, P-256, x, y.
            data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
            data.extend(x);
            data.extend([0x22, 0x58, 0x20]);
            data.extend(y);
        }
        data
    }

    fn client(lie: &Lie, kind: &str, options: &Value, origin: &str) -> String {
        let challenge = lie.challenge.as_deref().or(options["publicKey"]["challenge"].as_str());
        let origin = lie.origin.as_deref().unwrap_or(origin);
        json!({
            "type": lie.kind.unwrap_or(kind), "challenge": challenge.unwrap(), "origin": origin, "crossOrigin": false,
        })
        .to_string()
    }

    fn credential(&self, response: &Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response })
    }

    /// The answer to a registration that the server at `origin` began.
    pub fn create(&mut self, options: &Value, origin: &str, lie: &Lie) -> Value {
        self.user = URL_SAFE_NO_PAD.decode(options["publicKey"]["user"]["id"].as_str().unwrap()).unwrap();
        let client = Self::client(lie, "webauthn.create", options, origin);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}
        let data = self.data(lie, true);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.credential(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client), "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "transports": ["internal"],
        }))
    }

    /// The answer to a sign-in or a step-up.
    pub fn get(&mut self, options: &Value, origin: &str, lie: &Lie) -> Value {
        self.counter += 1;
        let client = Self::client(lie, "webauthn.get", options, origin);
        let data = self.data(lie, false);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let mut signature = self.key.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec();
        if lie.signed_by_nobody {
            *signature.last_mut().unwrap() ^= 1;
        }
        let user = lie.user.as_ref().unwrap_or(&self.user);
        self.credential(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client), "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature), "userHandle": URL_SAFE_NO_PAD.encode(user),
        }))
    }
}
