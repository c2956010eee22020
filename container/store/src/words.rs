//! Values that are one of a few words, in the database as in JSON.

/// Gives an enum its words.
macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// Its word, as in the database and in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::Error;

            fn from_str(text: &str) -> Result<Self, crate::Error> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(crate::Error::Invalid {
                        field: stringify!($type),
                        rule: concat!("is one of" $(, " ", $word)*),
                    }),
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$type> for crate::db::Arg {
            fn from(value: $type) -> Self {
                value.as_str().into()
            }
        }
    };
}
pub(crate) use words;
