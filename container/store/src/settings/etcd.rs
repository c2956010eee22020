//! Settings in etcd, by its JSON gateway (<https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/>): its own protocol is gRPC,
//! which would need a compiler of its own to build this. Keys and values are base64, numbers are texts, and what is zero is
//! left out.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{StreamExt as _, stream::BoxStream};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::{
    Change, Error, Expect, LIST_BYTES_MAX, LIST_MAX, PATIENCE, Setting, Settings, after, check_key, check_prefix,
    check_value, pause,
};

/// What our keys begin with in etcd.
const OURS: &str = "tos/settings/";
/// The largest answer: all that may be listed, as base64, and what is around it.
const ANSWER_MAX: usize = LIST_BYTES_MAX / 3 * 4 + LIST_MAX * 1024;

pub(super) struct InEtcd(Etcd);

#[derive(Clone)]
struct Etcd {
    client: Client,
    /// Its members, such as `http://127.0.0.1:2379`. The next is asked when one does not answer.
    members: Vec<String>,
    /// User and password, where it wants them.
    user: Option<(String, String)>,
    /// What it gave for them.
    token: std::sync::Arc<Mutex<Option<String>>>,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    mod_revision: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    kvs: Vec<Entry>,
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    revision: String,
}

#[derive(Deserialize)]
struct Done {
    header: Header,
    #[serde(default)]
    succeeded: bool,
}

impl InEtcd {
    pub(super) async fn open(address: &str) -> Result<Self, Error> {
        let (scheme, rest) = address.split_once("://").ok_or(Error::Address)?;
        let scheme = if scheme == "etcds" { "https" } else { "http" };
        let (user, hosts) = match rest.rsplit_once('@') {
            Some((user, hosts)) => {
                let (name, password) = user.split_once(':').ok_or(Error::Address)?;
                (Some((name.to_owned(), password.to_owned())), hosts)
            }
            None => (None, rest),
        };
        let hosts: Vec<&str> = hosts.trim_end_matches('/').split(',').collect();
        if hosts.iter().any(|host| host.is_empty() || host.contains('/')) {
            return Err(Error::Address);
        }
        // Whoever is first decides; a program that chose another provider keeps it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| unavailable(&error))?;
        let members = hosts.iter().map(|host| format!("{scheme}://{host}")).collect();
        let etcd = Etcd { client, members, user, token: std::sync::Arc::default() };
        let _: Range = etcd.ask("kv/range", &json!({"key": key(""), "limit": 1}), true).await?;
        Ok(Self(etcd))
    }
}

impl Etcd {
    /// Asks, and gives the whole answer. What only reads is asked of each member until one answers; what changes, of the
    /// next only if there was no connection to the one before.
    async fn ask<T: DeserializeOwned>(&self, what: &str, question: &Value, reads: bool) -> Result<T, Error> {
        let answer = tokio::time::timeout(PATIENCE, async {
            let response = self.send(what, question, reads).await?;
            whole(response).await
        });
        let answer = answer.await.map_err(|_| Error::Unavailable("no answer".to_owned()))??;
        serde_json::from_slice(&answer).map_err(|error| Error::Unexpected(error.to_string()))
    }

    async fn send(&self, what: &str, question: &Value, reads: bool) -> Result<Response, Error> {
        let mut failed = Error::Unavailable("it has no member".to_owned());
        for member in &self.members {
            // A second time with a new token, if it knows the old one no more.
            for renewed in [false, true] {
                let token = self.token(member, renewed).await?;
                let mut request = self.client.post(format!("{member}/v3/{what}")).body(question.to_string());
                if let Some(token) = token {
                    request = request.header("Authorization", token);
                }
                match request.send().await {
                    Ok(response) if response.status() == StatusCode::OK => return Ok(response),
                    Ok(response)
                        if response.status() == StatusCode::UNAUTHORIZED && self.user.is_some() && !renewed => {}
                    Ok(response) => {
                        let status = response.status();
                        let said =
                            String::from_utf8_lossy(&whole(response).await?).chars().take(256).collect::<String>();
                        let error = format!("{status}: {said}");
                        // It has no leader, or is too busy: that passes.
                        let passes = status.is_server_error();
                        return Err(if passes { Error::Unavailable(error) } else { Error::Unexpected(error) });
                    }
                    Err(error) => {
                        let unsent = error.is_connect();
                        failed = unavailable(&error);
                        if !reads && !unsent {
                            return Err(failed);
                        }
                        break;
                    }
                }
            }
        }
        Err(failed)
    }

