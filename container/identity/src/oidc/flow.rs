//! One provider: what it says of itself, kept for a while, and the two requests of a sign-in.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, Scope, SignatureVerificationError, StandardErrorResponse,
    StandardTokenResponse, SubjectIdentifier, TokenResponse as _, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::{ConfigError, OidcError, Person, Provider, Providers, Refusal, SKEW, http, people::Claims};
use crate::{UnixTime, secret::Token};

/// How long a provider's description and keys are believed. Within it a key that it withdraws still counts.
const KEEP: Duration = Duration::from_secs(3600);
/// How long it is still believed when the provider does not answer any more.
const KEEP_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// A key that we do not know makes us ask again, not more often than this: anybody can make us see unknown keys.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// After a failure, so that a provider that is down is not asked by every visitor.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Signed with a key whose public half the provider publishes. HMACs are not here, nor is `none`.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 6] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Whatever else stands in a token or in what the provider says of a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Extra {
    #[serde(flatten)]
    claims: Claims,
}

impl AdditionalClaims for Extra {}

/// RFC 9207, section 3.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Described {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Described {}

type Metadata = ProviderMetadata<
    Described,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Tokens = StandardTokenResponse<Fields, CoreTokenType>;

type OidcClient = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

enum Cache {
    Empty,
    /// What it said at `got`; it was asked last at `asked`.
    Known {
        metadata: Box<Metadata>,
        got: Instant,
        asked: Instant,
    },
    Failed {
        at: Instant,
    },
}

/// A provider and what is known of it.
pub(super) struct Known {
    pub(super) provider: Provider,
    back: RedirectUrl,
    http: reqwest::Client,
    /// One asks, the others wait for its answer.
    cache: Mutex<Cache>,
}

impl Known {
    pub(super) fn new(provider: Provider, public: &Url) -> Result<Self, ConfigError> {
        let failed = |what: String| ConfigError::Client { id: provider.id.clone(), what };
        let http = http::client(provider.authorities.as_deref()).map_err(failed)?;
        let back = public.join(&Providers::back_path(&provider.id)).map_err(|error| failed(error.to_string()))?;
        Ok(Self { back: RedirectUrl::from_url(back), http, cache: Mutex::new(Cache::Empty), provider })
    }

