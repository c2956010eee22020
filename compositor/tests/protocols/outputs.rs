//! Several screens that show one desktop: each has a size, a path and a pace of its own, and a window is made for the one
//! that was used last of those that show it.

use std::time::Instant;

use lcars_ui::hierarchy::{OutputId, WindowId};
use lcars_ui::operation::Operation;
use wayland_client::protocol::wl_pointer;
use wayland_protocols::xdg::shell::client::xdg_toplevel::State as Flag;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{RED, Shot};
use crate::window::Window;

/// A desktop on a wide screen and on a high one.
struct Desk {
    f: Fixture,
    client: Client,
    wide: OutputId,
    high: OutputId,
}

impl Desk {
    fn new() -> Self {
        let mut f = Fixture::watching();
        let client = f.client();
        let wide = f.state.screens.first().id;
        let high = f.state.open_screen((480, 640).into(), 1.0).unwrap();
        f.turn();
        Self { f, client, wide, high }
    }

    /// Does something on a screen.
    fn does(&mut self, on: OutputId, operation: &Operation) {
        let viewport = self.f.state.shell.desktop.output(on).unwrap().focused;
        self.f.does(&Operation::FocusViewport { viewport });
        self.f.does(operation);
        self.f.roundtrip(&mut self.client);
    }

    fn window(&mut self) -> (Window, WindowId) {
        self.f.app(&mut self.client, "one", RED)
    }

    fn shows(&mut self, on: OutputId, id: WindowId) {
        self.does(on, &Operation::Jump { to: Some(id.into()) });
    }

    /// What the window is told now. It draws that.
    fn told(&mut self, window: &Window) -> Option<(i32, i32)> {
        self.f.roundtrip(&mut self.client);
        let configure = window.configured(&mut self.client)?;
        window.show(&self.client.colour(configure.size, RED));
        self.f.roundtrip(&mut self.client);
        Some(configure.size)
    }

    /// The size of the pane on a screen.
    fn pane(&self, on: OutputId) -> (i32, i32) {
        let area = self.f.state.screens.get(on).unwrap().view().areas[0].rect;
        (area.w.round() as i32, area.h.round() as i32)
    }

    fn shot(&mut self, of: OutputId) -> Shot {
        Shot(self.f.state.picture_of(of).unwrap())
    }

    fn draw(&mut self, on: OutputId) {
        self.f.state.draw_on(on, Instant::now());
        self.f.turn();
    }

    /// Which of the screens that draw one after the other answer a frame callback.
    fn paced_by(&mut self, window: &Window) -> Vec<OutputId> {
        let mut answered = Vec::new();
        for screen in [self.wide, self.high] {
            let callback = window.surface.frame(&self.client.qh, ());
            window.surface.commit();
            self.f.roundtrip(&mut self.client);
            self.draw(screen);
            self.f.roundtrip(&mut self.client);
            if !self.client.events(&callback).is_empty() {
                answered.push(screen);
            }
        }
        answered
    }
}

#[test]
fn a_screen_comes_and_goes_for_clients_as_an_output() {
    let mut d = Desk::new();
    let outputs = |client: &mut Client| client.globals().iter().filter(|(name, _)| name == "wl_output").count();
    d.f.roundtrip(&mut d.client);
    assert_eq!(outputs(&mut d.client), 2);
    assert!(d.f.state.close_screen(d.high));
    d.f.roundtrip(&mut d.client);
    assert_eq!(outputs(&mut d.client), 1);
    assert!(!d.f.state.close_screen(d.high), "it is gone");
    assert!(!d.f.state.close_screen(d.wide), "the first one stays");
    assert_eq!(d.f.state.shell.desktop.outputs().len(), 1);
}

#[test]
fn each_screen_has_its_own_path_and_a_window_the_size_of_the_one_that_shows_it() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.high, id);
    assert_eq!(d.told(&window), Some(d.pane(d.high)));
    let (w, h) = d.pane(d.high);
    assert_eq!(d.shot(d.high).count(RED), w * h);
    let overview = d.shot(d.wide).count(RED);
    assert!(overview < w * h / 4, "the other still shows the overview: {overview}");
    assert!(d.f.state.shell.desktop.output(d.wide).is_some_and(|output| {
        d.f.state.shell.desktop.viewport(output.focused).is_some_and(|viewport| viewport.path.nodes().is_empty())
    }));
}

