//! Names for machines: one type for each kind of thing, so that none is taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one; later ones sort later.
            #[allow(clippy::new_without_default, reason = "no two are equal: none is a default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for crate::db::Arg {
            fn from(id: $name) -> Self {
                id.to_string().into()
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A user; also the user handle of passkeys.
    UserId;
    /// A way to sign in.
    CredentialId;
    /// A signed-in browser. It is shown in lists; the cookie is something else.
    LoginId;
    /// A one-time link.
    LinkId;
    /// A guest link.
    GuestId;
    /// A snapshot.
    SnapshotId;
}

/// SHA-256 of a secret that was given away. The secret itself is nowhere in the store.
pub type Hash = [u8; 32];