    /// Where to send the browser.
    pub(super) async fn authorize(
        &self,
        state: &Token,
        nonce: &Nonce,
        verifier: &PkceCodeVerifier,
        now: Instant,
    ) -> Result<Url, OidcError> {
        let client = self.client(self.metadata(now, false).await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(verifier);
        let scopes = self.provider.scopes.iter().map(|scope| Scope::new(scope.clone()));
        let (state, nonce) = (CsrfToken::new(state.reveal().to_owned()), nonce.clone());
        let (location, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        // A provider that describes itself so would send passwords in the clear, or run as a script.
        if super::config::private(&location) { Ok(location) } else { Err(OidcError::Unreachable) }
    }

    /// Whether the answer comes from this provider, by RFC 9207.
    pub(super) async fn check_issuer(&self, shown: Option<&str>, now: Instant) -> Result<(), OidcError> {
        let metadata = self.metadata(now, false).await?;
        let needed = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match shown {
            Some(shown) if shown == metadata.issuer().as_str() => Ok(()),
            None if !needed => Ok(()),
            _ => Err(Refusal::Issuer.into()),
        }
    }

    /// Makes of a code the person whose it is.
    pub(super) async fn redeem(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        nonce: &Nonce,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Person, OidcError> {
        let send = |request| http::send(self.http.clone(), request);
        let client = self.client(self.metadata(now, false).await?);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| self.unreachable(&error))?
            .set_pkce_verifier(verifier)
            .request_async(&send)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::Request(error) => self.unreachable(&error),
                error => self.refused(Refusal::Code, &error),
            })?;
        let mut claims = match self.verified(&client, &tokens, nonce, unix) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                // The provider may have changed its keys since we asked.
                let client = self.client(self.metadata(now, true).await?);
                self.verified(&client, &tokens, nonce, unix)
            }
            verified => verified,
        }
        .map_err(|error| self.refused(Refusal::Token, &error))?;
        if client.user_info_url().is_some() {
            self.ask_about(&client, tokens.access_token().clone(), &mut claims).await?;
        }
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Refusal::Claims)?.to_owned();
        self.provider.people.admit(&self.provider.id, &issuer, &claims).map_err(|error| {
            tracing::warn!(provider = self.provider.id, %error, "a provider's user may not come in");
            OidcError::NotAllowed(error)
        })
    }

    /// The claims of an ID token that is right in every way.
    fn verified(
        &self,
        client: &OidcClient,
        tokens: &Tokens,
        nonce: &Nonce,
        unix: UnixTime,
    ) -> Result<Claims, ClaimsVerificationError> {
        let other = |what: &str| ClaimsVerificationError::Other(what.to_owned());
        let skew = SKEW.as_secs();
        let earliest = moment(unix.saturating_sub(skew)).ok_or_else(|| other("our clock"))?;
        let latest = moment(unix.saturating_add(skew)).ok_or_else(|| other("our clock"))?;
        let oldest = moment(unix.saturating_sub(super::AWAY.as_secs() + skew)).ok_or_else(|| other("our clock"))?;
        let token = tokens.id_token().ok_or_else(|| other("no ID token"))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || earliest)
            .set_issue_time_verifier_fn(move |issued| {
                if (oldest..=latest).contains(&issued) {
                    Ok(())
                } else {
                    Err("issued too early or too late".to_owned())
                }
            });
        let claims = token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|error| other(&error.to_string()))?;
            let key = token.signing_key(&verifier).map_err(|error| other(&error.to_string()))?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                .map_err(|error| other(&error.to_string()))?;
            if actual != *expected {
                return Err(other("the access token is another's"));
            }
        }
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(other("claims")),
        }
    }

    /// Adds what the provider says of the user to what the ID token says, which counts where both speak.
    async fn ask_about(&self, client: &OidcClient, token: AccessToken, claims: &mut Claims) -> Result<(), OidcError> {
        let send = |request| http::send(self.http.clone(), request);
        let subject = claims.get("sub").and_then(Value::as_str).ok_or(Refusal::Claims)?.to_owned();
        let more: UserInfoClaims<Extra, CoreGenderClaim> = client
            .user_info(token, Some(SubjectIdentifier::new(subject)))
            .map_err(|error| self.unreachable(&error))?
            .request_async(&send)
            .await
            .map_err(|error| match error {
                openidconnect::UserInfoError::Request(error) => self.unreachable(&error),
                error => self.refused(Refusal::Claims, &error),
            })?;
        if let Ok(Value::Object(more)) = serde_json::to_value(more) {
            // Both halves of an address come from one side: a verified flag of the one says nothing about the other's address.
            if claims.contains_key("email") || claims.contains_key("email_verified") {
                claims.extend(more.into_iter().filter(|(key, _)| !key.starts_with("email")).filter(absent(claims)));
            } else {
                claims.extend(more.into_iter().filter(absent(claims)));
            }
        }
        Ok(())
    }

    fn client(&self, metadata: Metadata) -> OidcClient {
        let id = ClientId::new(self.provider.client_id.clone());
        let secret = self.provider.client_secret.clone().map(ClientSecret::new);
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let basic = methods.is_empty() || methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let how = if secret.is_some() && basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        Client::from_provider_metadata(metadata, id, secret).set_auth_type(how).set_redirect_uri(self.back.clone())
    }

    /// What the provider says of itself. `again` asks although there is an answer, if it is not too new.
    async fn metadata(&self, now: Instant, again: bool) -> Result<Metadata, OidcError> {
        let mut cache = self.cache.lock().await;
        match &*cache {
            Cache::Known { metadata, got, asked } => {
                let age = now.saturating_duration_since(*got);
                let quiet = now.saturating_duration_since(*asked) < ASK_AGAIN;
                if (age < KEEP && !again) || (age < KEEP_AT_MOST && quiet) {
                    return Ok((**metadata).clone());
                }
            }
            Cache::Failed { at } if now.saturating_duration_since(*at) < AFTER_FAILURE => {
                return Err(OidcError::Unreachable);
            }
            Cache::Failed { .. } | Cache::Empty => {}
        }
        let send = |request| http::send(self.http.clone(), request);
        // As it is written in the configuration; `Url` puts a slash after a bare host, which issuers do not always have.
        let issuer = self.provider.issuer.as_str();
        let bare = issuer.strip_suffix('/').filter(|_| self.provider.issuer.path() == "/").unwrap_or(issuer);
        let mut found = Metadata::discover_async(issuer_url(bare)?, &send).await;
        if let Err(openidconnect::DiscoveryError::Validation(_)) = &found
            && bare != issuer
        {
            found = Metadata::discover_async(issuer_url(issuer)?, &send).await;
        }
        match found {
            Ok(metadata) => {
                *cache = Cache::Known { metadata: Box::new(metadata.clone()), got: now, asked: now };
                Ok(metadata)
            }
            Err(error) => {
                // What we know is better than nothing while the provider is away; its keys do not change by being asked for.
                if let Cache::Known { metadata, got, asked } = &mut *cache
                    && now.saturating_duration_since(*got) < KEEP_AT_MOST
                {
                    *asked = now;
                    tracing::warn!(provider = self.provider.id, %error, "a provider does not describe itself; the last time counts");
                    return Ok((**metadata).clone());
                }
                *cache = Cache::Failed { at: now };
                Err(self.unreachable(&error))
            }
        }
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> OidcError {
        let error = chain(error);
        tracing::warn!(provider = self.provider.id, error, "a provider does not answer as it must");
        OidcError::Unreachable
    }

    fn refused(&self, why: Refusal, error: &dyn std::error::Error) -> OidcError {
        let error = chain(error);
        tracing::warn!(provider = self.provider.id, error, %why, "a sign-in was refused");
        why.into()
    }
}

/// An error with what is behind it: the library's own words often say only that a request failed.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source()).take(8).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}

fn absent(claims: &Claims) -> impl Fn(&(String, Value)) -> bool + use<> {
    let keys: std::collections::HashSet<String> = claims.keys().cloned().collect();
    move |(key, _)| !keys.contains(key)
}

fn issuer_url(text: &str) -> Result<IssuerUrl, OidcError> {
    IssuerUrl::new(text.to_owned()).map_err(|_| OidcError::Unreachable)
}

fn moment(unix: UnixTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(unix).ok()?, 0)
}
