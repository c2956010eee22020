//! `xdg_popup`: where menus go, and how they are kept on the screen.

use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_popup::{self, XdgPopup};
use wayland_protocols::xdg::shell::client::xdg_positioner::{Anchor, ConstraintAdjustment, Gravity, XdgPositioner};
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::{last_configure, show};

/// A surface that is a popup.
pub struct Popup {
    pub surface: WlSurface,
    pub xdg: XdgSurface,
    pub popup: XdgPopup,
}

/// A positioner for a popup below and right of a point of its parent's geometry.
pub fn positioner(client: &mut Client, (x, y): (i32, i32), (w, h): (i32, i32)) -> XdgPositioner {
    let positioner = client.bind::<XdgWmBase>().create_positioner(&client.qh, ());
    positioner.set_size(w, h);
    positioner.set_anchor_rect(x, y, 1, 1);
    positioner.set_anchor(Anchor::TopLeft);
    positioner.set_gravity(Gravity::BottomRight);
    positioner
}

impl Popup {
    /// Makes the objects; nothing is committed yet.
    pub fn new(client: &mut Client, parent: &XdgSurface, positioner: &XdgPositioner) -> Self {
        let surface = client.surface();
        let xdg = client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
        let popup = xdg.get_popup(Some(parent), positioner, &client.qh, ());
        Self { surface, xdg, popup }
    }

    /// Where it should be, if that was told since the last call: position in the parent's geometry and size.
    /// Acknowledged.
    pub fn configured(&self, client: &mut Client) -> Option<(i32, i32, i32, i32)> {
        let serial = last_configure(client, &self.xdg)?;
        self.xdg.ack_configure(serial);
        client.events(&self.popup).into_iter().rev().find_map(|event| match event {
            xdg_popup::Event::Configure { x, y, width, height } => Some((x, y, width, height)),
            _ => None,
        })
    }

    /// Goes through the first configure and fills the popup. Returns where it should be.
    pub fn map(&self, f: &mut Fixture, client: &mut Client, colour: u32) -> (i32, i32, i32, i32) {
        self.surface.commit();
        f.roundtrip(client);
        let told = self.configured(client).expect("a configure after the first commit");
        show(&self.surface, &client.colour((told.2, told.3), colour));
        f.roundtrip(client);
        told
    }

    /// The compositor has ended it.
    pub fn dismissed(&self, client: &mut Client) -> bool {
        client.events(&self.popup).iter().any(|event| matches!(event, xdg_popup::Event::PopupDone))
    }

    pub fn destroy(self) {
        self.popup.destroy();
        self.xdg.destroy();
        self.surface.destroy();
    }
}

#[test]
fn a_popup_is_where_it_was_told_and_above_its_window() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let positioner = positioner(&mut client, (30, 40), (100, 50));
    positioner.set_offset(5, 7);
    let popup = Popup::new(&mut client, &window.xdg, &positioner);
    assert_eq!(popup.map(&mut f, &mut client, GREEN), (35, 47, 100, 50));
    let area = f.area();
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x + 35, area.loc.y + 47, 100, 50)));
    popup.destroy();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(GREEN), 0);
}

#[test]
fn a_popup_over_the_pill_that_zooms_out_does_not_get_its_presses() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let area = f.area();
    let positioner = positioner(&mut client, (-area.loc.x, -area.loc.y), (800, 200));
    let popup = Popup::new(&mut client, &window.xdg, &positioner);
    popup.map(&mut f, &mut client, GREEN);
    assert_eq!(f.shot().find(GREEN), Some((0, 0, 800, 200)));
    let pill = f.pill_out().expect("a way out of the window");
    f.click(pill.x + pill.w / 2.0, pill.y + pill.h / 2.0);
    assert_eq!(f.state.shell.focused(), None);
}

#[test]
fn a_popups_place_counts_from_the_windows_geometry() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (w, h) = (f.area().size.w, f.area().size.h);
    window.xdg.set_window_geometry(10, 20, w, h);
    window.show(&client.colour((w + 20, h + 40), RED));
    let positioner = positioner(&mut client, (30, 40), (100, 50));
    let popup = Popup::new(&mut client, &window.xdg, &positioner);
    // The popup has a shadow of its own.
    popup.xdg.set_window_geometry(4, 4, 92, 42);
    popup.map(&mut f, &mut client, GREEN);
    let area = f.area();
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x + 30 - 4, area.loc.y + 40 - 4, 100, 50)));
}

