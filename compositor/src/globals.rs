//! The Wayland globals that clients see, made once at start.

use std::sync::Arc;

use smithay::reexports::wayland_protocols_misc::server_decoration::server::org_kde_kwin_server_decoration_manager::Mode;
use smithay::reexports::wayland_server::DisplayHandle;
use smithay::reexports::wayland_server::backend::GlobalId;
use smithay::utils::{Clock, Monotonic};
use smithay::wayland::alpha_modifier::AlphaModifierState;
use smithay::wayland::commit_timing::CommitTimingManagerState;
use smithay::wayland::compositor::CompositorState;
use smithay::wayland::content_type::ContentTypeState;
use smithay::wayland::cursor_shape::CursorShapeManagerState;
use smithay::wayland::dmabuf::DmabufState;
use smithay::wayland::drm_syncobj::DrmSyncobjState;
use smithay::wayland::fifo::FifoManagerState;
use smithay::wayland::foreign_toplevel_list::ForeignToplevelListState;
use smithay::wayland::fractional_scale::FractionalScaleManagerState;
use smithay::wayland::keyboard_shortcuts_inhibit::KeyboardShortcutsInhibitState;
use smithay::wayland::output::OutputManagerState;
use smithay::wayland::pointer_constraints::PointerConstraintsState;
use smithay::wayland::pointer_gestures::PointerGesturesState;
use smithay::wayland::presentation::PresentationState;
use smithay::wayland::relative_pointer::RelativePointerManagerState;
use smithay::wayland::security_context::SecurityContextState;
use smithay::wayland::selection::data_device::DataDeviceState;
use smithay::wayland::selection::primary_selection::PrimarySelectionState;
use smithay::wayland::selection::{ext_data_control, wlr_data_control};
use smithay::wayland::session_lock::SessionLockManagerState;
use smithay::wayland::shell::kde::decoration::KdeDecorationState;
use smithay::wayland::shell::wlr_layer::WlrLayerShellState;
use smithay::wayland::shell::xdg::XdgShellState;
use smithay::wayland::shell::xdg::decoration::XdgDecorationState;
use smithay::wayland::shm::ShmState;
use smithay::wayland::single_pixel_buffer::SinglePixelBufferState;
use smithay::wayland::tablet_manager::TabletManagerState;
use smithay::wayland::viewporter::ViewporterState;
use smithay::wayland::xdg_activation::XdgActivationState;
use smithay::wayland::xdg_system_bell::XdgSystemBellState;
use smithay::wayland::xdg_toplevel_tag::XdgToplevelTagManager;

use crate::foreign::Foreign;
use crate::handlers::{
    drm_syncobj, image_capture_source, image_copy_capture, input_method, linux_dmabuf, output_management, pointer_warp,
    screencopy, tearing_control, text_input, toplevel_icon, virtual_keyboard, virtual_pointer, wlr_foreign_toplevel,
    xdg_dialog, xdg_foreign, xdg_foreign_v1, xwayland_keyboard_grab, xwayland_shell,
};
use crate::render::Gpu;
use crate::state::State;
use crate::surface::EXTRA_FORMATS;
use crate::trust::{trusted, unconfined};

/// smithay's per-protocol state. Those that nothing asks for again are kept only to keep their global alive.
#[derive(Debug)]
pub struct Globals {
    pub(crate) compositor: CompositorState,
    pub(crate) shm: ShmState,
    pub(crate) xdg_shell: XdgShellState,
    pub(crate) data_device: DataDeviceState,
    pub(crate) primary_selection: PrimarySelectionState,
    pub(crate) data_control: ext_data_control::DataControlState,
    pub(crate) wlr_data_control: wlr_data_control::DataControlState,
    pub(crate) activation: XdgActivationState,
    pub(crate) dmabuf: DmabufState,
    pub(crate) syncobj: Option<DrmSyncobjState>,
    pub(crate) heads: output_management::Managers,
    pub(crate) icons: toplevel_icon::Held,
    /// Held once for each door that a sandbox has open.
    pub(crate) sandboxes: Arc<()>,
    pub(crate) layer_shell: WlrLayerShellState,
    pub(crate) session_lock: SessionLockManagerState,
    pub(crate) shortcuts_inhibit: KeyboardShortcutsInhibitState,
    pub(crate) foreign: Foreign,
    pub(crate) kde_decoration: KdeDecorationState,
    pub(crate) toplevel_list: ForeignToplevelListState,
    _alpha_modifier: AlphaModifierState,
    _bell: XdgSystemBellState,
    _commit_timing: CommitTimingManagerState,
    _content_type: ContentTypeState,
    _fifo: FifoManagerState,
    _toplevel_tag: XdgToplevelTagManager,
    _output_manager: OutputManagerState,
    _decoration: XdgDecorationState,
    _viewporter: ViewporterState,
    _fractional_scale: FractionalScaleManagerState,
    _presentation: PresentationState,
    _single_pixel: SinglePixelBufferState,
    _cursor_shape: CursorShapeManagerState,
    _relative_pointer: RelativePointerManagerState,
    _pointer_constraints: PointerConstraintsState,
    _pointer_gestures: PointerGesturesState,
    _tablet: TabletManagerState,
    _pointing: [GlobalId; 2],
    _text: [GlobalId; 3],
    _security_context: SecurityContextState,
}

