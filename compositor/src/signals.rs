//! What the kernel tells the desktop: that a program has ended, or that it is to end itself.
//!
//! By handlers, and not by a mask and a descriptor: programs inherit a mask, also past an `exec`, and one that began with
//! TERM blocked would not end when it is asked to.

use std::os::unix::net::UnixStream;

use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use crate::state::State;

/// They are heard from now on, and kept until there is a loop to hear them in.
#[derive(Debug)]
pub(crate) struct Signals(SignalDelivery<UnixStream, SignalOnly>);

impl Signals {
    pub(crate) fn hear() -> std::io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        // Both are read and written without waiting.
        Ok(Self(SignalDelivery::with_pipe(read, write, SignalOnly, [SIGTERM, SIGINT, SIGHUP, SIGCHLD])?))
    }

    /// Lets them into the loop.
    pub(crate) fn watch(self, handle: &LoopHandle<'static, State>) -> anyhow::Result<()> {
        let Self(mut delivery) = self;
        let ready = delivery.get_read().try_clone()?;
        let source = Generic::new(ready, Interest::READ, Mode::Level);
        let inserted = handle.insert_source(source, move |_, _, state| {
            for signal in delivery.pending() {
                match signal {
                    SIGCHLD => state.reap(),
                    signal => {
                        tracing::info!(signal = signal_hook::low_level::signal_name(signal), "ending");
                        state.stop();
                    }
                }
            }
            Ok(PostAction::Continue)
        });
        inserted.map_err(|error| error.error)?;
        Ok(())
    }
}
