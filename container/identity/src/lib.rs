//! Who somebody is: passkeys, OpenID Connect, passwords, sessions, and the tokens that a desktop believes.
