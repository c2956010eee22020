//! `wl_shm`: pictures in memory that a client shares. They are copied at commit, see [`crate::surface`].

use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_shm::{self, WlShm};
use smithay::reexports::wayland_server::protocol::wl_shm_pool::{self, WlShmPool};
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, Resource, delegate_dispatch, delegate_global_dispatch,
};
use smithay::wayland::buffer::BufferHandler;
use smithay::wayland::dmabuf::get_dmabuf;
use smithay::wayland::shm::{ShmBufferUserData, ShmHandler, ShmPoolUserData, ShmState};

use crate::state::State;

impl ShmHandler for State {
    fn shm_state(&self) -> &ShmState {
        &self.globals.shm
    }
}

impl BufferHandler for State {
    fn buffer_destroyed(&mut self, buffer: &WlBuffer) {
        // Nothing else refers to a buffer after the commit that brought it.
        self.globals.icons.destroyed(buffer);
        if let Ok(dmabuf) = get_dmabuf(buffer) {
            self.imports.remove(dmabuf);
        }
    }
}

// What `delegate_shm!` does, but for the pools.
delegate_global_dispatch!(State: [WlShm: ()] => ShmState);
delegate_dispatch!(State: [WlShm: ()] => ShmState);
delegate_dispatch!(State: [WlBuffer: ShmBufferUserData] => ShmState);

impl Dispatch<WlShmPool, ShmPoolUserData> for State {
    fn request(
        state: &mut Self,
        client: &Client,
        pool: &WlShmPool,
        request: wl_shm_pool::Request,
        data: &ShmPoolUserData,
        display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        // smithay 0.7 posts an error for such a size and then unwraps it: any client could end the session.
        if let wl_shm_pool::Request::Resize { size } = &request
            && *size <= 0
        {
            pool.post_error(wl_shm::Error::InvalidFd, "invalid wl_shm_pool size");
            return;
        }
        <ShmState as Dispatch<WlShmPool, ShmPoolUserData, Self>>::request(
            state, client, pool, request, data, display, init,
        );
    }
}
