//! Control requests: one JSON object a line, each answered by one.

use std::{cell::Cell, collections::BTreeMap, io, rc::Rc};

use gate::{
    control::{Reply, Request, fits},
    wire::LINE,
};
use nix::unistd::{Gid, Uid};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
};

use crate::{
    accounts::{Accounts, Person},
    program::Program,
    sockets::PAUSE,
};

/// Connections at once.
const CONNECTIONS: usize = 16;

/// What requests are about.
pub struct Desktop {
    /// The program.
    pub program: Rc<Program>,
    /// Who it runs as.
    pub user: Option<(Uid, Gid)>,
    /// Where names of users are written.
    pub accounts: Accounts,
}

/// Answers, for ever.
pub async fn serve(listener: UnixListener, desktop: Rc<Desktop>) {
    let open = Rc::new(Cell::new(0));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if open.get() >= CONNECTIONS {
            continue;
        }
        open.set(open.get() + 1);
        let (desktop, open) = (Rc::clone(&desktop), Rc::clone(&open));
        tokio::task::spawn_local(async move {
            // Whatever went wrong, it was this connection's.
            let _ = converse(stream, &desktop).await;
            open.set(open.get() - 1);
        });
    }
}

async fn converse(mut stream: UnixStream, desktop: &Desktop) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::with_capacity(1024, reader);
    loop {
        let reply = match next(&mut reader).await? {
            None => return Ok(()),
            Some(Err(reason)) => Reply::refused(reason),
            Some(Ok(request)) => answer(request, desktop),
        };
        let mut text = serde_json::to_vec(&reply)?;
        text.push(b'\n');
        writer.write_all(&text).await?;
    }
}

/// The next request, or why the line is none. `None` at the end. Too long a line is the end as well: what follows it is not
/// known to be the begin of anything.
async fn next(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Result<Request, &'static str>>> {
    let mut line = Vec::new();
    let most = u64::try_from(LINE + 1).unwrap_or(u64::MAX);
    reader.take(most).read_until(b'\n', &mut line).await?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(serde_json::from_slice(&line).map_err(|_| "no such request"))),
        Some(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn answer(request: Request, desktop: &Desktop) -> Reply {
    match request {
        Request::Status => Reply::phase(desktop.program.phase()),
        Request::End => {
            desktop.program.end();
            Reply::done()
        }
        Request::Begin { environment } => begin(&environment, desktop),
    }
}

fn begin(environment: &BTreeMap<String, String>, desktop: &Desktop) -> Reply {
    if !fits(environment) {
        return Reply::refused("no environment");
    }
    let line = serde_json::json!({ "environment": environment }).to_string() + "\n";
    if desktop.program.status().is_some() {
        return Reply::refused("ended");
    }
    if !desktop.program.begin(line) {
        return Reply::refused("begun");
    }
    if let (Some((uid, gid)), Some(person)) = (desktop.user, Person::of(environment))
        && let Err(error) = desktop.accounts.write(uid, gid, &person)
    {
        // Its names are wrong then; everything else is right.
        eprintln!("tos-init: cannot write /etc/passwd: {error}");
    }
    Reply::done()
}
