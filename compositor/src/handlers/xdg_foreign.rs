//! `zxdg_foreign_v2`: a program makes its window a dialog of another program's, as portals do.

use smithay::reexports::wayland_protocols::xdg::foreign::zv2::server::zxdg_exported_v2::{self, ZxdgExportedV2};
use smithay::reexports::wayland_protocols::xdg::foreign::zv2::server::zxdg_exporter_v2::{self, ZxdgExporterV2};
use smithay::reexports::wayland_protocols::xdg::foreign::zv2::server::zxdg_imported_v2::{self, ZxdgImportedV2};
use smithay::reexports::wayland_protocols::xdg::foreign::zv2::server::zxdg_importer_v2::{self, ZxdgImporterV2};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use crate::state::State;

/// The handle that an object stands for.
#[derive(Debug)]
pub(crate) struct Handle(pub(super) String);

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZxdgExporterV2, ()>(1, ());
    display.create_global::<State, ZxdgImporterV2, ()>(1, ());
}

impl GlobalDispatch<ZxdgExporterV2, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        exporter: New<ZxdgExporterV2>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(exporter, ());
    }
}

impl GlobalDispatch<ZxdgImporterV2, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        importer: New<ZxdgImporterV2>,
        (): &(),
        data_init: &mut DataInit<'_, Self>,
    ) {
        data_init.init(importer, ());
    }
}

impl Dispatch<ZxdgExporterV2, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ZxdgExporterV2,
        request: zxdg_exporter_v2::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let zxdg_exporter_v2::Request::ExportToplevel { id, surface } = request else { return };
        let handle = state.globals.foreign.export(surface).unwrap_or_default();
        let exported = data_init.init(id, Handle(handle.clone()));
        exported.handle(handle);
    }
}

impl Dispatch<ZxdgExportedV2, Handle> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ZxdgExportedV2,
        _: zxdg_exported_v2::Request,
        _: &Handle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }

    fn destroyed(state: &mut Self, _: ClientId, _: &ZxdgExportedV2, handle: &Handle) {
        state.unexport(&handle.0);
    }
}

impl Dispatch<ZxdgImporterV2, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ZxdgImporterV2,
        request: zxdg_importer_v2::Request,
        (): &(),
        _: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let zxdg_importer_v2::Request::ImportToplevel { id, handle } = request else { return };
        let imported = data_init.init(id, ());
        state.import(handle, imported);
    }
}

impl Dispatch<ZxdgImportedV2, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        imported: &ZxdgImportedV2,
        request: zxdg_imported_v2::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        let zxdg_imported_v2::Request::SetParentOf { surface } = request else { return };
        if let Err(reason) = state.relate(imported, surface) {
            imported.post_error(zxdg_imported_v2::Error::InvalidSurface, reason);
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, imported: &ZxdgImportedV2, (): &()) {
        state.unimport(imported);
    }
}
