//! Where the certificate comes from: files, an authority (ACME, RFC 8555), or ourselves.
//!
//! ACME's question is answered on the HTTPS port itself (tls-alpn-01, RFC 8737), or on the port of plain HTTP where there is
//! one (http-01). A certificate is asked for anew a month before it ends; what failed is tried again in an hour, and the old
//! one stays in use.

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use httpd::listen::stopped;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, OrderStatus,
    RetryPolicy,
};
use parking_lot::RwLock;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::{crypto::ring, sign::CertifiedKey};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{
    App,
    tls::{self, Certificates, Watched},
};

/// Files are looked at this often.
const LOOK: Duration = Duration::from_secs(30);
/// After a failure.
const AGAIN: Duration = Duration::from_secs(3600);
/// A certificate of an authority is used this long before a new one is asked for. They live for 90 days, and less.
const RENEW: Duration = Duration::from_secs(30 * 24 * 3600);

/// What http-01 is answered with, by token.
#[derive(Default)]
pub struct Answers(RwLock<HashMap<String, String>>);

impl Answers {
    /// The answer for a token.
    pub fn of(&self, token: &str) -> Option<String> {
        self.0.read().get(token).cloned()
    }
}

/// Finds the first certificate, and keeps it up to date. Gives its fingerprint; none if an authority is still asked.
///
/// # Errors
/// Files that cannot be used; an authority that does not give the first one is no error, and is asked again.
pub async fn certificates(app: &App, certificates: &Arc<Certificates>) -> anyhow::Result<Option<String>> {
    let settings = &app.config.gateway;
    let folder = app.config.data.join("tls");
    if let Some(directory) = &settings.acme {
        let kept = Watched::new(folder.join("acme.pem"), folder.join("acme.key")).refresh(certificates);
        let fresh = kept.is_ok() && !due(&folder);
        let (app, certificates, directory) = (app.clone(), Arc::clone(certificates), directory.clone());
        let fingerprint = certificates.fingerprint();
        tokio::spawn(async move {
            let mut wait = if fresh { RENEW } else { Duration::ZERO };
            let mut stop = app.stop.clone();
            loop {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stopped(&mut stop) => return,
                }
                wait = match order(&app, &certificates, &directory, &folder).await {
                    Ok(()) => RENEW,
                    Err(error) => {
                        tracing::error!(error = format!("{error:#}"), "no certificate from the authority");
                        AGAIN
                    }
                };
            }
        });
        return Ok(fingerprint);
    }
    let (certificate, key) = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
        (None, None) => tls::self_signed(&folder, &app.origins.hosts())?,
        _ => bail!("[gateway] certificate and key belong together"),
    };
    let mut watched = Watched::new(certificate, key);
    watched.refresh(certificates)?;
    let (mut stop, own) = (app.stop.clone(), Arc::clone(certificates));
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => return,
            }
            match watched.refresh(&own) {
                Ok(true) => tracing::info!("the certificate is a new one"),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the certificate cannot be read; the last one stays in use"),
            }
        }
    });
    Ok(certificates.fingerprint())
}

/// Whether what is kept is old: by the age of its file, which was written when it was given.
fn due(folder: &Path) -> bool {
    let age = std::fs::metadata(folder.join("acme.pem")).and_then(|file| file.modified());
    age.ok().and_then(|at| at.elapsed().ok()).is_none_or(|age| age >= RENEW)
}

async fn account(app: &App, directory: &str, folder: &Path) -> anyhow::Result<Account> {
    let builder = match &app.config.gateway.acme_roots {
        Some(root) => Account::builder_with_root(root)?,
        None => Account::builder()?,
    };
    let path = folder.join("acme-account.json");
    if let Ok(kept) = std::fs::read(&path) {
        let credentials: AccountCredentials = serde_json::from_slice(&kept).context("acme-account.json")?;
        return Ok(builder.from_credentials(credentials).await?);
    }
    let contact: Vec<String> = app.config.gateway.acme_contact.iter().map(|mail| format!("mailto:{mail}")).collect();
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder.create(&new, directory.to_owned(), None).await?;
    tls::write(&path, &serde_json::to_vec(&credentials)?)?;
    Ok(account)
}

/// Asks for a certificate for all of our names but the wildcard, which no question over HTTP or TLS can prove.
async fn order(app: &App, certificates: &Certificates, directory: &str, folder: &Path) -> anyhow::Result<()> {
    let account = account(app, directory, folder).await?;
    let hosts: Vec<String> = app.origins.hosts().into_iter().filter(|host| !host.starts_with('*')).collect();
    let names: Vec<Identifier> = hosts.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let done = async {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                status => bail!("an authorization is {status:?}"),
            }
            let plain = app.config.gateway.redirect.is_some();
            let kind = if plain { ChallengeType::Http01 } else { ChallengeType::TlsAlpn01 };
            let mut challenge =
                authorization.challenge(kind).context("the authority does not ask in a way we answer")?;
            let answer = challenge.key_authorization();
            if plain {
                app.acme.0.write().insert(challenge.token.clone(), answer.as_str().to_owned());
            } else {
                let name = challenge.identifier().to_string();
                let key = proof(&name, answer.digest().as_ref())?;
                certificates.challenge(Some((name, key)));
            }
            challenge.set_ready().await?;
            // One name after the other: one answer is shown at a time.
        }
        match order.poll_ready(&RetryPolicy::default()).await? {
            OrderStatus::Ready => {}
            status => bail!("the order is {status:?}"),
        }
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&RetryPolicy::default()).await?;
        Ok((chain, key))
    };
    let done = done.await;
    app.acme.0.write().clear();
    certificates.challenge(None);
    let (chain, key) = done?;
    let (pem, private) = (folder.join("acme.pem"), folder.join("acme.key"));
    tls::write(&private, key.as_bytes())?;
    tls::write(&pem, chain.as_bytes())?;
    certificates.load(&pem, &private)?;
    tracing::info!("a certificate from the authority is in use");
    Ok(())
}

/// A certificate that holds the answer to tls-alpn-01.
fn proof(name: &str, digest: &[u8]) -> anyhow::Result<CertifiedKey> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions.push(CustomExtension::new_acme_identifier(digest));
    let key = KeyPair::generate()?;
    let made = params.self_signed(&key)?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    // Not compared with each other: the extension is critical, and unknown to what would compare them.
    let key = ring::default_provider().key_provider.load_private_key(private)?;
    Ok(CertifiedKey::new(vec![made.der().clone()], key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_a_certificate_for_that_name() {
        let key = proof("tos.example", &[7; 32]).unwrap();
        let der = key.end_entity_cert().unwrap();
        // The extension's own name, id-pe-acmeIdentifier (1.3.6.1.5.5.7.1.31), and the digest.
        let oid = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f];
        assert!(der.as_ref().windows(oid.len()).any(|bytes| bytes == oid));
        assert!(der.as_ref().windows(32).any(|bytes| bytes == [7; 32]));
    }
}
