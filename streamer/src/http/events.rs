//! `GET /api/v1/events`: a WebSocket that tells what the session looks like, and takes commands.
//!
//! The first message is the whole state, `{"event":"state","state":…}`; after each change comes another. They do not
//! queue: whoever reads slowly skips states and always gets the newest. What else happens (`{"event":"refused",…}`, alerts)
//! comes in order; who is too far behind is told how many were lost, `{"event":"lost","count":3}`.
//!
//! A client sends `{"id":7,"command":{"op":"zoom_out"}}` and gets `{"event":"answer","id":7,"ok":true}`, or `"ok":false`
//! with the error that `POST /api/v1/command` has.
//!
//! Browsers cannot set headers on a WebSocket: they offer the subprotocol `tos.bearer.TOKEN` beside `tos.v1`.

use std::time::{Duration, Instant};

use axum::{
    extract::{
        FromRequestParts,
        ws::{CloseFrame, Message, WebSocketUpgrade, close_code},
    },
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::{Sink, SinkExt as _, Stream, StreamExt as _};
use httpd::listen::stopped;
use serde::Serialize;
use serde_json::Value;
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    App, AppState, authorise,
    session::{Failure, MAX_COMMAND, Outcome, needs, operations, parse},
};
use crate::{
    auth::Moment,
    protocol::Role,
    session::{Answer, ApiRequest, Feed, Json, Listening},
};

/// What this speaks.
const PROTOCOL: &str = "tos.v1";
/// What a token is offered as.
const BEARER: &str = "tos.bearer.";
/// A ping goes out this often.
const PING: Duration = Duration::from_secs(10);
/// A client that was not heard for so long, not even with a pong, is gone.
const SILENCE: Duration = Duration::from_secs(25);
/// A message that a client does not take within this time is the last one.
const SEND_TIME: Duration = Duration::from_secs(20);
/// Longest name that a client may give a command, in bytes of JSON.
const MAX_ID: usize = 64;

/// A caller with a right token.
pub struct Subscriber {
    pub(super) role: Role,
}

impl FromRequestParts<App> for Subscriber {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let now = Moment::now();
        let caller = match offered(&parts.headers) {
            Some(token) => app.authority.caller(token.as_bytes(), now),
            None => {
                let shown = parts.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
                app.authority.bearer(shown, now)
            }
        };
        Ok(Self { role: authorise(app, caller).await?.role })
    }
}

/// The token among the subprotocols.
fn offered(headers: &HeaderMap) -> Option<&str> {
    let lists = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).find_map(|protocol| protocol.trim().strip_prefix(BEARER))
}

/// `GET /api/v1/events`
pub async fn events(app: AppState, caller: Subscriber, upgrade: WebSocketUpgrade) -> Response {
    let Some(listening) = app.feed.listen() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let App(app) = app.0;
    upgrade.protocols([PROTOCOL]).max_message_size(MAX_COMMAND).max_frame_size(MAX_COMMAND).on_upgrade(
        async move |socket| {
            let (feed, stop) = (&app.feed, app.stop.clone());
            let last = Conversation { socket, feed, role: caller.role, listening, heard: now() }.run(stop).await;
            tracing::debug!(?last, "a stream of events ended");
        },
    )
}

/// Tokio's, which tests can turn forward.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Why it ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Left,
    Broken,
    Silent,
    Stuck,
    Stopped,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told<'a> {
    State {
        state: &'a Json,
    },
    Lost {
        count: u64,
    },
    Answer {
        id: Value,
        #[serde(flatten)]
        outcome: Outcome,
    },
}

struct Conversation<'a, S> {
    socket: S,
    feed: &'a Feed,
    role: Role,
    listening: Listening,
    heard: Instant,
}

