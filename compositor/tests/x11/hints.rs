//! What X windows say of themselves, and what they are told that they are.

use lcars_ui::hierarchy::{Level, WindowId};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::randr::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, GrabMode, PropMode, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::picture::RED;
use crate::program::{Desktop, Program, Wanted};

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        WM_DELETE_WINDOW,
        WM_PROTOCOLS,
        _MOTIF_WM_HINTS,
        _NET_WM_PING,
        _NET_WM_STATE,
        _NET_WM_STATE_ABOVE,
        _NET_WM_STATE_DEMANDS_ATTENTION,
        _NET_WM_STATE_FULLSCREEN,
    }
}

fn started() -> (Desktop, Program, Atoms) {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = desktop.wait_for(|| Atoms::new(&program.connection).unwrap().reply().unwrap());
    (desktop, program, atoms)
}

fn only_window(desktop: &Desktop) -> WindowId {
    desktop.f.state.shell.windows()[0].id.unwrap()
}

/// Waits until the window is left for the hub.
fn leaves(desktop: &mut Desktop) {
    desktop.until("the hub is seen", |f| {
        let pane = &f.state.shell.desktop.state().outputs[0].panes[0];
        (pane.level == Level::Hub).then_some(())
    });
}

fn map(program: &Program, window: Window) {
    program.connection.map_window(window).unwrap();
    program.connection.flush().unwrap();
}

fn ask(program: &Program, window: Window, kind: u32, data: [u32; 5]) {
    let message = ClientMessageEvent::new(32, window, kind, data);
    let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
    program.connection.send_event(false, program.root(), mask, message).unwrap();
    program.connection.flush().unwrap();
}

/// Waits until the states of a window are, or are not, as they should be.
fn states(desktop: &mut Desktop, program: &Program, atoms: &Atoms, window: Window, what: impl Fn(&[u32]) -> bool) {
    loop {
        let get = || {
            let kind = AtomEnum::ATOM;
            program.connection.get_property(false, window, atoms._NET_WM_STATE, kind, 0, 64).unwrap().reply().unwrap()
        };
        let states: Vec<u32> = desktop.wait_for(get).value32().into_iter().flatten().collect();
        if what(&states) {
            return;
        }
        desktop.hear(program, "other states", |event| match event {
            Event::PropertyNotify(changed) if changed.atom == atoms._NET_WM_STATE => Some(()),
            _ => None,
        });
    }
}

#[test]
fn a_window_that_wants_no_frame_has_none() {
    let (mut desktop, program, atoms) = started();
    let window = program.create(&Wanted::default());
    let hints = |words: &[u32]| {
        let name = atoms._MOTIF_WM_HINTS;
        program.connection.change_property32(PropMode::REPLACE, window, name, name, words).unwrap();
        program.connection.flush().unwrap();
    };
    hints(&[2, 0, 0, 0, 0]);
    map(&program, window);
    desktop.shows(RED);
    let id = only_window(&desktop);
    let framed = |desktop: &mut Desktop, on: bool| {
        desktop.until("its frame is as it wishes", |f| {
            let own = f.state.shell.desktop.tree().window(id).unwrap().2.own_frame;
            (own != on).then_some(())
        });
    };
    framed(&mut desktop, false);
    hints(&[2, 0, 1, 0, 0]);
    framed(&mut desktop, true);
    // Two words, and none: they say nothing of a frame.
    for words in [&[2, 0][..], &[]] {
        hints(&[2, 0, 0, 0, 0]);
        framed(&mut desktop, false);
        hints(words);
        framed(&mut desktop, true);
    }
}

#[test]
fn a_window_that_demands_attention_gets_it() {
    let (mut desktop, program, atoms) = started();
    let window = program.create(&Wanted::default());
    let name = atoms._NET_WM_STATE;
    let first = [atoms._NET_WM_STATE_ABOVE];
    program.connection.change_property32(PropMode::REPLACE, window, name, AtomEnum::ATOM, &first).unwrap();
    map(&program, window);
    desktop.shows(RED);
    let id = only_window(&desktop);
    desktop.f.press("ZOOM OUT");
    leaves(&mut desktop);
    let demands = atoms._NET_WM_STATE_DEMANDS_ATTENTION;
    ask(&program, window, atoms._NET_WM_STATE, [1, demands, 0, 1, 0]);
    let urgent = |f: &crate::fixture::Fixture| f.state.shell.desktop.tree().window(id).unwrap().2.urgent;
    desktop.until("it is marked", |f| urgent(f).then_some(()));
    states(&mut desktop, &program, &atoms, window, |states| states.contains(&demands));
    desktop.f.state.focus_window(id);
    desktop.until("it was looked at", |f| (!urgent(f)).then_some(()));
    let above = atoms._NET_WM_STATE_ABOVE;
    states(&mut desktop, &program, &atoms, window, |states| !states.contains(&demands) && states.contains(&above));
}

