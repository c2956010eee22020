//! `xdg_dialog_v1`: what is below a modal dialog hears nothing until it is answered.

use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_protocols::xdg::dialog::v1::client::xdg_wm_dialog_v1::{self, XdgWmDialogV1};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

fn presses(client: &mut Client, pointer: &WlPointer) -> usize {
    let events = client.events(pointer);
    events.iter().filter(|event| matches!(event, wl_pointer::Event::Button { .. })).count()
}

#[test]
fn a_press_beside_a_modal_dialog_leads_to_the_dialog() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard: WlKeyboard = client.seat().get_keyboard(&client.qh, ());
    let pointer: WlPointer = client.seat().get_pointer(&client.qh, ());
    let parent = f.window(&mut client, RED);
    let parent_id = f.state.shell.focused().unwrap();
    let dialog = f.dialog(&mut client, &parent, (200, 100), GREEN);
    let dialog_id = f.state.shell.focused().unwrap();
    let area = f.area();
    let (beside, middle) =
        ((area.loc.x + 10, area.loc.y + 10), (area.loc.x + area.size.w / 2, area.loc.y + area.size.h / 2));
    f.click(beside.0, beside.1);
    f.roundtrip(&mut client);
    assert_eq!(
        (presses(&mut client, &pointer), f.state.shell.focused()),
        (2, Some(parent_id)),
        "one that is not modal"
    );

    let manager: XdgWmDialogV1 = client.bind();
    let modal = manager.get_xdg_dialog(&dialog.toplevel, &client.qh, ());
    modal.set_modal();
    f.roundtrip(&mut client);
    let has_keyboard = |client: &mut Client| {
        let entered = client.events(&keyboard).into_iter().filter_map(|event| match event {
            wl_keyboard::Event::Enter { surface, .. } => Some(surface),
            _ => None,
        });
        entered.last()
    };
    assert_eq!(has_keyboard(&mut client).as_ref(), Some(&dialog.surface), "the keyboard is the dialog's");
    f.click(beside.0, beside.1);
    f.roundtrip(&mut client);
    assert_eq!((presses(&mut client, &pointer), f.state.shell.focused()), (0, Some(dialog_id)));
    f.wheel(360);
    f.turn();
    assert_eq!(f.state.shell.focused(), Some(dialog_id), "and the wheel moves nothing there");
    f.click(middle.0, middle.1);
    f.roundtrip(&mut client);
    assert_eq!(presses(&mut client, &pointer), 2);

    modal.unset_modal();
    f.roundtrip(&mut client);
    f.click(beside.0, beside.1);
    f.roundtrip(&mut client);
    assert_eq!((presses(&mut client, &pointer), f.state.shell.focused()), (2, Some(parent_id)));
    modal.set_modal();
    modal.destroy();
    dialog.destroy();
    f.roundtrip(&mut client);
    f.click(beside.0, beside.1);
    f.roundtrip(&mut client);
    assert_eq!(presses(&mut client, &pointer), 2, "one that is gone holds nobody up");
}

#[test]
fn a_window_is_one_dialog() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let manager: XdgWmDialogV1 = client.bind();
    manager.get_xdg_dialog(&window.toplevel, &client.qh, ());
    manager.get_xdg_dialog(&window.toplevel, &client.qh, ());
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, xdg_wm_dialog_v1::Error::AlreadyUsed as u32);
}