    async fn token(&self, member: &str, renewed: bool) -> Result<Option<String>, Error> {
        let Some((name, password)) = &self.user else { return Ok(None) };
        let mut token = self.token.lock().await;
        if let (Some(token), false) = (&*token, renewed) {
            return Ok(Some(token.clone()));
        }
        let question = json!({"name": name, "password": password}).to_string();
        let response = self.client.post(format!("{member}/v3/auth/authenticate")).body(question).send().await;
        let answer = whole(response.map_err(|error| unavailable(&error))?).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        match answer.get("token").and_then(Value::as_str) {
            Some(new) => Ok(Some(token.insert(new.to_owned()).clone())),
            None => Err(Error::Unexpected("it does not know this user and password".to_owned())),
        }
    }

    /// Changes a key if it is as expected. Gives the revision of the change.
    async fn change(&self, name: &str, request: Value, expect: Expect) -> Result<i64, Error> {
        let revision = match expect {
            Expect::Any => None,
            Expect::Absent => Some(0),
            Expect::Revision(revision) => Some(revision),
        };
        let compare: Vec<Value> = revision
            .map(|revision| {
                json!({"key": key(name), "target": "MOD", "result": "EQUAL", "mod_revision": revision.to_string()})
            })
            .into_iter()
            .collect();
        let question = json!({"compare": compare, "success": [request]});
        let done: Done = self.ask("kv/txn", &question, false).await?;
        if done.succeeded { number(&done.header.revision) } else { Err(Error::Conflict) }
    }

    /// Begins to watch; returns when etcd says that it does.
    async fn watch(&self, prefix: &str) -> Result<Watching, Error> {
        let (first, end) = range(prefix);
        let question = json!({"create_request": {"key": first, "range_end": end}});
        let begun = tokio::time::timeout(PATIENCE, async {
            let response = self.send("watch", &question, true).await?;
            let mut watching = Watching { response, buffer: Vec::new() };
            match watching.next().await? {
                told if told.get("created") == Some(&Value::Bool(true)) => Ok(watching),
                told => Err(Error::Unexpected(told.to_string().chars().take(256).collect())),
            }
        });
        begun.await.map_err(|_| Error::Unavailable("no answer".to_owned()))?
    }
}

/// What etcd tells, one JSON object a line, as long as the connection lives.
struct Watching {
    response: Response,
    buffer: Vec<u8>,
}

impl Watching {
    async fn next(&mut self) -> Result<Value, Error> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let mut told: Value = serde_json::from_slice(&line).map_err(|e| Error::Unexpected(e.to_string()))?;
                return match told.get_mut("result").map(Value::take) {
                    Some(result) if result.get("canceled") != Some(&Value::Bool(true)) => Ok(result),
                    _ => Err(Error::Unavailable("it watches no more".to_owned())),
                };
            }
            match self.response.chunk().await.map_err(|error| unavailable(&error))? {
                Some(chunk) if self.buffer.len() + chunk.len() <= ANSWER_MAX => self.buffer.extend_from_slice(&chunk),
                Some(_) => return Err(Error::Unexpected("a line without an end".to_owned())),
                None => return Err(Error::Unavailable("it ended the connection".to_owned())),
            }
        }
    }
}

#[async_trait]
impl Settings for InEtcd {
    async fn get(&self, name: &str) -> Result<Option<Setting>, Error> {
        check_key(name)?;
        let range: Range = self.0.ask("kv/range", &json!({"key": key(name)}), true).await?;
        range.kvs.into_iter().next().map(read).transpose()
    }

    async fn put(&self, name: &str, value: &[u8], expect: Expect) -> Result<i64, Error> {
        check_key(name)?;
        check_value(value)?;
        let request = json!({"requestPut": {"key": key(name), "value": STANDARD.encode(value)}});
        self.0.change(name, request, expect).await
    }

