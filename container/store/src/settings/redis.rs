//! Settings in Redis: a hash for each (value and revision), a sorted set of all keys, and a counter. Every change is one
//! script, so that nobody sees half of one. How much of it outlives a crash of the server is up to its configuration
//! (`appendonly yes`, `appendfsync always`).

use std::time::Duration;

use ::redis::{Client, FromRedisValue, RedisError, aio::MultiplexedConnection, cmd};
use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::{Mutex, mpsc};

use super::{
    Change, Error, Expect, LIST_BYTES_MAX, LIST_MAX, PATIENCE, Setting, Settings, check_key, check_prefix, check_value,
    pause,
};

/// All keys have one hash tag: a cluster keeps them in one place, or scripts could not reach them.
const KEYS: &str = "{tos}:settings";
const CLOCK: &str = "{tos}:settings:clock";
const CHANNEL: &str = "{tos}:settings:changes";
const ENTRY: &str = "{tos}:setting:";

/// KEYS: entry, index, clock. ARGV: key, value, expected revision (`any`, `none`), channel. Gives the revision, or 0.
const PUT: &str = r"
local now = redis.call('HGET', KEYS[1], 'r')
if ARGV[3] == 'none' then
  if now then return 0 end
elseif ARGV[3] ~= 'any' then
  if now ~= ARGV[3] then return 0 end
end
local revision = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'r', revision)
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[1])
return revision
";

/// As above, without a value. Gives 1, or 0.
const DELETE: &str = r"
local now = redis.call('HGET', KEYS[1], 'r')
if ARGV[2] == 'none' then
  if now then return 0 end
elseif ARGV[2] ~= 'any' then
  if now ~= ARGV[2] then return 0 end
end
if now then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('PUBLISH', ARGV[3], ARGV[1])
end
return 1
";

