//! `wp_security_context_v1`: sandboxes open a door of their own, and what comes through it is kept from privileged protocols.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use calloop::channel::{Event, sync_channel};
use calloop::{EventLoop, EventSource, Poll, PostAction, Readiness, Token, TokenFactory};
use smithay::delegate_security_context;
use smithay::wayland::security_context::{SecurityContext, SecurityContextHandler, SecurityContextListenerSource};

use crate::state::State;
use crate::trust::Trust;

/// Doors that are open at the same time; each is two file descriptors and a thread.
const MOST: usize = 64;
/// Connections that wait for the main thread; more wait in the kernel.
const WAITING: usize = 8;

impl SecurityContextHandler for State {
    fn context_created(&mut self, source: SecurityContextListenerSource, context: SecurityContext) {
        let open = &self.globals.sandboxes;
        if Arc::strong_count(open) > MOST {
            tracing::warn!(?context, "a sandbox was not given a socket: there are too many");
            return;
        }
        let door = open.clone();
        let (sender, streams) = sync_channel(WAITING);
        let opened = self
            .handle
            .insert_source(streams, move |event, (), state| {
                let Event::Msg(stream) = event else { return };
                if let Err(error) = state.insert_client(stream, Trust::Sandboxed(context.clone())) {
                    tracing::warn!(%error, "a client of a sandbox was not let in");
                }
            })
            .map_err(|error| error.to_string())
            .and_then(|_| {
                let accept = move || {
                    if let Err(error) = accept(source, |stream| sender.send(stream).is_ok()) {
                        tracing::warn!(%error, "a sandbox lost its socket");
                    }
                    drop(door);
                };
                std::thread::Builder::new().name("sandbox".into()).spawn(accept).map_err(|error| error.to_string())
            });
        if let Err(error) = opened {
            tracing::warn!(error, "a sandbox was not given a socket");
        }
    }
}

/// Lets clients in until the sandbox closes the door. The socket is the sandbox's: it can make it block at any time, so
/// this needs a thread of its own.
fn accept(
    source: SecurityContextListenerSource,
    mut let_in: impl FnMut(std::os::unix::net::UnixStream) -> bool,
) -> calloop::Result<()> {
    let closed = Arc::new(AtomicBool::new(false));
    let mut event_loop = EventLoop::<()>::try_new()?;
    let gone = closed.clone();
    event_loop
        .handle()
        .insert_source(Door { source, closed: closed.clone() }, move |stream, (), ()| {
            if !let_in(stream) {
                gone.store(true, Ordering::Relaxed);
            }
        })
        .map_err(|error| error.error)?;
    while !closed.load(Ordering::Relaxed) {
        event_loop.dispatch(None, &mut ())?;
    }
    Ok(())
}

/// Tells when the listener has come to its end, be it by an error.
struct Door {
    source: SecurityContextListenerSource,
    closed: Arc<AtomicBool>,
}

impl EventSource for Door {
    type Event = std::os::unix::net::UnixStream;
    type Metadata = ();
    type Ret = ();
    type Error = std::io::Error;

    fn process_events<F>(&mut self, readiness: Readiness, token: Token, mut let_in: F) -> std::io::Result<PostAction>
    where
        F: FnMut(Self::Event, &mut ()),
    {
        let next = self.source.process_events(readiness, token, |stream, _| let_in(stream, &mut ()));
        if !matches!(next, Ok(PostAction::Continue)) {
            self.closed.store(true, Ordering::Relaxed);
        }
        next
    }

    fn register(&mut self, poll: &mut Poll, tokens: &mut TokenFactory) -> calloop::Result<()> {
        self.source.register(poll, tokens)
    }

    fn reregister(&mut self, poll: &mut Poll, tokens: &mut TokenFactory) -> calloop::Result<()> {
        self.source.reregister(poll, tokens)
    }

    fn unregister(&mut self, poll: &mut Poll) -> calloop::Result<()> {
        self.source.unregister(poll)
    }
}

delegate_security_context!(State);
