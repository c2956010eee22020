//! A desktop, its guests and its ports, through the gateway.

use std::sync::Arc;

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use tosd::desktops::{Phase, Step};

use crate::house::{House, PASSWORD};

/// What stands in a grant.
pub fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

const NAVIGATION: [(&str, &str); 2] = [("accept", "text/html"), ("sec-fetch-mode", "navigate")];

#[tokio::test]
async fn the_page_is_ours_and_the_data_is_the_containers() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let page = ada.get("/u/ada/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<title>TOS</title>"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    let data = ada.send(Method::GET, "/u/ada/api/v1/state?x=1", &[("x-secret", "1"), ("cookie2", "y")], None).await;
    let told = data.json();
    assert_eq!((told["user"].as_str(), told["uri"].as_str()), (Some("ada"), Some("/api/v1/state?x=1")));
    for gone in ["cookie", "x-secret", "cookie2", "x-forwarded-for"] {
        assert!(told["headers"].get(gone).is_none(), "{gone}");
    }
    let bearer =
        |told: &Value| claims(told["headers"]["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap());
    let grant = bearer(&told);
    assert_eq!(
        (grant["iss"].as_str(), grant["aud"].as_str(), grant["sub"].as_str()),
        (Some("tosd"), Some("tos-ada"), Some("ada"))
    );
    assert_eq!(grant["role"], "control");
    assert!(grant["exp"].as_u64().unwrap() - grant["iat"].as_u64().unwrap() <= 60);
    let again = bearer(&ada.get("/u/ada/api/v1/state").await.json());
    assert_ne!(grant["jti"], again["jti"], "each request has its own");
    assert_eq!(data.headers["content-security-policy"], "default-src 'none'; sandbox");
    let config = ada.get("/u/ada/api/v1/config").await.json();
    assert_eq!(config["portal"], "/", "a container does not say where passwords are typed");
    assert_eq!(ada.get("/u/ada/hostile").await.status, 404, "only what is known is asked for");
    assert_eq!(ada.get("/u/ada/metrics").await.status, 404);
}

#[tokio::test]
async fn a_desktop_starts_with_the_sign_in_and_tells_when_it_is_otherwise() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    house.phase.send_replace(Phase::Hibernated);
    let mut opened = house.opened.clone();
    opened.mark_unchanged();
    let signed = ada.post("/auth/password", json!({ "name": "ada", "password": PASSWORD })).await.json();
    assert_eq!((signed["name"].as_str(), signed["desktop"]["is"].as_str()), (Some("ada"), Some("hibernated")));
    opened.changed().await.unwrap();
    assert!(ada.get("/u/ada/").await.text().contains("starting.js"), "a page that tells how far it is");

    let seen = ada.get("/u/ada/phase").await;
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(seen.json()["is"], "hibernated");
    let conditions = [("if-none-match", tag.as_str())];
    let next = ada.send(Method::GET, "/u/ada/phase", &conditions, None);
    let change = async {
        // The question is there when it has subscribed.
        while house.phase.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        house.phase.send_replace(Phase::Starting { step: Step::Container });
    };
    let (next, ()) = tokio::join!(next, change);
    assert_eq!(next.json(), json!({ "is": "starting", "step": "container" }));
}

#[tokio::test]
async fn a_page_waits_for_a_desktop_that_wakes_up() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    house.phase.send_replace(Phase::Frozen);
    let change = async {
        while house.phase.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        house.phase.send_replace(Phase::Starting { step: Step::Thaw });
        house.phase.send_replace(Phase::Running);
    };
    let (page, ()) = tokio::join!(ada.get("/u/ada/"), change);
    assert!(page.text().contains("<title>TOS</title>"), "{}", page.text());
}

#[tokio::test]
async fn a_guest_looks_until_the_link_is_revoked() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let _ben = house.joined("ben").await;
    let made = ada.post("/auth/account/guest", json!({ "label": "<b>x</b>", "hours": 1 })).await.json();
    let url = made["url"].as_str().unwrap().strip_prefix(&ada.origin()).unwrap().to_owned();
    let guest = house.browser();
    let entered = guest.get(&url).await;
    assert_eq!((entered.status, entered.location()), (303, "/u/ada/".into()));
    assert_eq!(guest.get("/u/ada/").await.status, 200);
    let told = guest.get("/u/ada/api/v1/state").await.json();
    let grant = claims(told["headers"]["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap());
    assert_eq!(grant["role"], "view");
    assert!(grant["sub"].as_str().unwrap().starts_with("guest-"));
    assert_ne!(guest.get("/u/ben/").await.status, 200, "one desktop, not all");
    assert_ne!(guest.send(Method::GET, "/u/ada/port/8888/", &NAVIGATION, None).await.status, 303, "no ports");
    assert_eq!(guest.get("/auth/account").await.status, 401);
    let mut socket = guest.socket("/u/ada/api/v1/events", &guest.origin()).await.unwrap();
    socket.send(Message::text("x")).await.unwrap();
    socket.next().await.unwrap().unwrap();
    let id = made["guest"]["id"].clone();
    assert_eq!(ada.post("/auth/account/guest/revoke", json!({ "id": id })).await.status, 200);
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text());
    }
    assert_eq!(guest.get("/u/ada/api/v1/state").await.status, 401);
    assert_eq!(house.browser().get(&url).await.status, 404);
}

