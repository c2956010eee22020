//! Which passwords are taken.

/// Fewest characters.
pub const MIN_LENGTH: usize = 12;
/// Most bytes: more adds no strength, and hashing a book is work for nothing.
pub const MAX_LENGTH: usize = 1024;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer characters than [`MIN_LENGTH`].
    #[error("a password has at least 12 characters")]
    Short,
    /// More bytes than [`MAX_LENGTH`].
    #[error("a password has at most 1024 bytes")]
    Long,
    /// One of those that are tried first.
    #[error("this password is among those that are tried first")]
    Common,
    /// Little but the user's own name.
    #[error("a password must not be made of the user's name")]
    Name,
    /// One or two characters again and again, or a row of neighbours.
    #[error("a password needs more than a pattern")]
    Pattern,
}

/// Whether a password is good enough for an account, before it is set. After NIST SP 800-63B: length counts, rules about
/// which characters do not exist, and what everybody tries first is refused.
///
/// # Errors
/// [`Weakness`].
pub fn check(password: &str, user: &str) -> Result<(), Weakness> {
    if password.len() > MAX_LENGTH {
        return Err(Weakness::Long);
    }
    if password.chars().count() < MIN_LENGTH {
        return Err(Weakness::Short);
    }
    let plain: Vec<char> = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let text: String = plain.iter().collect();
    let user: String = user.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    if user.len() >= 3 && text.replace(&user, "").chars().count() < MIN_LENGTH / 2 && text.contains(&user) {
        return Err(Weakness::Name);
    }
    // "password1234" and "1234password!!" are one and the same idea.
    let word = text.trim_matches(|c: char| c.is_ascii_digit());
    if COMMON.iter().any(|common| text == *common || word == *common || doubled(&text, common)) {
        return Err(Weakness::Common);
    }
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let codes: Vec<i64> = password.chars().map(|c| i64::from(u32::from(c))).collect();
    let steady = codes.windows(2).filter(|pair| matches!(pair, [a, b] if (b - a).abs() <= 1)).count();
    if distinct.len() < 5 || steady * 4 > codes.len() * 3 {
        return Err(Weakness::Pattern);
    }
    Ok(())
}

/// Whether `text` is `word` again and again.
fn doubled(text: &str, word: &str) -> bool {
    text.len() > word.len() && text.len().is_multiple_of(word.len()) && text.replace(word, "").is_empty()
}

/// What people choose when twelve characters are asked for, without digits at the ends and in lower case. Short on purpose:
/// long lists belong to whoever guesses, and guesses are few here (see [`crate::limits`]).
const COMMON: [&str; 48] = [
    "password",
    "passwort",
    "passw0rd",
    "p4ssw0rd",
    "passwordpassword",
    "motdepasse",
    "contraseña",
    "wachtwoord",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedc",
    "qazwsxedcrfv",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "q1w2e3r4t5y6",
    "abcdefghijkl",
    "abc123abc123",
    "123456789012",
    "123123123123",
    "letmein",
    "letmeinplease",
    "welcome",
    "willkommen",
    "administrator",
    "changeme",
    "changemeplease",
    "iloveyou",
    "iloveyouforever",
    "trustno",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "dragon",
    "monkey",
    "starwars",
    "startrek",
    "enterprise",
    "makeitso",
    "captainpicard",
    "correcthorsebatterystaple",
    "thisismypassword",
    "mypassword",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_and_not_everybodys_is_taken() {
        for good in [
            "tea, earl grey, hot",
            "kjdf83hf-2kd",
            "ein Haus am See mit Boot",
            "Ωλιγ0ν-δικτυον",
            "correct-mule-cell-pins",
        ] {
            assert_eq!(check(good, "alice"), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", Weakness::Short),
            ("ääääääääää", Weakness::Short),
            ("Password1234", Weakness::Common),
            ("1234-Password", Weakness::Common),
            ("qwertyuiop12", Weakness::Common),
            ("LetMeInLetMeIn", Weakness::Common),
            ("Correct Horse Battery Staple", Weakness::Common),
            ("alice-alice-1", Weakness::Name),
            ("AliceAlice2026", Weakness::Name),
            ("aaaaaaaaaaaaaa", Weakness::Pattern),
            ("abababababab", Weakness::Pattern),
            ("0123456789abc", Weakness::Pattern),
            ("nopqrstuvwxyz", Weakness::Pattern),
        ] {
            assert_eq!(check(bad, "alice"), Err(why), "{bad}");
        }
        assert_eq!(check(&"x1 ".repeat(400), "alice"), Err(Weakness::Long));
    }
}
