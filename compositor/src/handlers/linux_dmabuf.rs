//! `zwp_linux_dmabuf_v1`: buffers on the GPU. Offered only where the device can take them over; what becomes of them is in
//! [`crate::imports`], what is believed of them in [`crate::render`].

use smithay::backend::allocator::dmabuf::Dmabuf;
use smithay::backend::allocator::{Format, Fourcc};
use smithay::delegate_dmabuf;
use smithay::reexports::calloop::Interest;
use smithay::reexports::wayland_server::DisplayHandle;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::compositor::{BufferAssignment, SurfaceAttributes, with_states};
use smithay::wayland::dmabuf::{
    DmabufFeedbackBuilder, DmabufGlobal, DmabufHandler, DmabufState, ImportNotifier, get_dmabuf,
};
use smithay::wayland::drm_syncobj::DrmSyncobjCachedState;

use crate::render::{Gpu, LINEAR, Refused};
use crate::state::State;

/// What is offered where nothing can be taken over, to see it refused.
const UNTAKEN: [Fourcc; 2] = [Fourcc::Argb8888, Fourcc::Xrgb8888];

/// Announces the protocol where the device takes buffers over, and elsewhere only if `anyway`.
pub(crate) fn announce(display: &DisplayHandle, gpu: &Gpu, anyway: bool) -> DmabufState {
    let mut state = DmabufState::new();
    let (device, formats): (u64, Vec<Format>) = match gpu.import_support() {
        Ok(support) => (support.device(), support.formats().collect()),
        Err(_) if anyway => (0, UNTAKEN.map(|code| Format { code, modifier: LINEAR }).to_vec()),
        Err(_) => return state,
    };
    // One tranche: whatever is drawn on that device is shown by it, and nothing goes to a screen directly.
    match DmabufFeedbackBuilder::new(device, formats).build() {
        Ok(feedback) => _ = state.create_global_with_default_feedback::<State>(display, &feedback),
        Err(error) => tracing::error!(%error, "buffers of the GPU are not offered"),
    }
    state
}

impl DmabufHandler for State {
    fn dmabuf_state(&mut self) -> &mut DmabufState {
        &mut self.globals.dmabuf
    }

    fn dmabuf_imported(&mut self, _: &DmabufGlobal, dmabuf: Dmabuf, notifier: ImportNotifier) {
        let Some(client) = notifier.client() else { return notifier.failed() };
        match self.imports.add(&self.gpu, &dmabuf, &client) {
            Ok(_) => {
                if notifier.successful::<Self>().is_err() {
                    self.imports.remove(&dmabuf);
                }
            }
            Err(reason) => {
                tracing::debug!(%reason, "a program's buffer was not taken");
                match reason {
                    Refused::Planes { .. } => notifier.incomplete(),
                    _ => notifier.failed(),
                }
            }
        }
    }
}

impl State {
    /// A surface is about to commit a buffer that the GPU may still draw in: it counts when that is done.
    pub(crate) fn hold_until_drawn(&mut self, surface: &WlSurface) {
        let (acquired, dmabuf) = with_states(surface, |states| {
            let mut attributes = states.cached_state.get::<SurfaceAttributes>();
            let dmabuf = match attributes.pending().buffer.as_ref() {
                Some(BufferAssignment::NewBuffer(buffer)) => get_dmabuf(buffer).ok().cloned(),
                _ => None,
            };
            (states.cached_state.get::<DrmSyncobjCachedState>().pending().acquire_point.clone(), dmabuf)
        });
        let Some(dmabuf) = dmabuf else { return };
        if let Some(point) = acquired {
            match point.generate_blocker() {
                Ok((blocker, source)) => return self.imports.hold(surface, blocker, source),
                Err(error) => tracing::warn!(%error, "a program's fence cannot be waited for"),
            }
        }
        // Programs that name no fence have the kernel keep it with the buffer.
        if let Ok((blocker, source)) = dmabuf.generate_blocker(Interest::READ) {
            self.imports.hold(surface, blocker, source);
        }
    }
}

delegate_dmabuf!(State);
