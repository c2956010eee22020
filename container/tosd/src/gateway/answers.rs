//! What is answered to who may not, or cannot. It says nothing that helps to find out what is there: a desktop of somebody
//! else and one that does not exist are the same answer.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in, or by something that counts no more.
    SignIn,
    /// Signed in, and not for this.
    NotYours,
    /// Signed in some time ago: this wants a proof of being there now.
    StepUp,
    /// Name, password, code, passkey or link: one of them is wrong. Which is not told.
    Wrong,
    /// The password was right, and a code is wanted besides.
    Code,
    /// Asked too often. Seconds to wait.
    Later(u32),
    /// Not from our own pages.
    Foreign,
    /// Not understood.
    Request,
    /// There is none.
    Missing,
    /// Somebody else has that name.
    Taken,
    /// It cannot be done as things are; the words are for people.
    NotNow(&'static str),
    /// Too long.
    TooLarge,
    /// There is no room on the disk for what was to be written down.
    NoRoom,
    /// What is behind does not answer.
    Unavailable,
    /// Our own mistake; the log tells.
    Internal,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Wrong | Self::Code | Self::NotYours | Self::StepUp | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Later(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Request => StatusCode::BAD_REQUEST,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Taken | Self::NotNow(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For programs.
    pub fn reason(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::NotYours => "not_yours",
            Self::StepUp => "step_up",
            Self::Wrong => "wrong",
            Self::Code => "code",
            Self::Later(_) => "later",
            Self::Foreign => "foreign",
            Self::Request => "request",
            Self::Missing => "missing",
            Self::Taken => "taken",
            Self::NotNow(_) => "not_now",
            Self::TooLarge => "too_large",
            Self::NoRoom => "no_room",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// For people.
    pub fn message(self) -> &'static str {
        match self {
            Self::SignIn => "You are not signed in.",
            Self::NotYours => "You may not do this.",
            Self::StepUp => "Confirm that it is you.",
            Self::Wrong => "That does not sign you in.",
            Self::Code => "Enter the code of your authenticator.",
            Self::Later(_) => "Too many attempts. Wait a moment.",
            Self::Foreign => "The request did not come from this site.",
            Self::Request => "The request was not understood.",
            Self::Missing => "There is nothing here.",
            Self::Taken => "This name is taken.",
            Self::NotNow(why) => why,
            Self::TooLarge => "That is too large.",
            Self::NoRoom => "This host has no room left. Tell whoever looks after it.",
            Self::Unavailable => "The service does not answer. Try again in a moment.",
            Self::Internal => "Something went wrong here. Try again in a moment.",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "ok": false, "error": { "reason": self.reason(), "message": self.message() } });
        let mut response = (self.status(), Json(body)).into_response();
        let wait = match self {
            Self::Later(seconds) => Some(seconds),
            Self::Unavailable => Some(2),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        use store::Error;
        match error {
            Error::Taken(_) => Self::Taken,
            Error::Missing(_) => Self::Missing,
            Error::Stale(_) => Self::Wrong,
            Error::LastAdmin => Self::NotNow("This is the last administrator."),
            Error::LastCredential => Self::NotNow("This is the last way to sign in."),
            Error::InUse(_) => Self::NotNow("The desktop has to go first."),
            Error::Invalid { .. } => Self::Request,
            Error::Unavailable(_) | Error::Unknown(_) => {
                tracing::warn!(%error, "the store");
                Self::Unavailable
            }
            Error::Full(_) => {
                tracing::error!(%error, "the store");
                Self::NoRoom
            }
            error => {
                tracing::error!(%error, "the store");
                Self::Internal
            }
        }
    }
}

/// A page that says a refusal in words, for who came with a browser.
pub fn page(status: StatusCode) -> Response {
    let (what, words) = match status.as_u16() {
        401 | 403 => ("Authorization denied", "You may not see this, or it is not here."),
        404 => ("Nothing here", "There is no such page."),
        413 | 414 | 431 => ("Too large", "The request was longer than it may be."),
        421 => ("Unknown address", "This place is called something else."),
        429 => ("Please wait", "That was too often. Wait a moment and try again."),
        507 => ("No room", "This host has no room left. Tell whoever looks after it."),
        502..=504 => ("Desktop unavailable", "The desktop does not answer just now. Try again in a moment."),
        500..=599 => ("Malfunction", "Something went wrong here. Try again in a moment."),
        _ => ("Not understood", "The request was not understood."),
    };
    // Both are our own words: nothing of the request is on the page.
    let text =
        super::portal::page("error.html").unwrap_or_default().replace("{{what}}", what).replace("{{words}}", words);
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}
