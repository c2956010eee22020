//! `wp_linux_drm_syncobj_v1`: programs say with fences when a buffer is drawn, and hear with fences when it is theirs again.
//! Offered only where buffers of the GPU are and their device keeps such fences.

use std::fs::{File, OpenOptions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use smithay::backend::drm::DrmDeviceFd;
use smithay::delegate_drm_syncobj;
use smithay::reexports::wayland_server::DisplayHandle;
use smithay::utils::DeviceFd;
use smithay::wayland::drm_syncobj::{DrmSyncobjHandler, DrmSyncobjState, supports_syncobj_eventfd};

use crate::render::{Gpu, NoImport};
use crate::state::State;

/// Where the nodes of devices are.
const NODES: &str = "/dev/dri";

/// Why there are no fences.
#[derive(Debug, thiserror::Error)]
pub enum NoFences {
    /// They are for buffers of the GPU.
    #[error(transparent)]
    NoImport(#[from] NoImport),
    /// The device that draws cannot be found.
    #[error("the node of the device that draws is not in {NODES}")]
    NoNode,
    /// It is there, and cannot be opened.
    #[error("{}: {error}", path.display())]
    Node {
        /// The node.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// Its driver or the kernel is too old.
    #[error("{} has no fences that can be waited for", .0.display())]
    Lacking(PathBuf),
}

/// The device whose fences are waited for: the one that draws.
///
/// # Errors
/// If there is none: why.
pub(crate) fn device(gpu: &Gpu) -> Result<DrmDeviceFd, NoFences> {
    let device = gpu.import_support().map_err(NoImport::clone)?.device();
    let nodes = std::fs::read_dir(NODES).map_err(|_| NoFences::NoNode)?;
    let is_it = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|node| node.rdev() == device);
    let path = nodes.filter_map(|node| Some(node.ok()?.path())).find(is_it).ok_or(NoFences::NoNode)?;
    let flags = libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
    let opened: std::io::Result<File> = OpenOptions::new().read(true).write(true).custom_flags(flags).open(&path);
    let node = opened.map_err(|error| NoFences::Node { path: path.clone(), error })?;
    let node = DrmDeviceFd::new(DeviceFd::from(OwnedFd::from(node)));
    if supports_syncobj_eventfd(&node) { Ok(node) } else { Err(NoFences::Lacking(path)) }
}

/// Announces the protocol where it can be spoken, and elsewhere only if `anyway`: then nothing is a fence.
pub(crate) fn announce(display: &DisplayHandle, gpu: &Gpu, anyway: bool) -> Option<DrmSyncobjState> {
    let device = device(gpu).inspect_err(|reason| tracing::debug!(%reason, "no fences of programs")).ok();
    let device = device.or_else(|| no_device().filter(|_| anyway))?;
    Some(DrmSyncobjState::new::<State>(display, device))
}

/// A device that knows no fence.
fn no_device() -> Option<DrmDeviceFd> {
    Some(DrmDeviceFd::new(DeviceFd::from(OwnedFd::from(File::open("/dev/null").ok()?))))
}

impl DrmSyncobjHandler for State {
    fn drm_syncobj_state(&mut self) -> Option<&mut DrmSyncobjState> {
        self.globals.syncobj.as_mut()
    }
}

delegate_drm_syncobj!(State);
