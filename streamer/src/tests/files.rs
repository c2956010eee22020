//! Files in and out over HTTP.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    Desk,
    http::{Response, request},
    soon,
};
use crate::{FileRules, protocol::Role};

const UPLOAD: &str = "/api/v1/upload";

fn desk(folder: &Path, most: u64) -> Desk {
    let desk = Desk::start();
    desk.streamer.set_file_rules(Some(FileRules { folder: folder.join("Downloads"), most }));
    desk
}

impl Desk {
    async fn call(&self, method: &str, path: &str, role: Role, headers: &[(&str, &str)], body: &str) -> Response {
        request(self, method, path, Some(self.token(role)), headers, body).await
    }

    async fn begin(&self, name: &str, size: u64) -> Response {
        let body = json!({ "name": name, "size": size, "modified": 3 }).to_string();
        self.call("POST", UPLOAD, Role::Control, &[], &body).await
    }

    async fn piece(&self, id: &str, at: u64, body: &str) -> Response {
        let at = at.to_string();
        self.call("PATCH", &format!("{UPLOAD}/{id}"), Role::Control, &[("upload-offset", &at)], body).await
    }
}

fn read(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body))
}

fn reason(response: &Response) -> (u16, String) {
    (response.status, read(response)["error"]["reason"].as_str().unwrap_or_default().to_owned())
}