#[test]
fn a_window_on_two_screens_is_made_for_the_one_used_last_and_fits_the_other() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.wide, id);
    d.told(&window);
    let wide = d.pane(d.wide);
    d.shows(d.high, id);
    let high = d.pane(d.high);
    assert_eq!(d.told(&window), Some(high));
    assert_eq!(d.shot(d.high).count(RED), high.0 * high.1);
    // As high as there is room for, in the middle, in its own shape.
    let (left, _, w, h) = d.shot(d.wide).find(RED).unwrap();
    assert_eq!(h, wide.1);
    let expected = f64::from(wide.1) * f64::from(high.0) / f64::from(high.1);
    assert!((f64::from(w) - expected).abs() <= 2.0, "{w} is not {expected}");
    let area = d.f.area();
    assert!(((left - area.loc.x) - (wide.0 - w) / 2).abs() <= 1, "{left}");
    // To look elsewhere on the other one changes nothing here.
    d.does(d.wide, &Operation::ZoomOut);
    assert_eq!(d.told(&window).unwrap_or(high), high);
}

#[test]
fn a_press_where_a_window_fits_takes_it_over_and_is_not_the_programs() {
    let mut d = Desk::new();
    let pointer = d.client.seat().get_pointer(&d.client.qh, ());
    let (window, id) = d.window();
    d.shows(d.wide, id);
    d.shows(d.high, id);
    d.told(&window);
    d.f.state.come_from(d.wide);
    let area = d.f.area();
    let middle = (area.loc.x + area.size.w / 2, area.loc.y + area.size.h / 2);
    d.f.click(middle.0, middle.1);
    d.f.roundtrip(&mut d.client);
    let events = d.client.events(&pointer);
    assert!(!events.iter().any(|event| matches!(event, wl_pointer::Event::Button { .. })), "{events:?}");
    assert_eq!(d.told(&window), Some(d.pane(d.wide)));
    assert_eq!(d.f.state.screen().id, d.wide);
    d.f.click(middle.0, middle.1);
    d.f.roundtrip(&mut d.client);
    let events = d.client.events(&pointer);
    assert!(events.iter().any(|event| matches!(event, wl_pointer::Event::Button { .. })), "{events:?}");
}

#[test]
fn the_pointer_is_on_the_screen_of_whoever_moves_it() {
    let mut d = Desk::new();
    let pointer = d.client.seat().get_pointer(&d.client.qh, ());
    let (window, id) = d.window();
    d.shows(d.high, id);
    d.told(&window);
    let area = d.f.state.screens.get(d.high).unwrap().view().areas[0].rect;
    d.f.state.come_from(d.wide);
    d.f.point(area.x + 30.0, area.y + 40.0);
    d.f.roundtrip(&mut d.client);
    assert!(d.client.events(&pointer).is_empty(), "there is no window on this screen");
    d.f.state.come_from(d.high);
    d.f.point(area.x + 30.0, area.y + 40.0);
    d.f.roundtrip(&mut d.client);
    let entered = d.client.events(&pointer);
    let at = entered.iter().find_map(|event| match event {
        wl_pointer::Event::Enter { surface_x, surface_y, .. } => Some((*surface_x, *surface_y)),
        _ => None,
    });
    assert_eq!(at, Some((30.0, 40.0)), "{entered:?}");
}