#[test]
fn a_popup_slides_along_every_edge_of_the_picture() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (size, area) = ((100, 50), f.area());
    // The picture is 800×600; the window begins at `area.loc` in it.
    let (left, top) = (-area.loc.x, -area.loc.y);
    let (right, bottom) = (800 - area.loc.x - size.0, 600 - area.loc.y - size.1);
    for (point, gravity, expected) in [
        ((area.size.w - 1, 100), Gravity::BottomRight, (right, 100)),
        ((100, area.size.h - 1), Gravity::BottomRight, (100, bottom)),
        ((1, 100), Gravity::BottomLeft, (left, 100)),
        ((100, 1), Gravity::TopRight, (100, top)),
    ] {
        let positioner = positioner(&mut client, point, size);
        positioner.set_gravity(gravity);
        positioner.set_constraint_adjustment(ConstraintAdjustment::SlideX | ConstraintAdjustment::SlideY);
        let popup = Popup::new(&mut client, &window.xdg, &positioner);
        let (x, y, w, h) = popup.map(&mut f, &mut client, GREEN);
        assert_eq!((x, y, w, h), (expected.0, expected.1, 100, 50), "{point:?}");
        assert_eq!(f.shot().find(GREEN), Some((area.loc.x + x, area.loc.y + y, 100, 50)));
        popup.destroy();
    }
}

#[test]
fn a_popup_flips_or_shrinks_if_it_says_so_and_is_left_alone_if_not() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let area = f.area();
    let (x, y) = (area.size.w - 10, area.size.h - 10);
    let room = (800 - area.loc.x - x, 600 - area.loc.y - y);
    // More than there is room for beside and below the window.
    let (w, h) = (100, 90);
    assert!(room.0 < w && room.1 < h);
    for (adjustment, expected) in [
        (ConstraintAdjustment::None, (x, y, w, h)),
        (ConstraintAdjustment::FlipX | ConstraintAdjustment::FlipY, (x + 1 - w, y + 1 - h, w, h)),
        (ConstraintAdjustment::ResizeX | ConstraintAdjustment::ResizeY, (x, y, room.0, room.1)),
    ] {
        let positioner = positioner(&mut client, (x, y), (w, h));
        positioner.set_constraint_adjustment(adjustment);
        let popup = Popup::new(&mut client, &window.xdg, &positioner);
        assert_eq!(popup.map(&mut f, &mut client, GREEN), expected, "{adjustment:?}");
        popup.destroy();
    }
}

#[test]
fn a_nested_popup_is_placed_in_its_parent_and_above_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let outer = positioner(&mut client, (30, 40), (100, 50));
    let outer = Popup::new(&mut client, &window.xdg, &outer);
    outer.map(&mut f, &mut client, GREEN);
    let inner = positioner(&mut client, (90, 20), (60, 60));
    let inner = Popup::new(&mut client, &outer.xdg, &inner);
    inner.map(&mut f, &mut client, BLUE);
    let area = f.area();
    let shot = f.shot();
    assert_eq!(shot.find(BLUE), Some((area.loc.x + 120, area.loc.y + 60, 60, 60)));
    assert_eq!(shot.count(GREEN), 100 * 50 - 10 * 30);
}

#[test]
fn a_popup_is_moved_by_reposition() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let first = positioner(&mut client, (30, 40), (100, 50));
    let popup = Popup::new(&mut client, &window.xdg, &first);
    popup.map(&mut f, &mut client, GREEN);
    let second = positioner(&mut client, (200, 100), (80, 40));
    popup.popup.reposition(&second, 77);
    f.roundtrip(&mut client);
    let serial = last_configure(&mut client, &popup.xdg).unwrap();
    let events = client.events(&popup.popup);
    assert!(
        matches!(
            events.as_slice(),
            [
                xdg_popup::Event::Repositioned { token: 77 },
                xdg_popup::Event::Configure { x: 200, y: 100, width: 80, height: 40 }
            ]
        ),
        "{events:?}"
    );
    let area = f.area();
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x + 30, area.loc.y + 40, 100, 50)), "not before it agreed");
    popup.xdg.ack_configure(serial);
    show(&popup.surface, &client.colour((80, 40), GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((area.loc.x + 200, area.loc.y + 100, 80, 40)));
}

#[test]
fn numbers_without_bounds_do_no_harm() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let wild = positioner(&mut client, (i32::MAX, i32::MIN), (i32::MAX, i32::MAX));
    wild.set_offset(i32::MIN, i32::MAX);
    wild.set_constraint_adjustment(ConstraintAdjustment::all());
    let popup = Popup::new(&mut client, &window.xdg, &wild);
    popup.surface.commit();
    for _ in 0..3 {
        client.flush();
        f.turn();
    }
    f.draw();
    f.point(400, 300);
    let mut other = f.client();
    f.window(&mut other, BLUE);
    assert_ne!(f.shot().count(BLUE), 0);
}
