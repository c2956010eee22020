//! The session bus: that of a session around this one, or one of our own.
//!
//! Our own is started before anything else and gets ready while a GPU is looked for; nobody waits for it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

use crate::state::State;

const ADDRESS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Ends the bus when dropped, if it is our own, and takes away what lies on the disk.
#[derive(Debug)]
pub(crate) struct SessionBus {
    _portals: Option<bus::Portals>,
    daemon: Option<bus::Daemon>,
}

impl SessionBus {
    /// Begins with it; `environment` then names it to programs. Does not wait.
    pub(crate) fn begin(directory: &Path, socket: &str, environment: &mut Vec<(OsString, OsString)>) -> Self {
        let directory_of_portals = directory.join(format!("{socket}-portals"));
        let portals = match bus::write_portals(&directory_of_portals) {
            Ok(portals) => {
                environment.push(("XDG_DESKTOP_PORTAL_DIR".into(), directory_of_portals.into()));
                Some(portals)
            }
            Err(error) => {
                tracing::warn!(%error, "programs do not learn how the desktop looks");
                None
            }
        };
        if std::env::var_os(ADDRESS).is_some() {
            return Self { _portals: portals, daemon: None };
        }
        let daemon = match bus::Daemon::spawn(&directory.join(format!("{socket}-bus")), environment) {
            Ok(daemon) => {
                environment.push((ADDRESS.into(), daemon.address.clone().into()));
                Some(daemon)
            }
            Err(error) => {
                tracing::warn!(%error, "programs are without a session bus");
                None
            }
        };
        Self { _portals: portals, daemon }
    }

    /// Goes onto it, once it listens. Services that it starts get all of `environment`, some of which nobody knew when it
    /// began.
    pub(crate) fn join(&mut self, environment: &mut Vec<(OsString, OsString)>, state: &mut State) {
        let Some(daemon) = &mut self.daemon else {
            if let Ok(address) = std::env::var(ADDRESS) {
                // What is started on somebody else's bus is not ours.
                state.go_onto_bus(address.clone(), HashMap::new());
                state.become_tray(address);
            }
            return;
        };
        if let Err(error) = daemon.listens() {
            tracing::warn!(%error, "programs are without a session bus");
            environment.retain(|(name, _)| name != ADDRESS);
            self.daemon = None;
            return;
        }
        let address = daemon.address.clone();
        let text = |(name, value): &(OsString, OsString)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()));
        state.go_onto_bus(address.clone(), environment.iter().filter_map(text).collect());
        state.become_tray(address);
    }
}
