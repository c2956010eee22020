//! What browsers call this place. A request that calls it anything else is for somebody else.

/// Our names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    names: Vec<String>,
    ports: Option<String>,
    port: u16,
}

/// Which of our sites a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// The portal and the desktops.
    Main,
    /// A name of ours that is not the one that counts.
    Other,
    /// The port of somebody's container, on a site of its own.
    Port {
        /// The label before the domain.
        label: String,
    },
}

impl Origins {
    /// Host names, the first of which counts, and the port that people see. `ports` is the domain whose subdomains show
    /// ports of containers, such as `https://*.ports.example.org` or `ports.example.org`.
    ///
    /// # Errors
    /// The domain of the ports is the portal's, or above it: what runs there could set cookies here.
    pub fn new(names: &[String], port: u16, ports: Option<&str>) -> Result<Self, String> {
        let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        if names.is_empty() {
            names.push("localhost".into());
        }
        let ports = ports.map(|text| {
            let bare = text.trim_start_matches("https://").trim_start_matches("*.").trim_end_matches('/');
            let bare = bare.split(':').next().unwrap_or_default();
            bare.trim_matches('.').to_ascii_lowercase()
        });
        if let Some(domain) = &ports {
            if domain.is_empty() {
                return Err("ports_origin names no domain".into());
            }
            if names.iter().any(|name| name == domain || name.ends_with(&format!(".{domain}"))) {
                return Err(format!("ports_origin: {domain} must not be the portal's own name, or above it"));
            }
        }
        Ok(Self { names, ports, port })
    }

    fn with_port(&self, host: &str) -> String {
        if self.port == 443 { host.to_owned() } else { format!("{host}:{}", self.port) }
    }

    /// The one that counts, such as `https://tos.example.org`.
    pub fn first(&self) -> String {
        format!("https://{}", self.with_port(self.host()))
    }

    /// Its host alone: the relying party of passkeys.
    pub fn host(&self) -> &str {
        self.names.first().map_or("localhost", String::as_str)
    }

    /// Hosts that a certificate has to name.
    pub fn hosts(&self) -> Vec<String> {
        self.names.iter().cloned().chain(self.ports.iter().map(|domain| format!("*.{domain}"))).collect()
    }

    /// Which site a `Host` names. `None`: it is none of ours.
    pub fn site(&self, host: &str) -> Option<Site> {
        let host = host.to_ascii_lowercase();
        let bare = match self.port {
            443 => host.strip_suffix(":443").unwrap_or(&host),
            port => host.strip_suffix(&format!(":{port}"))?,
        };
        match self.names.iter().position(|name| name == bare) {
            Some(0) => return Some(Site::Main),
            Some(_) => return Some(Site::Other),
            None => {}
        }
        let label = bare.strip_suffix(self.ports.as_deref()?)?.strip_suffix('.')?;
        let fits = (1..=63).contains(&label.len());
        let known = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (fits && known).then(|| Site::Port { label: label.to_owned() })
    }

    /// Where the port of a container is seen: `https://LABEL.DOMAIN`. `None`: ports have no site of their own.
    pub fn of_port(&self, label: &str) -> Option<String> {
        let domain = self.ports.as_ref()?;
        Some(format!("https://{}", self.with_port(&format!("{label}.{domain}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(names: &[&str], port: u16, ports: Option<&str>) -> Result<Origins, String> {
        Origins::new(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), port, ports)
    }

    #[test]
    fn only_our_own_names_are_ours() {
        let origins = origins(&["tos.example", "other.example"], 443, Some("https://*.ports.example")).unwrap();
        assert_eq!(origins.site("tos.example"), Some(Site::Main));
        assert_eq!(origins.site("TOS.example:443"), Some(Site::Main));
        assert_eq!(origins.site("other.example"), Some(Site::Other));
        assert_eq!(origins.site("ada-8888.ports.example"), Some(Site::Port { label: "ada-8888".into() }));
        let not = [
            "",
            "tos.example:80",
            "tos.example.",
            "evil.example",
            "ports.example",
            "a.b.ports.example",
            "xports.example",
        ];
        for name in not {
            assert_eq!(origins.site(name), None, "{name}");
        }
        assert_eq!(origins.of_port("ada-1").as_deref(), Some("https://ada-1.ports.example"));
    }

    #[test]
    fn a_port_that_people_see_is_part_of_the_name() {
        let origins = origins(&[], 8443, None).unwrap();
        assert_eq!((origins.first().as_str(), origins.host()), ("https://localhost:8443", "localhost"));
        assert_eq!(origins.site("localhost:8443"), Some(Site::Main));
        assert_eq!(origins.site("localhost"), None);
    }

    #[test]
    fn ports_are_never_shown_above_the_portal() {
        for domain in ["example", "tos.example", "*.example", ""] {
            assert!(origins(&["tos.example"], 443, Some(domain)).is_err(), "{domain}");
        }
    }
}
