//! `zxdg_exporter_v1`: how GTK names a window for a portal. Handles are those of the second version, and only the desktop
//! itself takes them.

use smithay::reexports::wayland_protocols::xdg::foreign::zv1::server::zxdg_exported_v1::{self, ZxdgExportedV1};
use smithay::reexports::wayland_protocols::xdg::foreign::zv1::server::zxdg_exporter_v1::{self, ZxdgExporterV1};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New};

use super::xdg_foreign::Handle;
use crate::state::State;

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZxdgExporterV1, ()>(1, ());
}

impl GlobalDispatch<ZxdgExporterV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        exporter: New<ZxdgExporterV1>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(exporter, ());
    }
}

impl Dispatch<ZxdgExporterV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ZxdgExporterV1,
        request: zxdg_exporter_v1::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let zxdg_exporter_v1::Request::Export { id, surface } = request else { return };
        let handle = state.globals.foreign.export(surface).unwrap_or_default();
        let exported = data_init.init(id, Handle(handle.clone()));
        exported.handle(handle);
    }
}

impl Dispatch<ZxdgExportedV1, Handle> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ZxdgExportedV1,
        _: zxdg_exported_v1::Request,
        _: &Handle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }

    fn destroyed(state: &mut Self, _: ClientId, _: &ZxdgExportedV1, handle: &Handle) {
        state.unexport(&handle.0);
    }
}
