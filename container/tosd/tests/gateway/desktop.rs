//! A desktop, its guests and its ports, through the gateway.

use std::sync::Arc;

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;

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
