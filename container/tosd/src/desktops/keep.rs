//! Putting a desktop away with its processes, and letting them go on, by the runtime's checkpoints.
//!
//! The container goes; its name and numbers stay its own, because its processes know them. What is kept is used once: what
//! goes on from there is newer than it.

use std::{fs, io, os::unix::fs::DirBuilderExt as _, path::PathBuf, time::Duration};

use runtime::{Error, Name};
use store::DesktopState;

use super::{
    house::{House, of_runtime},
    work::Work,
};
use crate::lifecycle::Trouble;

impl House {
    fn archive(&self, name: &Name) -> PathBuf {
        self.config.data.join("checkpoints").join(format!("{name}.tar"))
    }

    fn used(&self, name: &Name) -> PathBuf {
        self.archive(name).with_extension("used")
    }

    /// Whether a container's processes are in a file. Those of one that is there as well went on, or were never ended.
    pub(super) fn is_kept(&self, name: &Name, there: bool) -> bool {
        if there {
            self.forget_kept(name);
        }
        !there && self.archive(name).is_file()
    }

    /// Takes away what is kept of a container.
    pub(super) fn forget_kept(&self, name: &Name) {
        for file in [self.archive(name), self.archive(name).with_extension("unfinished"), self.used(name)] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(file = %file.display(), %error, "what was kept of processes stays for now");
                }
                _ => {}
            }
        }
    }
}

impl Work {
    /// Writes the processes down, which ends them. Cut off before that, the container is there and is asked again.
    pub(super) async fn keep(&mut self, house: &House) -> Result<(), Trouble> {
        let name = self.there()?;
        let archive = house.archive(&name);
        let folder = house.config.data.join("checkpoints");
        // All that is in the memory of somebody's programs.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(later)?;
        if !archive.is_file() {
            house.runtime.checkpoint(&name, &archive).await.map_err(of_runtime)?;
        }
        match house.runtime.remove(&name, Duration::ZERO).await {
            Ok(()) | Err(Error::Missing(_)) => {}
            Err(error) => return Err(Trouble::Later(error.to_string())),
        }
        house.volumes.clear(&name, Some(&self.name)).await.map_err(later)?;
        self.record(house, |row| row.state = DesktopState::Hibernated).await
    }

    /// Lets them go on. Whatever comes of it, this is done once; without it, the snapshot says how the desktop was.
    pub(super) async fn restore(&mut self, house: &House) -> Result<(), Trouble> {
        let name = self.there()?;
        let plan = self.plan(house).await?;
        let spec = house.prepare(&name, &plan, Some(&self.name)).await?;
        let (archive, used) = (house.archive(&name), house.used(&name));
        fs::rename(&archive, &used).map_err(|error| Trouble::Broken(error.to_string()))?;
        match house.runtime.restore(&spec, &used).await {
            Ok(()) => {
                house.forget_kept(&name);
                house.owners.lock().insert(name, self.name.clone());
                Ok(())
            }
            Err(error @ Error::Unreachable(_)) => {
                fs::rename(&used, &archive).map_err(later)?;
                Err(of_runtime(error))
            }
            Err(error) => {
                tracing::warn!(user = self.name, %error, "processes do not go on; the desktop begins from its snapshot");
                // Half of it may be there.
                house.runtime.remove(&name, Duration::ZERO).await.map_err(later)?;
                house.forget_kept(&name);
                Err(of_runtime(error))
            }
        }
    }
}

fn later(error: impl std::fmt::Display) -> Trouble {
    Trouble::Later(error.to_string())
}