impl Globals {
    /// Announces every protocol on `display`; buffers of the GPU where it takes them over, or if they are to be offered anyway.
    pub fn new(display: &DisplayHandle, clock: &Clock<Monotonic>, gpu: &Gpu, offer_dmabuf: bool) -> Self {
        output_management::announce(display);
        image_capture_source::announce(display);
        image_copy_capture::announce(display);
        screencopy::announce(display);
        tearing_control::announce(display);
        xdg_dialog::announce(display);
        toplevel_icon::announce(display);
        wlr_foreign_toplevel::announce(display);
        xdg_foreign::announce(display);
        xdg_foreign_v1::announce(display);
        xwayland_keyboard_grab::announce(display);
        xwayland_shell::announce(display);
        let primary_selection = PrimarySelectionState::new::<State>(display);
        let primary = Some(&primary_selection);
        Self {
            compositor: CompositorState::new_v6::<State>(display),
            shm: ShmState::new::<State>(display, EXTRA_FORMATS),
            xdg_shell: XdgShellState::new::<State>(display),
            data_device: DataDeviceState::new::<State>(display),
            data_control: ext_data_control::DataControlState::new::<State, _>(display, primary, trusted),
            wlr_data_control: wlr_data_control::DataControlState::new::<State, _>(display, primary, trusted),
            primary_selection,
            activation: XdgActivationState::new::<State>(display),
            dmabuf: linux_dmabuf::announce(display, gpu, offer_dmabuf),
            syncobj: drm_syncobj::announce(display, gpu, offer_dmabuf),
            heads: output_management::Managers::default(),
            icons: toplevel_icon::Held::default(),
            sandboxes: Arc::default(),
            layer_shell: WlrLayerShellState::new_with_filter::<State, _>(display, unconfined),
            session_lock: SessionLockManagerState::new::<State, _>(display, unconfined),
            shortcuts_inhibit: KeyboardShortcutsInhibitState::new::<State>(display),
            foreign: Foreign::default(),
            kde_decoration: KdeDecorationState::new::<State>(display, Mode::Server),
            toplevel_list: ForeignToplevelListState::new_with_filter::<State>(display, trusted),
            _alpha_modifier: AlphaModifierState::new::<State>(display),
            _bell: XdgSystemBellState::new::<State>(display),
            _commit_timing: CommitTimingManagerState::unmanaged::<State>(display),
            _content_type: ContentTypeState::new::<State>(display),
            _fifo: FifoManagerState::new::<State>(display),
            _toplevel_tag: XdgToplevelTagManager::new::<State>(display),
            _output_manager: OutputManagerState::new_with_xdg_output::<State>(display),
            _decoration: XdgDecorationState::new::<State>(display),
            _viewporter: ViewporterState::new::<State>(display),
            _fractional_scale: FractionalScaleManagerState::new::<State>(display),
            _presentation: PresentationState::new::<State>(display, clock.id() as u32),
            _single_pixel: SinglePixelBufferState::new::<State>(display),
            _cursor_shape: CursorShapeManagerState::new::<State>(display),
            _relative_pointer: RelativePointerManagerState::new::<State>(display),
            _pointer_constraints: PointerConstraintsState::new::<State>(display),
            _pointer_gestures: PointerGesturesState::new::<State>(display),
            _tablet: TabletManagerState::new::<State>(display),
            _pointing: [pointer_warp::announce(display), virtual_pointer::announce(display)],
            _text: [
                text_input::announce(display),
                input_method::announce(display),
                virtual_keyboard::announce(display),
            ],
            _security_context: SecurityContextState::new::<State, _>(display, unconfined),
        }
    }
}
