//! What a bus starts, and that nothing of it is left when the bus has gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::path::Path;
use std::time::{Duration, Instant};

use bus::Daemon;
use zbus::connection::Builder;

/// The commands of the processes that run now and carry a word.
fn with_word(word: &str) -> Vec<String> {
    let command = |entry: std::fs::DirEntry| std::fs::read(entry.path().join("cmdline")).ok();
    let commands = std::fs::read_dir("/proc").unwrap().flatten().filter_map(command);
    let readable = commands.map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "));
    readable.filter(|command| command.contains(word)).collect()
}

fn service(folder: &Path, name: &str, script: &str) {
    let services = folder.join("dbus-1/services");
    std::fs::create_dir_all(&services).unwrap();
    let program = folder.join("service.sh");
    std::fs::write(&program, script).unwrap();
    let text = format!("[D-BUS Service]\nName={name}\nExec=/bin/sh {}\n", program.display());
    std::fs::write(services.join(format!("{name}.service")), text).unwrap();
}

#[tokio::test]
async fn what_a_bus_has_started_ends_with_it_whatever_it_does_against_that() {
    let folder = tempfile::tempdir().unwrap();
    // One that does not want to end, one that left the group, and one that lost its parent.
    let mark = format!("9{}.5", std::process::id());
    let script = format!("trap '' TERM\nsetsid sleep {mark} &\n(sleep {mark} &)\nwhile :; do sleep {mark}; done\n");
    service(folder.path(), "org.test.Stays", &script);
    let environment = [("XDG_DATA_HOME".into(), folder.path().into())];
    let daemon = Daemon::start(&folder.path().join("bus"), &environment, None).unwrap();
    let other = Daemon::start(&folder.path().join("bus2"), &environment, None).unwrap();
    for bus in [&daemon, &other] {
        let program = Builder::address(bus.address.as_str()).build().await.unwrap();
        let start = zbus::Message::method_call("/org/freedesktop/DBus", "StartServiceByName");
        let start = start.destination("org.freedesktop.DBus").interface("org.freedesktop.DBus");
        // It never takes its name, so there is no answer to wait for.
        program.send(&start.build(&("org.test.Stays", 0_u32)).unwrap()).await.unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        let before = if std::ptr::eq(bus, &daemon) { 0 } else { 3 };
        while with_word(&mark).len() < before + 3 {
            assert!(Instant::now() < end, "the service is started: {:?}", with_word(&mark));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    drop(daemon);
    assert_eq!(with_word(&mark).len(), 3, "what another bus has started goes on");
    drop(other);
    assert_eq!(with_word(&mark), Vec::<String>::new());
    assert_eq!(with_word(&folder.path().display().to_string()), Vec::<String>::new());
}