/// KEYS: index. ARGV: first, after the last, most, most bytes, what an entry begins with. Gives key, value, revision in turn, or
/// nothing if it is too much.
const LIST: &str = r"
local keys = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, tonumber(ARGV[3]) + 1)
if #keys > tonumber(ARGV[3]) then return false end
local bytes = 0
local all = {}
for _, key in ipairs(keys) do
  local entry = redis.call('HMGET', ARGV[5] .. key, 'v', 'r')
  if entry[1] and entry[2] then
    bytes = bytes + #entry[1]
    if bytes > tonumber(ARGV[4]) then return false end
    all[#all + 1] = key
    all[#all + 1] = entry[1]
    all[#all + 1] = entry[2]
  end
end
return all
";

pub(super) struct InRedis {
    client: Client,
    /// Made anew after it was lost.
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl InRedis {
    pub(super) async fn open(address: &str) -> Result<Self, Error> {
        let client = Client::open(address).map_err(|_| Error::Address)?;
        let redis = Self { client, connection: Mutex::new(None) };
        let _: String = redis.ask(&cmd("PING"), true).await?;
        Ok(redis)
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Error> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let made = tokio::time::timeout(PATIENCE, self.client.get_multiplexed_async_connection());
        let made = made.await.map_err(|_| silent())?.map_err(|error| refused(&error))?;
        Ok(connection.insert(made).clone())
    }

    /// Asks. What only reads is asked again if the connection turns out to be lost; what changes may have been done.
    async fn ask<T: FromRedisValue>(&self, command: &::redis::Cmd, again: bool) -> Result<T, Error> {
        let mut attempts = if again { 2 } else { 1 };
        loop {
            attempts -= 1;
            let mut connection = self.connection().await?;
            let error = match tokio::time::timeout(PATIENCE, command.query_async(&mut connection)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) if !lost(&error) => return Err(refused(&error)),
                Ok(Err(error)) => refused(&error),
                Err(_) => silent(),
            };
            *self.connection.lock().await = None;
            if attempts == 0 {
                return Err(error);
            }
        }
    }

    /// Before a change: a connection that was lost long ago is found out while nothing is at stake.
    async fn awake(&self) -> Result<(), Error> {
        self.ask::<String>(&cmd("PING"), true).await.map(drop)
    }
}

#[async_trait]
impl Settings for InRedis {
    async fn get(&self, key: &str) -> Result<Option<Setting>, Error> {
        check_key(key)?;
        let command = cmd("HMGET").arg(entry(key)).arg("v").arg("r").to_owned();
        let (value, revision): (Option<Vec<u8>>, Option<i64>) = self.ask(&command, true).await?;
        Ok(value.zip(revision).map(|(value, revision)| Setting { key: key.to_owned(), value, revision }))
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<i64, Error> {
        check_key(key)?;
        check_value(value)?;
        self.awake().await?;
        let mut command = cmd("EVAL");
        command.arg(PUT).arg(3).arg(entry(key)).arg(KEYS).arg(CLOCK);
        command.arg(key).arg(value).arg(expected(expect)).arg(CHANNEL);
        match self.ask(&command, false).await? {
            0 => Err(Error::Conflict),
            revision => Ok(revision),
        }
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<(), Error> {
        check_key(key)?;
        self.awake().await?;
        let mut command = cmd("EVAL");
        command.arg(DELETE).arg(2).arg(entry(key)).arg(KEYS).arg(key).arg(expected(expect)).arg(CHANNEL);
        match self.ask::<i64>(&command, false).await? {
            0 => Err(Error::Conflict),
            _ => Ok(()),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Setting>, Error> {
        check_prefix(prefix)?;
        let mut command = cmd("EVAL");
        command.arg(LIST).arg(1).arg(KEYS).arg(format!("[{prefix}")).arg(format!("({}", super::after(prefix)));
        command.arg(LIST_MAX).arg(LIST_BYTES_MAX).arg(ENTRY);
        let all: Option<Vec<Vec<u8>>> = self.ask(&command, true).await?;
        let all = all.ok_or(Error::Many)?;
        let odd = || Error::Unexpected("an entry that is none".to_owned());
        all.chunks(3)
            .map(|entry| {
                let [key, value, revision] = entry else { return Err(odd()) };
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| odd());
                let revision = text(revision)?.parse().map_err(|_| odd())?;
                Ok(Setting { key: text(key)?, value: value.clone(), revision })
            })
            .collect()
    }

    async fn watch(&self, prefix: &str) -> Result<BoxStream<'static, Change>, Error> {
        check_prefix(prefix)?;
        let subscribed = subscribe(&self.client).await?;
        let (to, from) = mpsc::channel(256);
        tokio::spawn(pass_on(self.client.clone(), subscribed, prefix.to_owned(), to));
        Ok(futures::stream::unfold(from, |mut from| async { from.recv().await.map(|change| (change, from)) }).boxed())
    }
}

async fn subscribe(client: &Client) -> Result<::redis::aio::PubSubStream, Error> {
    let subscribed = tokio::time::timeout(PATIENCE, async {
        let mut connection = client.get_async_pubsub().await?;
        connection.subscribe(CHANNEL).await?;
        Ok::<_, RedisError>(connection)
    });
    // Only the stream is kept, and reads; the sink of a connection that was split would have to be kept beside it.
    Ok(subscribed.await.map_err(|_| silent())?.map_err(|error| refused(&error))?.into_on_message())
}

/// Passes on what Redis tells, until nobody wants it any more.
async fn pass_on(client: Client, mut subscribed: ::redis::aio::PubSubStream, prefix: String, to: mpsc::Sender<Change>) {
    loop {
        let told = tokio::select! {
            told = subscribed.next() => told,
            () = to.closed() => return,
        };
        let change = match told {
            Some(message) => match message.get_payload::<String>() {
                Ok(key) if key.starts_with(&prefix) => Change::Key(key),
                _ => continue,
            },
            None => {
                let mut attempt = 0;
                subscribed = loop {
                    tokio::select! {
                        () = tokio::time::sleep(pause(attempt)) => {}
                        () = to.closed() => return,
                    }
                    match subscribe(&client).await {
                        Ok(subscribed) => break subscribed,
                        Err(error) => tracing::debug!(%error, "settings are not watched just now"),
                    }
                    attempt = attempt.saturating_add(1);
                };
                Change::Any
            }
        };
        if to.send(change).await.is_err() {
            return;
        }
    }
}

fn entry(key: &str) -> String {
    format!("{ENTRY}{key}")
}

fn expected(expect: Expect) -> String {
    match expect {
        Expect::Any => "any".to_owned(),
        Expect::Absent => "none".to_owned(),
        Expect::Revision(revision) => revision.to_string(),
    }
}

fn lost(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_timeout() || error.is_unrecoverable_error()
}

fn refused(error: &RedisError) -> Error {
    if lost(error) || error.is_connection_refusal() {
        Error::Unavailable(error.to_string())
    } else {
        Error::Unexpected(error.to_string())
    }
}

fn silent() -> Error {
    Error::Unavailable(format!("no answer for {} s", Duration::as_secs(&PATIENCE)))
}
