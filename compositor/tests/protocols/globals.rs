//! `wl_registry`: what is promised to programs, and what is kept from them.

use crate::fixture::Fixture;

#[test]
fn everything_promised_is_offered_and_nothing_else() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let mut globals: Vec<String> = client.globals().into_iter().map(|(interface, _)| interface).collect();
    globals.sort();
    // Screen capture, virtual input and lists of other programs' windows are not among them.
    let promised = [
        "wl_compositor",
        "wl_data_device_manager",
        "wl_output",
        "wl_seat",
        "wl_shm",
        "wl_subcompositor",
        "wp_cursor_shape_manager_v1",
        "wp_fractional_scale_manager_v1",
        "wp_presentation",
        "wp_single_pixel_buffer_manager_v1",
        "wp_viewporter",
        "xdg_activation_v1",
        "xdg_wm_base",
        "zwp_pointer_gestures_v1",
        "zwp_primary_selection_device_manager_v1",
        "zwp_relative_pointer_manager_v1",
        "zwp_tablet_manager_v2",
        "zxdg_decoration_manager_v1",
        "zxdg_output_manager_v1",
    ];
    assert_eq!(globals, promised);
}