    async fn delete(&self, name: &str, expect: Expect) -> Result<(), Error> {
        check_key(name)?;
        let request = json!({"requestDeleteRange": {"key": key(name)}});
        self.0.change(name, request, expect).await.map(drop)
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Setting>, Error> {
        check_prefix(prefix)?;
        let (first, end) = range(prefix);
        let question =
            json!({"key": first, "range_end": end, "limit": LIST_MAX, "sort_order": "ASCEND", "sort_target": "KEY"});
        let range: Range = self.0.ask("kv/range", &question, true).await?;
        if range.more {
            return Err(Error::Many);
        }
        let all = range.kvs.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if all.iter().map(|setting| setting.value.len()).sum::<usize>() > LIST_BYTES_MAX {
            return Err(Error::Many);
        }
        Ok(all)
    }

    async fn watch(&self, prefix: &str) -> Result<BoxStream<'static, Change>, Error> {
        check_prefix(prefix)?;
        let watching = self.0.watch(prefix).await?;
        let (to, from) = mpsc::channel(256);
        tokio::spawn(pass_on(self.0.clone(), watching, prefix.to_owned(), to));
        Ok(futures::stream::unfold(from, |mut from| async { from.recv().await.map(|change| (change, from)) }).boxed())
    }
}

/// Passes on what etcd tells, until nobody wants it any more.
async fn pass_on(etcd: Etcd, mut watching: Watching, prefix: String, to: mpsc::Sender<Change>) {
    loop {
        let told = tokio::select! {
            told = watching.next() => told,
            () = to.closed() => return,
        };
        let changes = match told {
            Ok(told) => changed(&told),
            Err(error) => {
                tracing::debug!(%error, "settings are not watched just now");
                let mut attempt = 0;
                watching = loop {
                    tokio::select! {
                        () = tokio::time::sleep(pause(attempt)) => {}
                        () = to.closed() => return,
                    }
                    match etcd.watch(&prefix).await {
                        Ok(watching) => break watching,
                        Err(error) => tracing::debug!(%error, "settings are not watched just now"),
                    }
                    attempt = attempt.saturating_add(1);
                };
                vec![Change::Any]
            }
        };
        for change in changes {
            if to.send(change).await.is_err() {
                return;
            }
        }
    }
}

/// Which keys one message is about.
fn changed(told: &Value) -> Vec<Change> {
    let events = told.get("events").and_then(Value::as_array);
    let keys =
        events.into_iter().flatten().map(|event| event.pointer("/kv/key").and_then(Value::as_str).and_then(name));
    keys.map(|key| key.map_or(Change::Any, Change::Key)).collect()
}

/// A key as etcd's JSON has it.
fn key(name: &str) -> String {
    STANDARD.encode(format!("{OURS}{name}"))
}

/// All keys that begin with this: the first, and the one after the last.
fn range(prefix: &str) -> (String, String) {
    (key(prefix), key(&after(prefix)))
}

/// What we call a key of etcd's JSON.
fn name(key: &str) -> Option<String> {
    let key = String::from_utf8(STANDARD.decode(key).ok()?).ok()?;
    key.strip_prefix(OURS).map(str::to_owned)
}

fn number(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_| Error::Unexpected("a revision that is no number".to_owned()))
}

fn read(entry: Entry) -> Result<Setting, Error> {
    let odd = || Error::Unexpected("an entry that is none".to_owned());
    Ok(Setting {
        key: name(&entry.key).ok_or_else(odd)?,
        value: STANDARD.decode(&entry.value).map_err(|_| odd())?,
        revision: number(&entry.mod_revision)?,
    })
}

/// The whole of an answer, if it is not too long.
async fn whole(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unavailable(&error))? {
        if answer.len() + chunk.len() > ANSWER_MAX {
            return Err(Error::Many);
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// What went wrong, without the address: it may have a password in it.
fn unavailable(error: &reqwest::Error) -> Error {
    let mut said = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = source {
        said = error.to_string();
        source = error.source();
    }
    Error::Unavailable(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_have_in_etcd_is_not_ours() {
        assert_eq!(name(&key("theme/alice")).as_deref(), Some("theme/alice"));
        for other in ["", "!", &STANDARD.encode("registry/pods"), &STANDARD.encode([0xff])] {
            assert_eq!(name(other), None);
        }
    }

    #[test]
    fn a_message_that_is_not_understood_means_that_anything_changed() {
        let told = json!({"events": [{"type": "DELETE", "kv": {"key": key("a")}}, {"kv": {}}, 5]});
        assert_eq!(changed(&told), [Change::Key("a".to_owned()), Change::Any, Change::Any]);
        assert_eq!(changed(&json!({"events": "x"})), []);
    }
}
