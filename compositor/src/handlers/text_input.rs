//! `zwp_text_input_v3`: text fields of programs. What they say counts in [`crate::composing`].

use smithay::reexports::wayland_protocols::wp::text_input::zv3::server::zwp_text_input_manager_v3::{
    self, ZwpTextInputManagerV3,
};
use smithay::reexports::wayland_protocols::wp::text_input::zv3::server::zwp_text_input_v3::{
    self, ContentHint, ContentPurpose, ZwpTextInputV3,
};
use smithay::reexports::wayland_server::backend::{ClientId, GlobalId};
use smithay::reexports::wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New};
use smithay::utils::Rectangle;

use crate::composing::field::Surrounding;
use crate::state::State;

/// The version with all that toolkits use.
const VERSION: u32 = 1;

// smithay's own module hears of text fields only while an input method runs, and takes for granted that programs send
// enumerations of the protocol only.

/// Announces it.
pub(crate) fn announce(display: &DisplayHandle) -> GlobalId {
    display.create_global::<State, ZwpTextInputManagerV3, ()>(VERSION, ())
}

impl GlobalDispatch<ZwpTextInputManagerV3, ()> for State {
    fn bind(
        _state: &mut Self,
        _display: &DisplayHandle,
        _client: &Client,
        manager: New<ZwpTextInputManagerV3>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(manager, ());
    }
}

impl Dispatch<ZwpTextInputManagerV3, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        _manager: &ZwpTextInputManagerV3,
        request: zwp_text_input_manager_v3::Request,
        (): &(),
        _display: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        if let zwp_text_input_manager_v3::Request::GetTextInput { id, .. } = request {
            // There is one seat.
            state.composing.add_input(init.init(id, ()));
        }
    }
}

impl Dispatch<ZwpTextInputV3, ()> for State {
    fn request(
        state: &mut Self,
        _client: &Client,
        input: &ZwpTextInputV3,
        request: zwp_text_input_v3::Request,
        (): &(),
        _display: &DisplayHandle,
        _init: &mut DataInit<'_, Self>,
    ) {
        use zwp_text_input_v3::Request;
        if matches!(request, Request::Commit) {
            state.composing.commit_input(input);
            state.screens.damage();
            return;
        }
        let Some(pending) = state.composing.pending(input) else { return };
        match request {
            Request::Enable => pending.enable = Some(true),
            Request::Disable => pending.enable = Some(false),
            Request::SetSurroundingText { text, cursor, anchor } => {
                pending.surrounding = Surrounding::new(text, cursor, anchor);
            }
            Request::SetTextChangeCause { cause } => pending.cause = cause.into_result().ok(),
            Request::SetContentType { hint, purpose } => {
                let hint = hint.into_result().unwrap_or(ContentHint::None);
                pending.content = Some((hint, purpose.into_result().unwrap_or(ContentPurpose::Normal)));
            }
            Request::SetCursorRectangle { x, y, width, height } => {
                pending.rect = Some(Rectangle::new((x, y).into(), (width.max(0), height.max(0)).into()));
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _client: ClientId, input: &ZwpTextInputV3, (): &()) {
        state.composing.remove_input(input);
    }
}
