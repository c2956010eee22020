//! The database goes away, and the disk fills up, under a gateway that serves. Nothing is done that cannot be written down,
//! nobody is told why, who is inside stays inside, and all of it passes by itself.

use std::sync::Arc;

use axum::http::Method;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::json;
use store::audit::Verdict;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    disk::Disk,
    house::{Answer, Browser, House, PASSWORD},
    servers::Postgres,
};

/// Says what to do, and nothing of what is behind.
#[track_caller]
fn vague(answer: &Answer, status: u16, reason: &str) {
    assert_eq!((answer.status, answer.json()["error"]["reason"].as_str()), (status, Some(reason)));
    let text = answer.text().to_lowercase();
    for word in ["sql", "postgres", "database", "127.0.0.1", "disk", "/", "error returned", "pool"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

async fn whole(house: &House) {
    assert!(matches!(house.store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
}

/// Sends something, and hears it again.
async fn echoes<S>(socket: &mut tokio_tungstenite::WebSocketStream<S>, text: &str)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    socket.send(Message::text(text)).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap().as_str(), text);
}

async fn page(browser: &Browser, path: &str) -> Answer {
    browser.send(Method::GET, path, &[("accept", "text/html")], None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_cut_off_is_waited_for_and_nobody_is_thrown_out() {
    let mut server = Postgres::new();
    let url = server.database();
    let house = Arc::new(House::with(|config| config.database = Some(url)).await);
    let ada = house.joined("ada").await;
    let _ben = house.joined("ben").await;
    let mut socket = ada.socket("/u/ada/api/v1/events", &ada.origin()).await.unwrap();
    echoes(&mut socket, "before").await;
    server.crash();
    // All at once: each waits for a connection as long as it may.
    let (nobody, form) = (house.browser(), json!({ "name": "ada", "password": PASSWORD }));
    let act = json!({ "user": "ben", "act": "kill" });
    let (account, signing, acting, desktop, shown) = tokio::join!(
        ada.get("/auth/account"),
        nobody.post("/auth/password", form),
        ada.post("/admin/api/act", act.clone()),
        ada.get("/u/ada/api/v1/state"),
        page(&ada, "/u/ada/"),
    );
    for answer in [&account, &signing, &acting, &desktop] {
        vague(answer, 503, "unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(shown.status == 503 && shown.text().contains("Try again in a moment"), "{}", shown.text());
    assert!(!nobody.cookies.lock().contains_key("__Host-tos"), "nobody is let in unseen");
    assert_eq!(house.acts.lock().len(), 0, "nothing is done that is not written down");
    echoes(&mut socket, "meanwhile").await;
    assert_eq!(nobody.get("/healthz").await.status, 200);
    assert_eq!(page(&nobody, "/").await.status, 200, "the portal itself needs no database");
    server.start();
    assert_eq!(ada.get("/auth/account").await.status, 200, "the same cookie, the same gateway");
    echoes(&mut socket, "after").await;
    assert_eq!(ada.post("/admin/api/act", act).await.status, 200);
    assert_eq!(house.acts.lock().len(), 1);
    assert_eq!(nobody.post("/auth/password", json!({ "name": "ada", "password": "not it" })).await.status, 403);
    whole(&house).await;
    let audit = house.audit().await;
    assert_eq!(audit.iter().filter(|line| *line == "kill Done ben").count(), 1, "{audit:?}");
    assert!(audit.iter().any(|line| line == "sign-in Refused ada"), "{audit:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_what_would_be_written_and_is_got_over() {
    let Some(disk) = Disk::new() else { return };
    let data = disk.path().join("data");
    let house = Arc::new(House::with(|config| config.data = data).await);
    let ada = house.joined("ada").await;
    let _ben = house.joined("ben").await;
    let mut socket = ada.socket("/u/ada/api/v1/events", &ada.origin()).await.unwrap();
    disk.fill();
    // What was begun may have found a little room in the file; then there is none.
    let nobody = house.browser();
    let form = json!({ "name": "ada", "password": PASSWORD });
    let mut written = nobody.post("/auth/password", form.clone()).await;
    for _ in 0..100 {
        if written.status == 200 {
            written = ada.post("/admin/api/invite", json!({ "role": "user", "plan": "standard", "hours": 1 })).await;
        }
    }
    vague(&written, 507, "no_room");
    house.acts.lock().clear();
    vague(&ada.post("/admin/api/act", json!({ "user": "ben", "act": "kill" })).await, 507, "no_room");
    assert_eq!(house.acts.lock().len(), 0, "nothing is done that is not written down");
    assert_eq!(ada.get("/auth/account").await.status, 200, "what is there can be read");
    assert_eq!(ada.get("/u/ada/api/v1/state").await.status, 200, "and who is inside works on");
    echoes(&mut socket, "meanwhile").await;
    disk.clear();
    assert_eq!(house.browser().post("/auth/password", form).await.status, 200);
    assert_eq!(ada.post("/admin/api/act", json!({ "user": "ben", "act": "kill" })).await.status, 200);
    assert_eq!(house.acts.lock().len(), 1);
    whole(&house).await;
}