#[test]
fn hover_and_overlays_belong_to_one_screen_and_alerts_to_all() {
    let mut d = Desk::new();
    d.f.state.come_from(d.high);
    let node = d.f.state.screens.get(d.high).unwrap().view().nodes.iter().rfind(|node| node.action.is_some()).cloned();
    let rect = node.expect("something to press").hit;
    d.f.point(rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
    let hovered = |d: &Desk, on| d.f.state.screens.get(on).unwrap().interface.hovered;
    assert!(hovered(&d, d.high).is_some());
    assert!(hovered(&d, d.wide).is_none());
    // What cannot be done is told to whoever is there.
    let alerts = |d: &Desk, on| d.f.state.screens.get(on).unwrap().interface.alerts.clone();
    let before = alerts(&d, d.high);
    for (code, pressed) in [("MetaLeft", true), ("ArrowUp", true), ("ArrowUp", false), ("MetaLeft", false)] {
        d.f.key(code, pressed);
    }
    assert_ne!(alerts(&d, d.high), before, "there is nothing further out");
    assert_eq!(alerts(&d, d.wide), alerts(&d, d.high));
}

#[test]
fn a_program_draws_once_for_all_screens_and_for_none_that_does_not_show_it() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.wide, id);
    d.told(&window);
    assert_eq!(d.paced_by(&window), [d.wide]);
    d.shows(d.high, id);
    d.told(&window);
    assert_eq!(d.paced_by(&window), [d.high], "both show it; the one that it is made for sets the pace");
    d.does(d.high, &Operation::Jump { to: None });
    d.told(&window);
    assert_eq!(d.paced_by(&window), [d.wide]);
}

#[test]
fn what_changes_on_one_screen_is_no_reason_to_draw_another() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.wide, id);
    d.told(&window);
    d.does(d.high, &Operation::Jump { to: Some(d.f.state.shell.desktop.tree().sectors[2].id.into()) });
    let due = |d: &Desk, on| d.f.state.screens.get(on).unwrap().wants_frame();
    let settle = |d: &mut Desk| {
        d.draw(d.wide);
        d.draw(d.high);
        assert!(!due(d, d.wide) && !due(d, d.high));
    };
    settle(&mut d);
    window.show(&d.client.colour(d.pane(d.wide), RED));
    d.f.roundtrip(&mut d.client);
    assert!(due(&d, d.wide) && !due(&d, d.high), "only one of them shows it");
    d.told(&window);
    settle(&mut d);
    assert!(d.f.state.resize_on(d.high, (500, 700).into(), 1.0));
    d.f.turn();
    assert!(!due(&d, d.wide) && due(&d, d.high));
    assert_eq!(d.told(&window), None, "the window is on the other one");
}

#[test]
fn a_screen_that_goes_leaves_its_windows_where_they_are() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.high, id);
    d.told(&window);
    assert_eq!(d.f.state.shell.focused(), Some(id));
    assert!(d.f.state.close_screen(d.high));
    d.f.roundtrip(&mut d.client);
    assert!(d.f.state.shell.desktop.tree().window(id).is_some());
    assert_eq!(d.f.state.shell.focused(), None, "the keyboard is where somebody is");
    assert!(window.configured(&mut d.client).is_some_and(|configure| !configure.has(Flag::Activated)));
    d.does(d.wide, &Operation::Jump { to: Some(id.into()) });
    assert_eq!(d.told(&window), Some(d.pane(d.wide)));
}

#[test]
fn a_window_that_one_screen_shows_is_not_suspended() {
    let mut d = Desk::new();
    let (window, id) = d.window();
    d.shows(d.high, id);
    let elsewhere = d.f.state.shell.desktop.tree().sectors[3].id;
    d.does(d.wide, &Operation::Jump { to: Some(elsewhere.into()) });
    d.f.roundtrip(&mut d.client);
    assert!(window.configured(&mut d.client).is_none_or(|configure| !configure.has(Flag::Suspended)));
    d.does(d.high, &Operation::Jump { to: Some(elsewhere.into()) });
    d.f.roundtrip(&mut d.client);
    assert!(window.configured(&mut d.client).is_some_and(|configure| configure.has(Flag::Suspended)));
}

#[test]
fn there_are_no_more_screens_than_the_hierarchy_has_room_for() {
    let mut d = Desk::new();
    let opened: Vec<_> = (0..40).map_while(|_| d.f.state.open_screen((64, 64).into(), 1.0).ok()).collect();
    assert!(opened.len() < 20);
    let refused = d.f.state.open_screen((64, 64).into(), 1.0).unwrap_err();
    assert!(refused.contains("outputs"), "{refused}");
    assert!(opened.into_iter().all(|id| d.f.state.close_screen(id)));
    assert!(d.f.state.open_screen((64, 64).into(), 1.0).is_ok());
}
