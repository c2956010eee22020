//! The protocols that the fuzzer can speak, by the name of their global.

use smithay::reexports::wayland_protocols::{ext, wp, xdg, xwayland};
use smithay::reexports::wayland_protocols_misc as misc;
use smithay::reexports::wayland_protocols_wlr as wlr;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::backend::protocol::Interface;
use smithay::reexports::wayland_server::protocol as core;

/// Requests and events of a global; `None` if nobody has entered it here.
pub fn interface(name: &str) -> Option<&'static Interface> {
    all().into_iter().find(|known| known.name == name)
}

fn all() -> Vec<&'static Interface> {
    vec![
        core::wl_compositor::WlCompositor::interface(),
        core::wl_data_device_manager::WlDataDeviceManager::interface(),
        core::wl_output::WlOutput::interface(),
        core::wl_seat::WlSeat::interface(),
        core::wl_shm::WlShm::interface(),
        core::wl_subcompositor::WlSubcompositor::interface(),
        ext::data_control::v1::server::ext_data_control_manager_v1::ExtDataControlManagerV1::interface(),
        ext::foreign_toplevel_list::v1::server::ext_foreign_toplevel_list_v1::ExtForeignToplevelListV1::interface(),
        ext::image_capture_source::v1::server::ext_foreign_toplevel_image_capture_source_manager_v1::ExtForeignToplevelImageCaptureSourceManagerV1::interface(),
        ext::image_capture_source::v1::server::ext_output_image_capture_source_manager_v1::ExtOutputImageCaptureSourceManagerV1::interface(),
        ext::image_copy_capture::v1::server::ext_image_copy_capture_manager_v1::ExtImageCopyCaptureManagerV1::interface(),
        ext::idle_notify::v1::server::ext_idle_notifier_v1::ExtIdleNotifierV1::interface(),
        ext::session_lock::v1::server::ext_session_lock_manager_v1::ExtSessionLockManagerV1::interface(),
        misc::gtk_primary_selection::server::gtk_primary_selection_device_manager::GtkPrimarySelectionDeviceManager::interface(),
        misc::server_decoration::server::org_kde_kwin_server_decoration_manager::OrgKdeKwinServerDecorationManager::interface(),
        misc::zwp_input_method_v2::server::zwp_input_method_manager_v2::ZwpInputMethodManagerV2::interface(),
        misc::zwp_virtual_keyboard_v1::server::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1::interface(),
        wlr::data_control::v1::server::zwlr_data_control_manager_v1::ZwlrDataControlManagerV1::interface(),
        wlr::foreign_toplevel::v1::server::zwlr_foreign_toplevel_manager_v1::ZwlrForeignToplevelManagerV1::interface(),
        wlr::layer_shell::v1::server::zwlr_layer_shell_v1::ZwlrLayerShellV1::interface(),
        wlr::output_management::v1::server::zwlr_output_manager_v1::ZwlrOutputManagerV1::interface(),
        wlr::screencopy::v1::server::zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1::interface(),
        wlr::virtual_pointer::v1::server::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1::interface(),
        wp::alpha_modifier::v1::server::wp_alpha_modifier_v1::WpAlphaModifierV1::interface(),
        wp::commit_timing::v1::server::wp_commit_timing_manager_v1::WpCommitTimingManagerV1::interface(),
        wp::content_type::v1::server::wp_content_type_manager_v1::WpContentTypeManagerV1::interface(),
        wp::cursor_shape::v1::server::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1::interface(),
        wp::fifo::v1::server::wp_fifo_manager_v1::WpFifoManagerV1::interface(),
        wp::fractional_scale::v1::server::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1::interface(),
        wp::idle_inhibit::zv1::server::zwp_idle_inhibit_manager_v1::ZwpIdleInhibitManagerV1::interface(),
        wp::keyboard_shortcuts_inhibit::zv1::server::zwp_keyboard_shortcuts_inhibit_manager_v1::ZwpKeyboardShortcutsInhibitManagerV1::interface(),
        wp::linux_dmabuf::zv1::server::zwp_linux_dmabuf_v1::ZwpLinuxDmabufV1::interface(),
        wp::linux_drm_syncobj::v1::server::wp_linux_drm_syncobj_manager_v1::WpLinuxDrmSyncobjManagerV1::interface(),
        wp::pointer_constraints::zv1::server::zwp_pointer_constraints_v1::ZwpPointerConstraintsV1::interface(),
        wp::pointer_gestures::zv1::server::zwp_pointer_gestures_v1::ZwpPointerGesturesV1::interface(),
        wp::pointer_warp::v1::server::wp_pointer_warp_v1::WpPointerWarpV1::interface(),
        wp::presentation_time::server::wp_presentation::WpPresentation::interface(),
        wp::primary_selection::zv1::server::zwp_primary_selection_device_manager_v1::ZwpPrimarySelectionDeviceManagerV1::interface(),
        wp::relative_pointer::zv1::server::zwp_relative_pointer_manager_v1::ZwpRelativePointerManagerV1::interface(),
        wp::security_context::v1::server::wp_security_context_manager_v1::WpSecurityContextManagerV1::interface(),
        wp::single_pixel_buffer::v1::server::wp_single_pixel_buffer_manager_v1::WpSinglePixelBufferManagerV1::interface(),
        wp::tablet::zv2::server::zwp_tablet_manager_v2::ZwpTabletManagerV2::interface(),
        wp::tearing_control::v1::server::wp_tearing_control_manager_v1::WpTearingControlManagerV1::interface(),
        wp::text_input::zv3::server::zwp_text_input_manager_v3::ZwpTextInputManagerV3::interface(),
        wp::viewporter::server::wp_viewporter::WpViewporter::interface(),
        xdg::activation::v1::server::xdg_activation_v1::XdgActivationV1::interface(),
        xdg::decoration::zv1::server::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1::interface(),
        xdg::dialog::v1::server::xdg_wm_dialog_v1::XdgWmDialogV1::interface(),
        xdg::foreign::zv1::server::zxdg_exporter_v1::ZxdgExporterV1::interface(),
        xdg::foreign::zv2::server::zxdg_exporter_v2::ZxdgExporterV2::interface(),
        xdg::foreign::zv2::server::zxdg_importer_v2::ZxdgImporterV2::interface(),
        xdg::shell::server::xdg_wm_base::XdgWmBase::interface(),
        xdg::system_bell::v1::server::xdg_system_bell_v1::XdgSystemBellV1::interface(),
        xdg::toplevel_icon::v1::server::xdg_toplevel_icon_manager_v1::XdgToplevelIconManagerV1::interface(),
        xdg::toplevel_tag::v1::server::xdg_toplevel_tag_manager_v1::XdgToplevelTagManagerV1::interface(),
        xdg::xdg_output::zv1::server::zxdg_output_manager_v1::ZxdgOutputManagerV1::interface(),
        xwayland::keyboard_grab::zv1::server::zwp_xwayland_keyboard_grab_manager_v1::ZwpXwaylandKeyboardGrabManagerV1::interface(),
        xwayland::shell::v1::server::xwayland_shell_v1::XwaylandShellV1::interface(),
    ]
}
