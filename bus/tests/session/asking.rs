//! Programs ask the user, as `xdg-desktop-portal` does for them.

use std::collections::HashMap;
use std::time::Duration;

use bus::{Answer, Ask, Parent, Question, Told, Word};
use futures::future::join_all;
use serde::Serialize;
use tokio::task::JoinHandle;
use zbus::wire::{DynamicType, ObjectPath, OwnedVariant, Variant};
use zbus::{Connection, Proxy};

use crate::on_bus::{Session, object};

type Reply = (u32, HashMap<String, OwnedVariant>);
type Options = HashMap<&'static str, Variant<'static>>;

const NAME: &str = "org.freedesktop.impl.portal.desktop.tos";
const PATH: &str = "/org/freedesktop/portal/desktop";

async fn portal(program: &Connection, interface: &'static str) -> Proxy<'static> {
    object(program, NAME, PATH, interface).await
}

async fn chooser(program: &Connection) -> Proxy<'static> {
    portal(program, "org.freedesktop.impl.portal.FileChooser").await
}

fn handle(name: &str) -> ObjectPath<'static> {
    ObjectPath::try_from(format!("{PATH}/request/1_1/{name}")).unwrap()
}

/// A call that is under way, whatever this task waits for meanwhile.
fn call<B>(proxy: &Proxy<'static>, method: &'static str, body: B) -> JoinHandle<Reply>
where
    B: Serialize + DynamicType + Send + Sync + 'static,
{
    let proxy = proxy.clone();
    tokio::spawn(async move { proxy.call(method, &body).await.unwrap() })
}

fn choose(proxy: &Proxy<'static>, method: &'static str, name: &str, options: Options) -> JoinHandle<Reply> {
    call(proxy, method, (handle(name), "org.example.Mail", "wayland:abc", "Attach", options))
}

/// So often it is looked whether there is more to come.
const A_WHILE: Duration = Duration::from_millis(20);

fn word(session: &Session) -> Word {
    tokio::task::block_in_place(|| session.word())
}

fn asked(session: &Session) -> Ask {
    match word(session) {
        Word::Ask(ask) => ask,
        other => panic!("{other:?}"),
    }
}

fn files(paths: &[&[u8]]) -> Answer {
    let paths = paths.iter().map(|path| path.to_vec()).collect();
    Answer::Files { paths, filter: Some(0), choices: vec![("encoding".into(), "utf8".into())] }
}

