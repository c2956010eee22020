//! `wl_registry`: what is promised to programs, and what is kept from them.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};

use compositor::trust::Trust;

use crate::client::Client;
use crate::fixture::Fixture;

#[test]
fn everything_promised_is_offered_and_nothing_else() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let mut promised = PROMISED.to_vec();
    promised.sort_unstable();
    assert_eq!(names(&mut client), promised);
}

#[test]
fn trusted_clients_are_offered_more_and_nothing_less() {
    let mut f = Fixture::new();
    let mut client = f.trusted_client();
    let mut expected = [PROMISED, PRIVILEGED].concat();
    expected.sort_unstable();
    assert_eq!(names(&mut client), expected);
}

#[test]
fn the_trusted_socket_is_the_users_alone_and_goes_with_the_session() {
    let mut f = Fixture::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wayland-9-trusted");
    // Left behind by a session that was killed.
    drop(UnixListener::bind(&path).unwrap());
    let file = f.listen_trusted(directory.path());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut client = Client::new(UnixStream::connect(&path).unwrap());
    f.let_in(&mut client);
    let mut inherited = Client::new(f.state.connect_helper(Trust::Trusted).unwrap().into());
    f.roundtrip(&mut inherited);
    let mut ordinary = f.client();
    for trusted in [&mut client, &mut inherited] {
        let seen = names(trusted);
        assert!(PRIVILEGED.iter().all(|name| seen.iter().any(|seen| seen == name)));
    }
    assert!(names(&mut ordinary).iter().all(|name| !PRIVILEGED.contains(&name.as_str())));
    drop(file);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn what_only_watches_sees_the_screen_and_nothing_else_that_is_privileged() {
    let mut f = Fixture::new();
    let mut watching = Client::new(f.state.connect_helper(Trust::Watching).unwrap().into());
    f.roundtrip(&mut watching);
    let seen = names(&mut watching);
    let privileged: Vec<&&str> = PRIVILEGED.iter().filter(|name| seen.iter().any(|seen| seen == *name)).collect();
    assert_eq!(privileged, [&"zwlr_screencopy_manager_v1"]);
    assert!(UNCONFINED.iter().all(|name| !seen.iter().any(|seen| seen == name)));
}

/// To every program. Screen capture, virtual input and lists of other programs' windows are not among them.
const PROMISED: &[&str] = &[
    "ext_idle_notifier_v1",
    "ext_session_lock_manager_v1",
    "org_kde_kwin_server_decoration_manager",
    "wl_compositor",
    "wl_data_device_manager",
    "wl_output",
    "wl_seat",
    "wl_shm",
    "wl_subcompositor",
    "wp_alpha_modifier_v1",
    "wp_commit_timing_manager_v1",
    "wp_content_type_manager_v1",
    "wp_cursor_shape_manager_v1",
    "wp_fifo_manager_v1",
    "wp_fractional_scale_manager_v1",
    "wp_pointer_warp_v1",
    "wp_presentation",
    "wp_security_context_manager_v1",
    "wp_single_pixel_buffer_manager_v1",
    "wp_tearing_control_manager_v1",
    "wp_viewporter",
    "xdg_activation_v1",
    "xdg_system_bell_v1",
    "xdg_toplevel_icon_manager_v1",
    "xdg_toplevel_tag_manager_v1",
    "xdg_wm_base",
    "xdg_wm_dialog_v1",
    "zwlr_layer_shell_v1",
    "zwp_idle_inhibit_manager_v1",
    "zwp_keyboard_shortcuts_inhibit_manager_v1",
    "zwp_pointer_constraints_v1",
    "zwp_pointer_gestures_v1",
    "zwp_primary_selection_device_manager_v1",
    "zwp_relative_pointer_manager_v1",
    "zwp_tablet_manager_v2",
    "zwp_text_input_manager_v3",
    "zxdg_decoration_manager_v1",
    "zxdg_exporter_v1",
    "zxdg_exporter_v2",
    "zxdg_importer_v2",
    "zxdg_output_manager_v1",
];

/// Of these, what sandboxes do not see.
pub const UNCONFINED: &[&str] =
    &["ext_session_lock_manager_v1", "wp_security_context_manager_v1", "zwlr_layer_shell_v1"];

/// To trusted ones besides.
pub const PRIVILEGED: &[&str] = &[
    "ext_data_control_manager_v1",
    "ext_foreign_toplevel_image_capture_source_manager_v1",
    "ext_foreign_toplevel_list_v1",
    "ext_image_copy_capture_manager_v1",
    "ext_output_image_capture_source_manager_v1",
    "zwlr_data_control_manager_v1",
    "zwlr_foreign_toplevel_manager_v1",
    "zwlr_output_manager_v1",
    "zwlr_screencopy_manager_v1",
    "zwlr_virtual_pointer_manager_v1",
    "zwp_input_method_manager_v2",
    "zwp_virtual_keyboard_manager_v1",
];

/// What a client is offered, sorted.
pub fn names(client: &mut Client) -> Vec<String> {
    let mut globals: Vec<String> = client.globals().into_iter().map(|(interface, _)| interface).collect();
    globals.sort();
    globals
}