impl<S, E> Conversation<'_, S>
where
    S: Stream<Item = Result<Message, E>> + Sink<Message, Error = E> + Unpin,
{
    async fn run(mut self, stop: watch::Receiver<bool>) -> End {
        match self.talk(stop).await {
            Ok(never) => match never {},
            Err(end) => {
                let (code, reason) = match end {
                    End::Stopped => (close_code::AWAY, "the session ends"),
                    End::Silent => (close_code::POLICY, "no answer to pings"),
                    End::Left | End::Broken | End::Stuck => return end,
                };
                let close = CloseFrame { code, reason: reason.into() };
                let _ = timeout(Duration::from_secs(1), self.socket.send(Message::Close(Some(close)))).await;
                end
            }
        }
    }

    async fn talk(&mut self, mut stop: watch::Receiver<bool>) -> Result<std::convert::Infallible, End> {
        // What was published last may be old if nobody listened. The answer is published in its place in the order; if
        // there is none, the first change is the first message.
        if let Err(error) = self.feed.ask(ApiRequest::State).await {
            tracing::debug!(%error, "no state to begin with");
        }
        self.listening.state.mark_changed();
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                // In this order: what was heard counts before the silence is judged.
                biased;
                () = stopped(&mut stop) => return Err(End::Stopped),
                message = self.socket.next() => self.hear(message).await?,
                _ = ping.tick() => {
                    if now().saturating_duration_since(self.heard) > SILENCE {
                        return Err(End::Silent);
                    }
                    self.send(Message::Ping(Default::default())).await?;
                }
                report = self.listening.reports.recv() => match report {
                    Ok(report) => self.send(Message::text(report.text())).await?,
                    Err(RecvError::Lagged(count)) => self.tell(&Told::Lost { count }).await?,
                    Err(RecvError::Closed) => return Err(End::Stopped),
                },
                changed = self.listening.state.changed() => {
                    changed.map_err(|_| End::Stopped)?;
                    let state = self.listening.state.borrow_and_update().clone();
                    if let Some(state) = state {
                        self.tell(&Told::State { state: &state }).await?;
                    }
                }
            }
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, E>>) -> Result<(), End> {
        self.heard = now();
        match message {
            None | Some(Ok(Message::Close(_))) => Err(End::Left),
            Some(Err(_)) => Err(End::Broken),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Text(text))) => self.command(text.as_bytes()).await,
            Some(Ok(Message::Binary(bytes))) => self.command(&bytes).await,
        }
    }

    async fn command(&mut self, bytes: &[u8]) -> Result<(), End> {
        let (id, result) = match parse(bytes) {
            Ok(mut message) => {
                let id = message.get_mut("id").map(Value::take).filter(short).unwrap_or_default();
                let command = message.get_mut("command").map(Value::take).unwrap_or_default();
                (id, carry_out(self.feed, self.role, command).await)
            }
            Err(failure) => (Value::Null, Err(failure)),
        };
        self.tell(&Told::Answer { id, outcome: result.into() }).await
    }

    async fn tell(&mut self, told: &Told<'_>) -> Result<(), End> {
        // Our own types: nothing that fails.
        let text = serde_json::to_string(told).map_err(|_| End::Broken)?;
        self.send(Message::text(text)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_TIME, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Broken),
            Err(_) => Err(End::Stuck),
        }
    }
}

async fn carry_out(feed: &Feed, role: Role, command: Value) -> Result<Answer, Failure> {
    needs(role, Role::Control)?;
    Ok(feed.ask(ApiRequest::Command(operations(command)?)).await?)
}

