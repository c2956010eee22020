//! `zwp_input_method_v2`: a program that makes text of keys, such as fcitx5. For trusted ones alone: it sees what is typed.
//! What it says counts in [`crate::composing`].

use smithay::reexports::wayland_protocols_misc::zwp_input_method_v2::server::{
    zwp_input_method_keyboard_grab_v2::{self, ZwpInputMethodKeyboardGrabV2},
    zwp_input_method_manager_v2::{self, ZwpInputMethodManagerV2},
    zwp_input_method_v2::{self, ZwpInputMethodV2},
    zwp_input_popup_surface_v2::{self, ZwpInputPopupSurfaceV2},
};
use smithay::reexports::wayland_server::backend::{ClientId, GlobalId};
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};
use smithay::wayland::compositor::{get_role, give_role};

use crate::state::State;
use crate::trust::trusted;

const VERSION: u32 = 1;
const POPUP_ROLE: &str = "zwp_input_popup_surface_v2";
/// The protocol asks for an error and names none.
const ROLE_ERROR: u32 = 0;

// smithay's own module takes the keyboard with a grab of the seat, which a menu's grab would end.

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) -> GlobalId {
    display.create_global::<State, ZwpInputMethodManagerV2, ()>(VERSION, ())
}

impl GlobalDispatch<ZwpInputMethodManagerV2, ()> for State {
    fn bind(
        _state: &mut Self,
        _display: &DisplayHandle,
        _client: &Client,
        manager: New<ZwpInputMethodManagerV2>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl Dispatch<ZwpInputMethodManagerV2, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        _manager: &ZwpInputMethodManagerV2,
        request: zwp_input_method_manager_v2::Request,
        (): &(),
        _display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let zwp_input_method_manager_v2::Request::GetInputMethod { input_method, .. } = request {
            state.composing.add_method(init.init(input_method, ()));
        }
    }
}

impl Dispatch<ZwpInputMethodV2, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        method: &ZwpInputMethodV2,
        request: zwp_input_method_v2::Request,
        (): &(),
        _display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use zwp_input_method_v2::Request;
        match request {
            Request::CommitString { text } => state.composing.method_commits(method, text),
            Request::SetPreeditString { text, cursor_begin, cursor_end } => {
                state.composing.method_composes(method, text, cursor_begin, cursor_end);
            }
            Request::DeleteSurroundingText { before_length, after_length } => {
                state.composing.method_deletes(method, before_length, after_length);
            }
            Request::Commit { serial } => state.composing.method_is_done(method, serial),
            Request::GetInputPopupSurface { id, surface } => {
                let popup = init.init(id, ());
                let other = get_role(&surface).is_some_and(|role| role != POPUP_ROLE);
                if other || give_role(&surface, POPUP_ROLE).is_err() && get_role(&surface) != Some(POPUP_ROLE) {
                    method.post_error(ROLE_ERROR, "the surface has another role");
                    return;
                }
                state.composing.add_popup(method, popup, surface);
                state.screens.damage();
            }
            Request::GrabKeyboard { keyboard } => {
                let grab = init.init(keyboard, ());
                state.input_method_grabs(method, grab);
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _client: ClientId, method: &ZwpInputMethodV2, (): &()) {
        state.composing.remove_method(method);
        state.screens.damage();
    }
}

impl Dispatch<ZwpInputPopupSurfaceV2, ()> for State {
    fn request(
        _state: &mut Self,
        _client: &Client,
        _popup: &ZwpInputPopupSurfaceV2,
        _request: zwp_input_popup_surface_v2::Request,
        (): &(),
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        // Its one request destroys it.
    }

    fn destroyed(state: &mut Self, _client: ClientId, popup: &ZwpInputPopupSurfaceV2, (): &()) {
        state.composing.remove_popup(popup);
        state.screens.damage();
    }
}

impl Dispatch<ZwpInputMethodKeyboardGrabV2, ()> for State {
    fn request(
        _state: &mut Self,
        _client: &Client,
        _grab: &ZwpInputMethodKeyboardGrabV2,
        _request: zwp_input_method_keyboard_grab_v2::Request,
        (): &(),
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        // Its one request destroys it.
    }

    fn destroyed(state: &mut Self, _client: ClientId, grab: &ZwpInputMethodKeyboardGrabV2, (): &()) {
        state.composing.release_grab(grab);
    }
}