#[test]
fn a_program_that_hangs_is_shown_as_such_and_can_be_ended() {
    let (mut desktop, program, atoms) = started();
    let window = program.create(&Wanted { title: "Warp core", ..Wanted::default() });
    let protocols = [atoms.WM_DELETE_WINDOW, atoms._NET_WM_PING];
    let (name, kind) = (atoms.WM_PROTOCOLS, AtomEnum::ATOM);
    program.connection.change_property32(PropMode::REPLACE, window, name, kind, &protocols).unwrap();
    map(&program, window);
    desktop.shows(RED);
    let asked = |desktop: &mut Desktop, word: u32| {
        desktop.hear(&program, "a word", |event| match event {
            Event::ClientMessage(message) if message.data.as_data32()[0] == word => Some(message.data.as_data32()),
            _ => None,
        })
    };
    // It is asked when it gets the keyboard, and hangs.
    let ping = asked(&mut desktop, atoms._NET_WM_PING);
    assert_eq!(ping[2], window);
    let title = |f: &crate::fixture::Fixture| f.state.shell.windows().first().map(|window| window.toplevel.title().0);
    desktop.until("it is said to hang", |f| title(f).filter(|title| title == "Warp core (does not answer)").map(drop));
    ask(&program, program.root(), atoms.WM_PROTOCOLS, ping);
    desktop.until("it answers again", |f| title(f).filter(|title| title == "Warp core").map(drop));
    let id = only_window(&desktop);
    desktop.f.state.close_window(id);
    asked(&mut desktop, atoms.WM_DELETE_WINDOW);
    desktop.until("it hangs again", |f| title(f).filter(|title| title.contains("not answer")).map(drop));
    desktop.f.state.close_window(id);
    desktop.until("it is ended", |f| f.state.shell.windows().is_empty().then_some(()));
}

#[test]
fn a_game_that_changes_the_mode_is_shown_as_large_as_the_screen() {
    let (mut desktop, program, atoms) = started();
    let connection = &program.connection;
    let root = program.root();
    let window = program.create(&Wanted { place: (0, 0, 640, 480), ..Wanted::default() });
    desktop.wait_for(|| {
        let resources = connection.randr_get_screen_resources_current(root).unwrap().reply().unwrap();
        let mode = resources.modes.iter().find(|mode| (mode.width, mode.height) == (640, 480)).expect("a small mode");
        let (crtc, outputs) = (resources.crtcs[0], [resources.outputs[0]]);
        let (now, config) = (x11rb::CURRENT_TIME, resources.config_timestamp);
        let turned = x11rb::protocol::randr::Rotation::ROTATE0;
        let set = connection.randr_set_crtc_config(crtc, now, config, 0, 0, mode.id, turned, &outputs).unwrap();
        assert_eq!(set.reply().unwrap().status, x11rb::protocol::randr::SetConfig::SUCCESS);
    });
    let (name, kind) = (atoms._NET_WM_STATE, AtomEnum::ATOM);
    let states = [atoms._NET_WM_STATE_FULLSCREEN];
    connection.change_property32(PropMode::REPLACE, window, name, kind, &states).unwrap();
    map(&program, window);
    desktop.shows_at(RED, (0, 0, 800, 600));
    desktop.f.click(400, 300);
    desktop.hear(&program, "a click", |event| match event {
        Event::ButtonPress(press) => Some((press.event_x, press.event_y)),
        _ => None,
    });
}

#[test]
fn a_program_that_grabs_the_keyboard_has_the_chords_but_the_one_that_zooms_out() {
    let (mut desktop, program, _) = started();
    let window = program.show(&Wanted::default());
    desktop.shows(RED);
    desktop.hear(&program, "the keyboard", |event| match event {
        Event::FocusIn(focus) if focus.event == window => Some(()),
        _ => None,
    });
    let (mode, now) = (GrabMode::ASYNC, x11rb::CURRENT_TIME);
    desktop.wait_for(|| program.connection.grab_keyboard(true, window, now, mode, mode).unwrap().reply().unwrap());
    let code = 103 + 8;
    let chord = |desktop: &mut Desktop, name: &str| {
        desktop.f.key("MetaLeft", true);
        desktop.f.key(name, true);
        desktop.f.key(name, false);
        desktop.f.key("MetaLeft", false);
    };
    desktop.until("a chord comes", |f| {
        f.key("MetaLeft", true);
        f.key("KeyX", true);
        f.key("KeyX", false);
        f.key("MetaLeft", false);
        f.turn();
        program.heard(|event| match event {
            Event::KeyPress(press) if press.detail == 45 + 8 => Some(()),
            _ => None,
        })
    });
    chord(&mut desktop, "ArrowUp");
    leaves(&mut desktop);
    assert!(
        program
            .heard(|event| match event {
                Event::KeyPress(press) if press.detail == code => Some(()),
                _ => None,
            })
            .is_none()
    );
}
