//! A panel's engine: its one window is the panel, and it sees what a sandbox sees.

use lcars_ui::hierarchy::{NewPanel, PanelLevel, Shown, WindowId};
use lcars_ui::operation::Operation;

use crate::fixture::Fixture;
use crate::picture::RED;
use crate::window::Window;

/// A panel on the overview, and its window.
fn with_panel() -> (Fixture, WindowId) {
    let mut f = Fixture::watching();
    let panel = NewPanel { name: "lamp".into(), title: "Lamp".into(), level: PanelLevel::Overview, sector: None };
    let now = f.state.shell.now();
    f.state.shell.desktop.put_panels(&[panel], now).unwrap();
    let window = f.state.shell.desktop.tree().panel("lamp").unwrap().windows[0].id;
    (f, window)
}

#[test]
fn its_window_is_the_panel_and_no_other_app() {
    let (mut f, panel) = with_panel();
    let mut client = f.panel_client(panel);
    let apps = |f: &Fixture| f.state.shell.desktop.tree().sectors.iter().map(|sector| sector.apps.len()).sum::<usize>();
    let window = f.window(&mut client, RED);
    assert_eq!((apps(&f), f.state.shell.windows()[0].id), (0, Some(panel)));
    window.toplevel.set_title("a page".into());
    window.toplevel.set_app_id("com.example.Browser".into());
    f.roundtrip(&mut client);
    let app = f.state.shell.desktop.tree().panel("lamp").unwrap();
    assert_eq!((app.title.as_str(), app.app_id.as_str()), ("Lamp", ""));
    drop(client);
    for _ in 0..4 {
        f.turn();
    }
    assert!(f.state.shell.windows().is_empty());
    assert!(f.state.shell.desktop.tree().panel("lamp").is_some(), "the panel is there without its engine");
}

#[test]
fn it_is_seen_as_a_tile_and_fills_the_pane_when_somebody_goes_to_it() {
    let (mut f, panel) = with_panel();
    let mut client = f.panel_client(panel);
    f.window(&mut client, RED);
    assert_eq!(f.state.seen(panel), Shown::Thumbnail);
    assert_ne!(f.shot().count(RED), 0);
    f.state.operate(&Operation::OpenPanel { name: "lamp".into() }).unwrap();
    f.state.shell.desktop.arrive_at_once();
    f.roundtrip(&mut client);
    f.roundtrip(&mut client);
    assert_eq!(f.state.seen(panel), Shown::Live);
    assert_eq!(f.state.shell.focused(), Some(panel));
    f.state.operate(&Operation::ZoomOut).unwrap();
    assert_eq!(f.state.shell.focused(), None);
}

#[test]
fn a_second_window_of_it_is_asked_to_close_and_never_shown() {
    let (mut f, panel) = with_panel();
    let mut client = f.panel_client(panel);
    f.window(&mut client, RED);
    let second = Window::new(&mut client);
    let configure = f.configure(&mut client, &second);
    let buffer = client.colour(configure.size, RED);
    second.show(&buffer);
    f.roundtrip(&mut client);
    assert!(second.asked_to_close(&mut client));
    assert_eq!(f.state.shell.windows().iter().filter(|window| window.id.is_some()).count(), 1);
}

#[test]
fn it_sees_nothing_that_is_kept_from_sandboxes() {
    let (mut f, panel) = with_panel();
    let names = |client: &mut crate::client::Client| -> Vec<String> {
        client.globals().into_iter().map(|(name, _)| name).collect()
    };
    let engine = names(&mut f.panel_client(panel));
    let trusted = names(&mut f.trusted_client());
    for kept in ["ext_data_control_manager_v1", "zwlr_screencopy_manager_v1", "wp_security_context_manager_v1"] {
        assert!(trusted.iter().any(|name| name == kept), "{kept} is known");
        assert!(!engine.iter().any(|name| name == kept), "{kept} is kept from panels");
    }
    assert!(engine.iter().any(|name| name == "xdg_wm_base"));
}