#[tokio::test]
async fn a_port_is_shown_where_it_cannot_be_us() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let entered = ada.send(Method::GET, "/u/ada/port/8888/hostile?a=b", &NAVIGATION, None).await;
    assert_eq!(entered.status, 303);
    let place = entered.location();
    assert!(place.starts_with("/u/ada/port/8888/~") && place.ends_with("/hostile?a=b"), "{place}");
    // What runs there has no cookie of ours: the ticket is all it has.
    let page = house.browser();
    let shown = page.get(&place).await;
    assert_eq!(shown.status, 200);
    let policies: Vec<_> = shown.headers.get_all("content-security-policy").iter().collect();
    let sandbox =
        policies.iter().find(|policy| policy.to_str().unwrap().starts_with("sandbox")).unwrap().to_str().unwrap();
    assert!(!sandbox.contains("allow-same-origin") && !sandbox.contains("allow-top-navigation"));
    assert!(!shown.headers.contains_key("clear-site-data"));
    let cookies: Vec<_> = shown.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(cookies[0].starts_with("mine=1; Path=/u/ada/port/8888/~") && !cookies[0].contains("Domain"));
    let base = place.strip_suffix("hostile?a=b").unwrap();
    let told = ada.get(&format!("{base}x/y?z")).await.json();
    assert_eq!(told["uri"], "/x/y?z");
    assert!(told["headers"].get("cookie").is_none() && told["headers"].get("authorization").is_none());
    assert_eq!(ada.get(&format!("{base}leave")).await.location(), format!("{base}there"));
    // Its scripts may ask their own port, and nothing else.
    let null =
        [("origin", "null"), ("sec-fetch-site", "cross-site"), ("content-type", "application/json"), ("x-tos", "1")];
    assert_eq!(page.send(Method::POST, &format!("{base}api"), &null, None).await.status, 200);
    for path in ["/auth/account/guest", "/auth/sign-out", "/u/ada/api/v1/command", "/admin/api/act"] {
        assert_eq!(ada.send(Method::POST, path, &null, Some("{}".into())).await.status, 403, "{path}");
    }
    let mut socket = page.socket(&format!("{base}socket"), "null").await.unwrap();
    socket.send(Message::text("hi")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "hi");
    assert_eq!(ada.get(&entered_at(&ada, 1).await).await.status, 502, "nobody listens there");
    ada.post("/auth/sign-out", json!({})).await;
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text());
    }
    assert_eq!(page.get(&place).await.status, 403, "the ticket ends with its session");
}

async fn entered_at(browser: &crate::house::Browser, port: u16) -> String {
    browser.send(Method::GET, &format!("/u/ada/port/{port}/"), &NAVIGATION, None).await.location()
}

#[tokio::test]
async fn browsers_without_video_get_novnc_of_this_host_and_who_only_looks_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [("core/rfb.js", "export default 1;"), ("core/secret.txt", "x"), ("app/ui.js", "x")] {
        std::fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    let novnc = folder.path().to_owned();
    let house = Arc::new(House::with(|config| config.gateway.novnc = novnc).await);
    let ada = house.joined("ada").await;
    let script = ada.get("/u/ada/novnc/core/rfb.js").await;
    assert_eq!((script.status, script.text().as_str()), (200, "export default 1;"));
    assert!(script.headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    for path in ["core/secret.txt", "app/ui.js", "core/", "core/..%2fcore/rfb.js", "core/nothing.js", ".core/rfb.js"] {
        let status = ada.get(&format!("/u/ada/novnc/{path}")).await.status;
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    assert_eq!(house.browser().get("/u/ada/novnc/core/rfb.js").await.status, 401);
    let made = ada.post("/auth/account/guest", json!({ "label": "", "hours": 1 })).await.json();
    let guest = house.browser();
    guest.get(made["url"].as_str().unwrap().strip_prefix(&ada.origin()).unwrap()).await;
    assert_eq!(guest.get("/u/ada/novnc/core/rfb.js").await.status, 200);
    // The desktop leads whoever has this role to the server that takes no input.
    for (browser, role) in [(&ada, "control"), (&guest, "view")] {
        let mut socket = browser.socket("/u/ada/vnc", &browser.origin()).await.unwrap();
        let told = socket.next().await.unwrap().unwrap();
        assert_eq!(claims(told.to_text().unwrap().strip_prefix("Bearer ").unwrap())["role"], role);
    }
}

#[tokio::test]
async fn who_is_removed_loses_the_desktop_first() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let ben = house.joined("ben").await;
    assert_eq!(
        ada.post("/admin/api/user/remove", json!({ "name": "ada" })).await.status,
        409,
        "the last administrator"
    );
    assert!(house.acts.lock().is_empty());
    assert_eq!(ada.post("/admin/api/user/remove", json!({ "name": "ben" })).await.status, 200);
    assert_eq!(*house.acts.lock(), [("ben".to_owned(), tosd::desktops::Act::Kill)]);
    assert!(house.store.user_named("ben").await.unwrap().is_none());
    assert_eq!(ben.get("/u/ben/api/v1/state").await.status, 401);
    assert!(house.audit().await.iter().any(|line| line == "user removed Done ben"));
}
