//! When the X server runs, and what becomes of its windows when it does not.

use x11rb::connection::Connection as _;

use crate::picture::{GREEN, RED};
use crate::program::{Desktop, Wanted};

#[test]
fn nothing_runs_until_a_program_connects() {
    let mut desktop = Desktop::new();
    for _ in 0..5 {
        desktop.f.wait();
    }
    assert_eq!(desktop.f.state.x11_server(), None);
    desktop.program();
    assert!(desktop.f.state.x11_server().is_some());
}

#[test]
fn who_does_not_know_the_cookie_is_not_let_in() {
    let mut desktop = Desktop::new();
    assert!(desktop.try_connect(Some([0; 16])).is_err());
    assert!(desktop.try_connect(None).is_ok());
}

#[test]
fn a_server_that_dies_takes_its_windows_and_is_started_again() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    let server = desktop.f.state.x11_server().expect("it runs");
    let killed = rustix::process::Pid::from_raw(server as i32).unwrap();
    rustix::process::kill_process(killed, rustix::process::Signal::KILL).unwrap();
    desktop.hides(RED);
    desktop.until("the windows are forgotten", |f| f.state.shell.windows().is_empty().then_some(()));
    desktop.until("the user is told", |f| {
        let mut said = f.state.screen().interface.alerts.log();
        said.any(|alert| alert.text.contains("X server died")).then_some(())
    });
    assert!(program.connection.flush().is_err() || program.connection.poll_for_event().is_err());
    let again = desktop.program();
    again.show(&Wanted { colour: GREEN, ..Wanted::default() });
    // The alert covers some of it.
    desktop.until("its window is seen", |f| (f.shot().count(GREEN) > 0).then_some(()));
    assert_ne!(desktop.f.state.x11_server(), Some(server));
}

#[test]
fn a_program_that_dies_takes_its_windows_alone() {
    let mut desktop = Desktop::new();
    let (one, two) = (desktop.program(), desktop.program());
    two.show(&Wanted { colour: GREEN, ..Wanted::default() });
    desktop.shows(GREEN);
    one.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    drop(one);
    desktop.shows(GREEN);
    desktop.hides(RED);
    assert_eq!(desktop.f.state.shell.windows().len(), 1);
}