/// A number or a short text: it comes back as it is.
fn short(id: &Value) -> bool {
    match id {
        Value::Number(_) => true,
        Value::String(text) => text.len() <= MAX_ID,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use futures::channel::mpsc;

    use super::*;

    /// A client that is reached over two channels. The second holds one message at most: a socket whose buffer is full.
    struct Client {
        says: mpsc::UnboundedSender<Result<Message, Infallible>>,
        hears: mpsc::Receiver<Message>,
        ended: tokio::task::JoinHandle<End>,
    }

    /// Both halves as one.
    struct Both(mpsc::UnboundedReceiver<Result<Message, Infallible>>, mpsc::Sender<Message>);

    impl Stream for Both {
        type Item = Result<Message, Infallible>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0.poll_next_unpin(cx)
        }
    }

    impl Sink<Message> for Both {
        type Error = Infallible;

        fn poll_ready(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            self.1.poll_ready(cx).map(|_| Ok(()))
        }

        fn start_send(mut self: std::pin::Pin<&mut Self>, item: Message) -> Result<(), Infallible> {
            let _ = self.1.start_send(item);
            Ok(())
        }

        fn poll_flush(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn poll_close(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            std::task::Poll::Ready(Ok(()))
        }
    }

    fn connect(feed: &Arc<Feed>, stop: &watch::Sender<bool>) -> Client {
        let ((says, from), (to, hears)) = (mpsc::unbounded(), mpsc::channel(0));
        let (feed, stop, listening) = (Arc::clone(feed), stop.subscribe(), feed.listen().unwrap());
        let ended = tokio::spawn(async move {
            let socket = Both(from, to);
            Conversation { socket, feed: &feed, role: Role::View, listening, heard: now() }.run(stop).await
        });
        Client { says, hears, ended }
    }

    fn feed() -> Arc<Feed> {
        // Nobody answers.
        Arc::new(Feed::new(Arc::new(drop)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_pings_stays_and_one_that_does_not_is_gone() {
        let (feed, stop) = (feed(), watch::Sender::new(false));
        let Client { says, mut hears, ended } = connect(&feed, &stop);
        let began = now();
        for _ in 0..10 {
            assert!(matches!(hears.next().await, Some(Message::Ping(_))));
            says.unbounded_send(Ok(Message::Pong(Default::default()))).unwrap();
        }
        assert!(now() - began >= 10 * PING);
        let silent = now();
        while !matches!(hears.next().await, Some(Message::Close(_))) {}
        assert_eq!(ended.await.unwrap(), End::Silent);
        assert!(now() - silent > SILENCE && now() - silent <= SILENCE + PING);
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_gets_the_newest_state_and_is_told_what_it_lost() {
        let (feed, stop) = (feed(), watch::Sender::new(false));
        feed.publish(Json::new(&0).unwrap());
        let mut client = connect(&feed, &stop);
        let text = |message: Option<Message>| match message {
            Some(Message::Text(text)) => text.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(text(client.hears.next().await), r#"{"event":"state","state":0}"#);
        for n in 1..=1000 {
            feed.publish(Json::new(&n).unwrap());
            feed.report(Json::new(&format!("report {n}")).unwrap());
            tokio::task::yield_now().await;
        }
        let mut got = Vec::new();
        while got.last().map(String::as_str) != Some(r#"{"event":"state","state":1000}"#) {
            got.push(text(client.hears.next().await));
        }
        assert!(got.len() < 100, "{}", got.len());
        assert!(got.iter().any(|message| message.starts_with(r#"{"event":"lost","count":"#)), "{got:?}");
        assert!(got.contains(&"\"report 1000\"".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_at_all_is_given_up() {
        let (feed, stop) = (feed(), watch::Sender::new(false));
        let client = connect(&feed, &stop);
        for n in 0..4 {
            feed.report(Json::new(&n).unwrap());
        }
        let began = now();
        assert_eq!(client.ended.await.unwrap(), End::Stuck);
        assert!(now() - began <= SEND_TIME + PING);
        drop(client.hears);
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_server_ends_it_says_so() {
        let (feed, stop) = (feed(), watch::Sender::new(false));
        let mut client = connect(&feed, &stop);
        stop.send_replace(true);
        let Some(Message::Close(Some(close))) = client.hears.next().await else { panic!("a good-bye") };
        assert_eq!(close.code, close_code::AWAY);
        assert_eq!(client.ended.await.unwrap(), End::Stopped);
    }

    #[test]
    fn a_token_is_found_among_the_subprotocols() {
        let list = |values: &[&'static str]| {
            let name = header::SEC_WEBSOCKET_PROTOCOL;
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(&name, value.parse().unwrap());
            }
            offered(&headers).map(str::to_owned)
        };
        assert_eq!(list(&["tos.v1, tos.bearer.abc"]).as_deref(), Some("abc"));
        assert_eq!(list(&["tos.v1", "tos.bearer.a-b_c~d.e"]).as_deref(), Some("a-b_c~d.e"));
        assert_eq!(list(&["tos.v1"]), None);
        assert_eq!(list(&[]), None);
    }
}
