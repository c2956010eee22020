//! `zxdg_foreign_v2`: a window is a dialog of another program's window. `zxdg_exporter_v1` gives out handles too.

use wayland_protocols::xdg::foreign::zv1::client::zxdg_exported_v1::{self, ZxdgExportedV1};
use wayland_protocols::xdg::foreign::zv1::client::zxdg_exporter_v1::ZxdgExporterV1;
use wayland_protocols::xdg::foreign::zv2::client::zxdg_exported_v2::{self, ZxdgExportedV2};
use wayland_protocols::xdg::foreign::zv2::client::zxdg_exporter_v2::ZxdgExporterV2;
use wayland_protocols::xdg::foreign::zv2::client::zxdg_imported_v2::{self, ZxdgImportedV2};
use wayland_protocols::xdg::foreign::zv2::client::zxdg_importer_v2::ZxdgImporterV2;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

fn export(f: &mut Fixture, client: &mut Client, window: &Window) -> (ZxdgExportedV2, String) {
    let exporter: ZxdgExporterV2 = client.bind();
    let exported = exporter.export_toplevel(&window.surface, &client.qh, ());
    f.roundtrip(client);
    let handle = client.events(&exported).into_iter().next().map(|event| match event {
        zxdg_exported_v2::Event::Handle { handle } => handle,
        _ => panic!("it knows no other event"),
    });
    (exported, handle.expect("a handle"))
}

#[test]
fn a_dialog_of_another_program_stands_on_its_window_until_that_takes_it_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let parent_id = f.state.shell.focused().unwrap();
    let (exported, handle) = export(&mut f, &mut client, &parent);
    let mut portal = f.client();
    let importer: ZxdgImporterV2 = portal.bind();
    let imported: ZxdgImportedV2 = importer.import_toplevel(handle, &portal.qh, ());
    let dialog = Window::new(&mut portal);
    imported.set_parent_of(&dialog.surface);
    f.configure(&mut portal, &dialog);
    dialog.show(&portal.colour((200, 100), GREEN));
    f.roundtrip(&mut portal);
    let id = f.state.shell.focused().unwrap();
    assert!(f.state.shell.is_dialog(id));
    let (shot, area) = (f.shot(), f.area());
    assert_eq!(shot.count(GREEN), 200 * 100);
    assert_eq!(shot.count(RED), area.size.w * area.size.h - 200 * 100);

    exported.destroy();
    f.roundtrip(&mut client);
    f.turn();
    assert!(!f.state.shell.is_dialog(id));
    assert_ne!(id, parent_id);
}

#[test]
fn a_handle_that_nobody_gave_out_is_worth_nothing() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let importer: ZxdgImporterV2 = client.bind();
    let imported: ZxdgImportedV2 = importer.import_toplevel("made up".into(), &client.qh, ());
    f.roundtrip(&mut client);
    assert!(matches!(client.events(&imported)[..], [zxdg_imported_v2::Event::Destroyed]));
    let window = f.window(&mut client, RED);
    imported.set_parent_of(&window.surface);
    f.roundtrip(&mut client);
    assert!(!f.state.shell.is_dialog(f.state.shell.focused().unwrap()));
}

#[test]
fn a_handle_of_the_first_version_is_as_good_while_it_lasts() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let exporter: ZxdgExporterV1 = client.bind();
    let exported: ZxdgExportedV1 = exporter.export(&parent.surface, &client.qh, ());
    f.roundtrip(&mut client);
    let [zxdg_exported_v1::Event::Handle { handle }] = &client.events(&exported)[..] else { panic!("a handle") };
    let mut portal = f.client();
    let importer: ZxdgImporterV2 = portal.bind();
    let imported: ZxdgImportedV2 = importer.import_toplevel(handle.clone(), &portal.qh, ());
    let dialog = f.window(&mut portal, GREEN);
    let id = f.state.shell.focused().unwrap();
    imported.set_parent_of(&dialog.surface);
    f.roundtrip(&mut portal);
    assert!(f.state.shell.is_dialog(id));
    imported.destroy();
    f.roundtrip(&mut portal);
    assert!(!f.state.shell.is_dialog(id), "it is over with what it came by");
    exported.destroy();
    f.roundtrip(&mut client);
    let late: ZxdgImportedV2 = importer.import_toplevel(handle.clone(), &portal.qh, ());
    f.roundtrip(&mut portal);
    assert!(matches!(portal.events(&late)[..], [zxdg_imported_v2::Event::Destroyed]));
}

#[test]
fn who_gives_out_handles_without_end_gets_some_that_are_worth_nothing() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (_first, good) = export(&mut f, &mut client, &window);
    let exporter: ZxdgExporterV2 = client.bind();
    for _ in 0..1000 {
        let _: ZxdgExportedV2 = exporter.export_toplevel(&window.surface, &client.qh, ());
    }
    f.roundtrip(&mut client);
    let (_last, bad) = export(&mut f, &mut client, &window);
    let importer: ZxdgImporterV2 = client.bind();
    for (handle, worthless) in [(good, false), (bad, true)] {
        let imported: ZxdgImportedV2 = importer.import_toplevel(handle, &client.qh, ());
        f.roundtrip(&mut client);
        assert_eq!(!client.events(&imported).is_empty(), worthless);
    }
}
