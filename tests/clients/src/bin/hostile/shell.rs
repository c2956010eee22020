//! Breaks the order of xdg-shell.

use anyhow::Result;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_popup::XdgPopup;
use wayland_protocols::xdg::shell::client::xdg_positioner::XdgPositioner;
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;

use crate::Fate;
use crate::client::Client;

/// `xdg_wm_base.error.role`: a toplevel that would be a popup too.
pub fn double_role(client: &mut Client) -> Result<Fate> {
    let (_surface, xdg) = client.toplevel()?;
    let (_parent, parent_xdg) = client.toplevel()?;
    let positioner = positioner(client);
    xdg.get_popup(Some(&parent_xdg), &positioner, &client.queue, ());
    let _ = client.settle();
    // Some name it `xdg_surface.already_constructed`, which fits as well.
    if client.error().is_some_and(|(interface, ..)| interface == "xdg_surface") {
        return Ok(Fate::Error("xdg_surface", &[2]));
    }
    Ok(Fate::Error("xdg_wm_base", &[0]))
}

/// `xdg_surface.error`: not_constructed or unconfigured_buffer.
pub fn no_ack(client: &mut Client) -> Result<Fate> {
    let surface = client.surface();
    let xdg = client.wm_base.get_xdg_surface(&surface, &client.queue, ());
    xdg.get_toplevel(&client.queue, ());
    surface.commit();
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    let _ = client.settle();
    Ok(Fate::Error("xdg_surface", &[1, 3]))
}

/// `invalid_serial`, on `xdg_surface` since version 4, as `invalid_surface_state` of `xdg_wm_base` before.
pub fn bad_ack(client: &mut Client) -> Result<Fate> {
    let (_surface, xdg) = client.toplevel()?;
    xdg.ack_configure(0xdead_beef);
    let _ = client.settle();
    if client.error().is_some_and(|(interface, ..)| interface == "xdg_surface") {
        return Ok(Fate::Error("xdg_surface", &[4]));
    }
    Ok(Fate::Error("xdg_wm_base", &[4]))
}

/// A valid one.
pub fn positioner(client: &Client) -> XdgPositioner {
    let positioner = client.wm_base.create_positioner(&client.queue, ());
    positioner.set_size(40, 40);
    positioner.set_anchor_rect(0, 0, 10, 10);
    positioner
}

/// A popup without a commit.
pub fn popup(
    client: &Client,
    parent: Option<&XdgSurface>,
    positioner: &XdgPositioner,
) -> (WlSurface, XdgSurface, XdgPopup) {
    let surface = client.surface();
    let xdg = client.wm_base.get_xdg_surface(&surface, &client.queue, ());
    let popup = xdg.get_popup(parent, positioner, &client.queue, ());
    (surface, xdg, popup)
}

/// `invalid_popup_parent`, or the popup is dismissed at once: never shown.
pub fn orphan_popup(client: &mut Client) -> Result<Fate> {
    let (surface, ..) = popup(client, None, &positioner(client));
    surface.commit();
    let _ = client.settle();
    Ok(match client.error() {
        None if client.heard.dismissed > 0 => Fate::Lives,
        // The name of the error is one of `xdg_wm_base`; weston posts it on the surface.
        Some((interface, ..)) if interface == "xdg_surface" => Fate::Error("xdg_surface", &[3]),
        _ => Fate::Error("xdg_wm_base", &[3]),
    })
}

/// A grab that nothing justifies: whether it is granted or the popup dismissed is the compositor's choice, but the popup
/// is told one or the other, and the keyboard is the next window's once this client has gone.
pub fn grab_popup(client: &mut Client) -> Result<Fate> {
    let Some(seat) = client.seat.clone() else { return Ok(Fate::Open) };
    let (parent, parent_xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&parent, &buffer);
    let (surface, _xdg, popup) = popup(client, Some(&parent_xdg), &positioner(client));
    popup.grab(&seat, 0xdead_beef);
    surface.commit();
    client.settle()?;
    client.hear(|heard| heard.dismissed > 0 || !heard.configures.is_empty())?;
    Ok(Fate::Open)
}

/// The parent of a popup goes first: `not_the_topmost_popup`, or everything above it is dismissed.
pub fn popup_order(client: &mut Client) -> Result<Fate> {
    let (parent, parent_xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&parent, &buffer);
    let (first_surface, first_xdg, first) = popup(client, Some(&parent_xdg), &positioner(client));
    first_surface.commit();
    let (second_surface, _second_xdg, _second) = popup(client, Some(&first_xdg), &positioner(client));
    second_surface.commit();
    client.settle()?;
    client.acknowledge()?;
    client.show(&first_surface, &buffer);
    client.show(&second_surface, &buffer);
    client.settle()?;
    first.destroy();
    first_xdg.destroy();
    first_surface.destroy();
    let _ = client.settle();
    if client.error().is_some() { Ok(Fate::Error("xdg_wm_base", &[2])) } else { Ok(Fate::Lives) }
}

/// A client that does not answer is slow; what it showed stays, and the others go on.
pub fn no_pong(client: &mut Client) -> Result<Fate> {
    client.heard.deaf = true;
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    client.hear(|heard| heard.callbacks > 0)?;
    Ok(Fate::Lives)
}
