//! HTTP/1.1 for strangers, as everybody serves it here who serves browsers: bounded connections, headers and times
//! ([`listen`]), TLS 1.3 and nothing before it ([`tls`]), pages out of the binary ([`assets`]), and what every answer says
//! of itself ([`headers`]). Who may ask for what is for those who serve.

pub mod assets;
pub mod headers;
pub mod listen;
pub mod tls;
