//! The back channel: our own requests to a provider. Bounded in time and size, without redirects, encrypted.

use std::{fs, path::Path, time::Duration};

use openidconnect::{HttpRequest, HttpResponse, http};
use reqwest::{Certificate, Client, redirect};
use url::Url;

use super::config::private;

/// One request and its answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// The longest answer. The largest real documents, key sets with certificates, have some ten KiB.
const MAX_ANSWER: usize = 512 * 1024;

/// Why a request came to nothing. Never shown to anybody but the host's log.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A provider that names an address anybody on the way can read.
    #[error("{0} is not https")]
    Insecure(Url),
    /// More than [`MAX_ANSWER`].
    #[error("the answer is too long")]
    TooLong,
    /// Not to be sent, no connection, no answer in time.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    /// The answer does not fit together.
    #[error(transparent)]
    Form(#[from] http::Error),
}

/// A client for one provider.
pub fn client(authorities: Option<&Path>) -> Result<Client, String> {
    // Where the process has chosen already, that is what counts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT)
        .user_agent(concat!("tosd/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = authorities {
        let pem = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let certificates =
            Certificate::from_pem_bundle(&pem).map_err(|error| format!("{}: {error}", path.display()))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| error.to_string())
}

/// Sends one request.
///
/// # Errors
/// [`HttpError`].
pub async fn send(client: Client, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let request = reqwest::Request::try_from(request)?;
    if !private(request.url()) {
        return Err(HttpError::Insecure(request.url().clone()));
    }
    let mut response = client.execute(request).await?;
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = response.headers().clone();
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        if body.len() + part.len() > MAX_ANSWER {
            return Err(HttpError::TooLong);
        }
        body.extend_from_slice(&part);
    }
    Ok(answer.body(body)?)
}
