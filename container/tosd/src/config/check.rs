//! What values have to be, each and together.

use super::{Bind, Config, HomeKind};

impl Config {
    /// Says what cannot be.
    pub(super) fn check(&self) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        let short = (1..=16).contains(&self.instance.len());
        if !short || !self.instance.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            return fail("instance has 1 to 16 of a-z and 0-9: it is part of names");
        }
        if !self.data.is_absolute() || !self.run.is_absolute() {
            return fail("data and run are absolute paths");
        }
        if self.gateway.names.is_empty() {
            return fail("gateway.names has at least one name");
        }
        if self.gateway.certificate.is_some() != self.gateway.key.is_some() {
            return fail("gateway.certificate and gateway.key go together");
        }
        if self.gateway.certificate.is_some() && self.gateway.acme.is_some() {
            return fail("gateway.certificate and gateway.acme exclude each other");
        }
        if !self.media.turn.is_empty() && self.media.turn_secret.is_none() {
            return fail("media.turn needs media.turn_secret");
        }
        if self.runtime.ids_each < 65_536 {
            return fail("runtime.ids_each is at least 65536: programs inside expect the usual ids");
        }
        let last = u64::from(self.runtime.first_id) + u64::from(self.runtime.ids_each) * u64::from(self.runtime.most);
        if self.runtime.first_id < 65_536 || last > u64::from(u32::MAX) {
            return fail("runtime.first_id, ids_each and most leave the ids that can be given out");
        }
        if self.runtime.most == 0 || self.media.ports.count() / 4 < self.runtime.most {
            return fail("media.ports has at least four ports for each of runtime.most containers");
        }
        if self.volumes.home == HomeKind::Gocryptfs
            && self.volumes.key_file.is_none() == self.volumes.key_command.is_empty()
        {
            return fail("volumes.home = \"gocryptfs\" needs one of volumes.key_file and volumes.key_command");
        }
        if self.volumes.home == HomeKind::Command
            && (self.volumes.mount_command.is_empty() || self.volumes.unmount_command.is_empty())
        {
            return fail("volumes.home = \"command\" needs volumes.mount_command and volumes.unmount_command");
        }
        if self.lifecycle.checkpoint && self.volumes.bind != Bind::Direct {
            return fail(
                "lifecycle.checkpoint needs volumes.bind = \"direct\": what is mounted later is in no checkpoint",
            );
        }
        if self.observe.listen.is_some_and(|address| !address.ip().is_loopback()) {
            return fail("observe.listen is a loopback address: figures are for the host");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::ConfigError;

    #[test]
    fn what_does_not_go_together_is_refused() {
        for text in [
            "instance = \"A b\"",
            "run = \"here\"",
            "[gateway]\ncertificate = \"/a\"",
            "[runtime]\nmost = 100000",
            "[media]\nports = \"50000-50003\"",
            "[volumes]\nhome = \"gocryptfs\"",
            "[volumes]\nhome = \"command\"",
            "[lifecycle]\ncheckpoint = true",
            "[observe]\nlisten = \"0.0.0.0:1\"",
        ] {
            assert!(matches!(Config::parse(text, Path::new("tosd.toml")), Err(ConfigError::Together { .. })), "{text}");
        }
    }
}