/// Where the answer to `POST /api/v1/download` leads.
fn address(ticket: &Response) -> String {
    // Relative to the request.
    format!("/api/v1/{}", read(ticket)["url"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_comes_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), 1000);
    let begun = desk.begin("../../log book.txt", 11).await;
    assert_eq!((begun.status, &read(&begun)["offset"]), (200, &json!(0)));
    let id = read(&begun)["id"].as_str().unwrap().to_owned();
    assert_eq!(read(&desk.piece(&id, 0, "captain").await)["offset"], 7);
    assert_eq!(reason(&desk.piece(&id, 3, "s log").await), (409, "wrong_offset".into()));
    assert_eq!(reason(&desk.piece(&id, 7, "'s log, stardate").await), (422, "too_long".into()));
    let standing = desk.call("GET", &format!("{UPLOAD}/{id}"), Role::Control, &[], "").await;
    assert_eq!(read(&standing), json!({ "id": id, "offset": 7, "size": 11 }));
    assert_eq!(read(&desk.begin("../../log book.txt", 11).await)["offset"], 7, "begun again, it goes on");
    assert_eq!(read(&desk.piece(&id, 7, " log").await)["name"], "log book.txt");
    assert_eq!(fs::read_to_string(folder.path().join("Downloads/log book.txt")).unwrap(), "captain log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_before_the_line_was_cut_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), 100 << 20);
    let size = 8 << 20;
    let id = read(&desk.begin("big", size).await)["id"].as_str().unwrap().to_owned();
    let mut line = TcpStream::connect(desk.streamer.address()).await.unwrap();
    let head = format!(
        "PATCH {UPLOAD}/{id} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\nupload-offset: 0\r\n\
         content-length: {size}\r\n\r\n",
        desk.token(Role::Control),
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&vec![b'x'; 3 << 20]).await.unwrap();
    let offset = || async {
        let standing = desk.call("GET", &format!("{UPLOAD}/{id}"), Role::Control, &[], "").await;
        read(&standing)["offset"].as_u64().unwrap()
    };
    soon("most of what was sent", async {
        while offset().await < 2 << 20 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(line);
    // Where it goes on, all the rest fits.
    let mut at = offset().await;
    while at < size {
        let rest = "y".repeat(usize::try_from((size - at).min(1 << 20)).unwrap());
        let answer = desk.piece(&id, at, &rest).await;
        // The last bytes before the cut may have come meanwhile.
        at = if answer.status == 200 { read(&answer)["offset"].as_u64().unwrap() } else { offset().await };
    }
    let bytes = fs::read(folder.path().join("Downloads/big")).unwrap();
    assert_eq!(bytes.len() as u64, size);
    assert!(bytes.starts_with(&vec![b'x'; 2 << 20]) && bytes.ends_with(b"y"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_or_asks_too_much_hears_why() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), 1000);
    assert_eq!(reason(&desk.begin("a", 1001).await), (413, "too_large".into()));
    assert_eq!(reason(&desk.piece("0123", 0, "x").await), (404, "unknown_upload".into()));
    let begin = json!({ "name": "a", "size": 1 }).to_string();
    for (method, path) in [
        ("POST", UPLOAD),
        ("GET", "/api/v1/upload/1"),
        ("PATCH", "/api/v1/upload/1"),
        ("DELETE", "/api/v1/upload/1"),
        ("POST", "/api/v1/download"),
    ] {
        let refused = desk.call(method, path, Role::View, &[], &begin).await;
        assert_eq!(reason(&refused), (403, "forbidden".into()), "{method} {path}");
        assert_eq!(request(&desk, method, path, None, &[], &begin).await.status, 401);
    }
    for body in [json!({ "name": "a" }), json!({ "name": "a", "size": -1 }), json!({ "name": 1, "size": 1 }), json!([])]
    {
        let refused = desk.call("POST", UPLOAD, Role::Control, &[], &body.to_string()).await;
        assert_eq!(reason(&refused), (422, "not_understood".into()), "{body}");
    }
    let id = read(&desk.begin("a", 5).await)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        reason(&desk.call("PATCH", &format!("{UPLOAD}/{id}"), Role::Control, &[], "x").await),
        (400, "no_offset".into())
    );
    assert_eq!(desk.call("DELETE", &format!("{UPLOAD}/{id}"), Role::Control, &[], "").await.status, 204);
    assert_eq!(fs::read_dir(folder.path().join("Downloads")).unwrap().count(), 0);
    desk.streamer.set_file_rules(None);
    assert_eq!(reason(&desk.begin("a", 1).await), (409, "no_files".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_fetches_a_file_once_and_its_rest_with_the_tag() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    let file = folder.path().join("log \"é\".txt");
    fs::write(&file, "0123456789").unwrap();
    let url = format!("/{}", desk.streamer.offer_files(vec![file.clone()]).unwrap());
    // A look does not use it up.
    assert_eq!(request(&desk, "HEAD", &url, None, &[], "").await.status, 405);
    let whole = request(&desk, "GET", &url, None, &[], "").await;
    assert_eq!((whole.status, whole.body.as_str()), (200, "0123456789"));
    assert_eq!(
        whole.header("content-disposition"),
        Some("attachment; filename=\"log ___.txt\"; filename*=UTF-8''log%20%22%C3%A9%22.txt")
    );
    assert_eq!(
        (whole.header("content-type"), whole.header("x-content-type-options")),
        (Some("application/octet-stream"), Some("nosniff"))
    );
    assert_eq!(request(&desk, "GET", &url, None, &[], "").await.status, 404, "it was used");
    assert_eq!(request(&desk, "GET", &url, None, &[("range", "bytes=5-")], "").await.status, 404);
    let tag = whole.header("etag").unwrap();
    let rest = request(&desk, "GET", &url, None, &[("range", "bytes=7-"), ("if-range", tag)], "").await;
    assert_eq!((rest.status, rest.body.as_str(), rest.header("content-range")), (206, "789", Some("bytes 7-9/10")));
    let beyond = request(&desk, "GET", &url, None, &[("range", "bytes=10-"), ("if-range", tag)], "").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */10")));
    // Another file by now: no part of it fits what is there.
    fs::write(&file, "abcdefghijklm").unwrap();
    let other = request(&desk, "GET", &url, None, &[("range", "bytes=7-"), ("if-range", tag)], "").await;
    assert_eq!((other.status, other.body.as_str()), (200, "abcdefghijklm"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_comes_as_a_tar_and_what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::start();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    fs::write(logs.join("one"), "stardate").unwrap();
    let body = json!({ "paths": [&logs] }).to_string();
    let ticket = desk.call("POST", "/api/v1/download", Role::Control, &[], &body).await;
    let url = address(&ticket);
    let mut line = TcpStream::connect(desk.streamer.address()).await.unwrap();
    line.write_all(format!("GET {url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    soon("the tar", line.read_to_end(&mut answer)).await.unwrap();
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("filename=\"logs.tar\""), "{text}");
    assert!(text.contains("logs/one") && text.contains("stardate"));
    for (paths, status) in [(json!(["/nonexistent"]), 403), (json!(["/dev/zero"]), 403)] {
        let ticket =
            desk.call("POST", "/api/v1/download", Role::Control, &[], &json!({ "paths": paths }).to_string()).await;
        let url = address(&ticket);
        assert_eq!(reason(&request(&desk, "GET", &url, None, &[], "").await), (status, "unreadable".into()));
    }
    for paths in [json!([]), json!(["etc/passwd"]), json!(["/a", "../b"])] {
        let refused =
            desk.call("POST", "/api/v1/download", Role::Control, &[], &json!({ "paths": paths }).to_string()).await;
        assert_eq!(reason(&refused), (422, "bad_paths".into()));
    }
}