fn pictures() -> (String, Vec<(u32, String)>) {
    ("Pictures".into(), vec![(0, "*.png".into()), (1, "image/*".into())])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_asked_for_and_what_is_chosen_comes_as_addresses() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = chooser(&program).await;
    let options = HashMap::from([
        ("multiple", Variant::new(true)),
        ("filters", Variant::new(vec![pictures()])),
        ("current_folder", Variant::new(b"/home/\xff\0".to_vec())),
        ("accept_label", Variant::new("_Attach")),
    ]);
    let reply = choose(&proxy, "OpenFile", "t1", options);
    {
        let ask = asked(&session);
        assert_eq!((ask.title.as_str(), ask.program.as_str()), ("Attach", "org.example.Mail"));
        assert_eq!((ask.parent, ask.accept.as_deref()), (Parent::Wayland("abc".into()), Some("Attach")));
        let Question::Open { multiple: true, directory: false, terms } = ask.question else { panic!("it is not") };
        assert_eq!((terms.folder.as_deref(), terms.filters.len()), (Some(&b"/home/\xff"[..]), 1));
        session.bus.tell(Told::Answered(ask.id, files(&[b"/home/a b.png", b"/home/\xff.png"])));
    }
    let (response, results) = reply.await.unwrap();
    assert_eq!(response, 0);
    let uris: Vec<String> = results["uris"].try_clone().unwrap().try_into().unwrap();
    assert_eq!(uris, ["file:///home/a%20b.png", "file:///home/%FF.png"]);
    let filter = <(String, Vec<(u32, String)>)>::try_from(results["current_filter"].try_clone().unwrap()).unwrap();
    assert_eq!(filter, pictures());
    let choices: Vec<(String, String)> = results["choices"].try_clone().unwrap().try_into().unwrap();
    assert_eq!(choices, [("encoding".into(), "utf8".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_taken_back_by_who_asked_or_when_they_leave() {
    let session = Session::new();
    let (program, stranger) = (session.program().await, session.program().await);
    let proxy = chooser(&program).await;
    let close = |by: Connection| async move {
        let request = Proxy::new(&by, NAME, handle("t1"), "org.freedesktop.impl.portal.Request").await.unwrap();
        request.call::<_, _, ()>("Close", &()).await
    };
    let reply = choose(&proxy, "SaveFile", "t1", HashMap::new());
    {
        let ask = asked(&session);
        assert!(close(stranger.clone()).await.is_err(), "it is not theirs");
        close(program.clone()).await.unwrap();
        assert_eq!(word(&session), Word::Unask(ask.id));
        // Too late.
        session.bus.tell(Told::Answered(ask.id, files(&[b"/etc/passwd"])));
    }
    let (response, results) = reply.await.unwrap();
    assert_eq!((response, results.len()), (2, 0));

    let leaving = session.program().await;
    let proxy = chooser(&leaving).await;
    let task = choose(&proxy, "OpenFile", "t2", HashMap::new());
    drop(proxy);
    let ask = asked(&session);
    task.abort();
    let _ = task.await;
    leaving.close().await.unwrap();
    assert_eq!(word(&session), Word::Unask(ask.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_are_answered_and_few_are_shown() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = chooser(&program).await;
    let call = |n: u32| {
        let proxy = proxy.clone();
        async move { choose(&proxy, "OpenFile", &format!("t{n}"), HashMap::new()).await.unwrap() }
    };
    let all = tokio::spawn(join_all((0..1000).map(call)));
    // What is asked is answered until there is nothing more to ask: some come while there is room again.
    while !all.is_finished() {
        if let Ok(Word::Ask(ask)) = tokio::task::block_in_place(|| session.words.recv_timeout(A_WHILE)) {
            session.bus.tell(Told::Answered(ask.id, Answer::Cancelled));
        }
    }
    let replies = all.await.unwrap();
    let shown = replies.iter().filter(|(response, _)| *response == 1).count();
    assert!((1..=30).contains(&shown), "{shown}");
    assert_eq!(replies.iter().filter(|(response, _)| *response == 2).count(), 1000 - shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_answered_and_nobody_is_asked() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = chooser(&program).await;
    let globs = vec![(String::from("x"), vec![(0_u32, String::from("*")); 10_000])];
    let one = |key, value| HashMap::from([(key, value)]);
    let bad: [(&str, Options); 9] = [
        ("OpenFile", one("filters", Variant::new(globs))),
        ("OpenFile", one("filters", Variant::new("none"))),
        ("OpenFile", one("current_folder", Variant::new(b"/a/../../etc\0".to_vec()))),
        ("OpenFile", one("current_folder", Variant::new(b"/a\0b\0".to_vec()))),
        ("OpenFile", one("current_folder", Variant::new("/home"))),
        ("SaveFile", one("current_name", Variant::new("x".repeat(4 << 20)))),
        ("SaveFile", one("current_file", Variant::new(b"../x\0".to_vec()))),
        ("SaveFiles", one("files", Variant::new(vec![b"../x\0".to_vec()]))),
        ("SaveFiles", HashMap::new()),
    ];
    for (at, (method, options)) in bad.into_iter().enumerate() {
        let (response, results) = choose(&proxy, method, &format!("t{at}"), options).await.unwrap();
        assert_eq!((response, results.len()), (2, 0), "{method} {at}");
    }
    let elsewhere = ObjectPath::try_from("/org/freedesktop/Notifications").unwrap();
    let (response, _) = call(&proxy, "OpenFile", (elsewhere, "", "", "", Options::new())).await.unwrap();
    assert_eq!(response, 2);
    // A title of megabytes is cut.
    let text = "x".repeat(4 << 20);
    let reply = call(&proxy, "OpenFile", (handle("long"), text.clone(), text.clone(), text, Options::new()));
    let ask = asked(&session);
    assert!(ask.title.chars().count() < 200 && ask.program.chars().count() < 300);
    session.bus.tell(Told::Answered(ask.id, Answer::Cancelled));
    assert_eq!(reply.await.unwrap().0, 1, "and nobody was asked anything before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_one_of_those_that_were_offered() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program, "org.freedesktop.impl.portal.AppChooser").await;
    for (choice, expected) in [("org.b", 0), ("org.evil", 2)] {
        let options: Options =
            HashMap::from([("last_choice", Variant::new("org.b")), ("filename", Variant::new("a.txt"))]);
        let body = (handle(&choice.replace('.', "_")), "", "", vec!["org.a", "org.b"], options);
        let reply = call(&proxy, "ChooseApplication", body);
        {
            let ask = asked(&session);
            let Question::Program { choices, last, what } = ask.question else { panic!("it is not") };
            assert_eq!((choices.len(), last.as_deref(), what.as_str()), (2, Some("org.b"), "a.txt"));
            session.bus.tell(Told::Answered(ask.id, Answer::Program(choice.into())));
        }
        let (response, results) = reply.await.unwrap();
        assert_eq!(response, expected);
        assert_eq!(results.contains_key("choice"), expected == 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_portal_is_believed_that_the_user_was_asked_before() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program, "org.freedesktop.impl.portal.Screenshot").await;
    for (name, trusted) in [("t1", false), ("t2", true)] {
        if trusted {
            program.request_name("org.freedesktop.portal.Desktop").await.unwrap();
        }
        let options: Options = HashMap::from([("permission_store_checked", Variant::new(true))]);
        let reply = call(&proxy, "Screenshot", (handle(name), "org.example.Any", "", options));
        {
            let ask = asked(&session);
            assert_eq!(ask.question, Question::Screenshot { ask: !trusted });
            session.bus.tell(Told::Answered(ask.id, Answer::Picture(b"/tmp/a b.png".to_vec())));
        }
        let (response, results) = reply.await.unwrap();
        assert_eq!((response, &*results["uri"]), (0, &Variant::new("file:///tmp/a%20b.png")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_the_user_is_is_told_when_they_want() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program, "org.freedesktop.impl.portal.Account").await;
    let options: Options = HashMap::from([("reason", Variant::new("to greet you"))]);
    let reply = call(&proxy, "GetUserInformation", (handle("a1"), "org.example.Mail", "", options));
    {
        let ask = asked(&session);
        assert_eq!(ask.question, Question::Account { reason: "to greet you".into() });
        let answer = Answer::Account { user: "ada".into(), name: "Ada Lovelace".into() };
        session.bus.tell(Told::Answered(ask.id, answer));
    }
    let (response, results) = reply.await.unwrap();
    assert_eq!(
        (response, &*results["id"], &*results["name"]),
        (0, &Variant::new("ada"), &Variant::new("Ada Lovelace"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_program_opens_something_the_user_hears_of_it() {
    let session = Session::new();
    let program = session.program().await;
    let proxy = portal(&program, "org.freedesktop.impl.portal.AppChooser").await;
    let options: Options = HashMap::from([("uri", Variant::new("warp:nine"))]);
    let none: Vec<String> = Vec::new();
    let reply = call(&proxy, "ChooseApplication", (handle("c1"), "org.example.Mail", "", none, options));
    assert_eq!(word(&session), Word::Unopened("warp:nine".into()));
    assert_eq!(reply.await.unwrap().0, 2);
}
