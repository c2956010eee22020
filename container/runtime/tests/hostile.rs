//! An engine that is not what it should be. Whatever it says ends in an error, in time, and in little memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod common;

use std::{path::Path, time::Duration};

use common::{LONG, directory};
use futures::StreamExt as _;
use runtime::{
    Error, Event, Name, Runtime as _,
    engine::{Engine, Settings},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

const INFO: &str = r#"{"version":{"Version":"4.3.1"},"host":{"security":{"seccompEnabled":true,"rootless":true}}}"#;

/// What is said to whoever asks for anything but who it is and which networks there are.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// This body, with its length.
    Body(&'static str),
    /// A body that never ends, as fast as it is taken.
    Endless,
    /// A head that never ends.
    EndlessHead,
    /// No byte.
    Nothing,
    /// A part of an answer, and the end.
    Half,
    /// Bytes that are no HTTP.
    Noise,
}

async fn answer(mut stream: UnixStream, says: Says) -> std::io::Result<()> {
    let mut request = vec![0; 16 << 10];
    let read = stream.read(&mut request).await?;
    let text = String::from_utf8_lossy(&request[..read]).into_owned();
    let says = match text.split(' ').nth(1).unwrap_or_default() {
        path if path.ends_with("/info") => Says::Body(INFO),
        path if path.ends_with("/networks/json") => Says::Body("[]"),
        _ => says,
    };
    let endless = vec![b'x'; 64 << 10];
    match says {
        Says::Body(body) => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(head.as_bytes()).await?;
            stream.shutdown().await
        }
        Says::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&endless).await?;
            }
        }
        Says::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await?;
            loop {
                stream.write_all(&endless).await?;
            }
        }
        Says::Nothing => stream.read(&mut request).await.map(|_| ()),
        Says::Half => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{").await,
        Says::Noise => stream.write_all(b"\x00\xff\x01 what?\r\n\r\n").await,
    }
}

fn engine_that(says: Says, socket: &Path) -> JoinHandle<()> {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A caller that had enough closes; that is what is wanted.
            tokio::spawn(answer(stream, says));
        }
    })
}

async fn with<T>(says: Says, ask: impl AsyncFnOnce(Engine) -> T) -> T {
    let directory = directory();
    let mut settings = Settings::podman("hostile", directory.path().join("ours"));
    settings.socket = directory.path().join("socket");
    let engine = engine_that(says, &settings.socket);
    let connected = Engine::connect(settings).await.unwrap();
    let told = tokio::time::timeout(LONG, ask(connected)).await.expect("it waits for ever");
    engine.abort();
    told
}

#[tokio::test]
async fn what_makes_no_sense_is_an_error() {
    let name: Name = "a".parse().unwrap();
    for says in [
        Says::Body("{"),
        Says::Body("[]"),
        Says::Body("null"),
        Says::Body(r#"{"State":{"Status":7,"Pid":-1}}"#),
        Says::Body(r#"{"State":{"Status":"running","Pid":99999999999999999999}}x"#),
        Says::Half,
        Says::Noise,
        Says::EndlessHead,
    ] {
        let (inspected, listed, stats) = with(says, async |engine| {
            let ignored = engine.freeze(&name).await;
            assert!(!matches!(ignored, Err(Error::Missing(_))));
            (engine.pid(&name).await, engine.list().await, engine.stats(&name).await)
        })
        .await;
        let typed = |error: &Error| matches!(error, Error::Refused { .. } | Error::Unreachable(_));
        assert!(inspected.is_err_and(|error| typed(&error)));
        assert!(listed.map_or_else(|error| typed(&error), |list| list.is_empty()));
        assert!(stats.is_err_and(|error| typed(&error)));
    }
}

#[tokio::test]
async fn a_container_that_is_none_of_ours_is_not_listed() {
    let body = r#"[{"Names":["tos-other-a"],"State":"running"},{"Names":["tos-hostile-../../x"],"State":"running"},
        {"Names":["tos-hostile-a"],"State":"running","Labels":{"tos.spec.user":"alice"}}]"#;
    let listed = with(Says::Body(body), async |engine| engine.list().await.unwrap()).await;
    let names: Vec<_> = listed.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(names, ["a"]);
}

#[tokio::test]
async fn a_body_without_an_end_is_given_up() {
    let before = resident();
    let error = with(Says::Endless, async |engine| engine.list().await.unwrap_err()).await;
    assert!(matches!(&error, Error::Unreachable(why) if why.contains("bytes")), "{error}");
    // Sixteen megabytes are read at most, and a buffer that grows is there twice for a moment.
    let grown = resident().saturating_sub(before);
    assert!(grown < 100 << 20, "{grown} bytes");
}

#[tokio::test]
async fn events_without_an_end_of_line_end() {
    let events: Vec<Event> = with(Says::Endless, async |engine| engine.events().await.unwrap().collect().await).await;
    assert_eq!(events, []);
}

#[tokio::test]
async fn silence_is_an_error_after_a_while() {
    let name: Name = "a".parse().unwrap();
    let directory = directory();
    let mut settings = Settings::podman("hostile", directory.path().join("ours"));
    settings.socket = directory.path().join("socket");
    let engine = engine_that(Says::Nothing, &settings.socket);
    let connected = Engine::connect(settings).await.unwrap();
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    assert!(matches!(connected.pid(&name).await, Err(Error::Unreachable(_))));
    assert!(begin.elapsed() < Duration::from_secs(40));
    engine.abort();
}

#[tokio::test]
async fn nobody_at_the_socket_is_no_engine() {
    let directory = directory();
    let mut settings = Settings::podman("hostile", directory.path().join("ours"));
    settings.socket = directory.path().join("socket");
    assert!(matches!(Engine::connect(settings.clone()).await, Err(Error::Unreachable(_))));
    // A socket that nobody listens on any more.
    drop(std::os::unix::net::UnixListener::bind(&settings.socket).unwrap());
    assert!(matches!(Engine::connect(settings.clone()).await, Err(Error::Unreachable(_))));
    settings.instance = "../x".into();
    assert!(matches!(Engine::connect(settings).await, Err(Error::Unsupported { .. })));
}

fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
