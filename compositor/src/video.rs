//! A video thread, one for each screen: waits for the GPU, turns the damaged rows into I420 and hands the picture to the encoder, so that
//! the main thread never waits.
//!
//! One picture is under way at a time. The main thread asks [`Video::free`] before it draws; while the answer is no, the
//! damage stays with the tracker and the next picture carries it. Nothing queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use streamer::metrics::Stage;
use streamer::video::{I420, Timing};
use streamer::{OutputKey, Streamer, ViewerId};

use crate::render::Readback;

/// A picture on its way out.
pub struct Drawn {
    /// What the GPU still works on; `None` sends the last picture once more.
    pub readback: Option<Readback>,
    /// Physical pixels.
    pub size: (u32, u32),
    /// When it came about.
    pub timing: Timing,
    /// The inputs that it answers.
    pub markers: Vec<(ViewerId, u32)>,
}

/// What became of a picture.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The encoder took it. If not, the picture is still here, and so are the markers: to be sent again.
    pub taken: bool,
    /// It could not be read back: the next one has to be drawn whole.
    pub failed: bool,
    /// The inputs that it would have answered, if it was not taken.
    pub markers: Vec<(ViewerId, u32)>,
}

/// The handle that the main thread holds.
pub struct Video {
    jobs: Option<SyncSender<Drawn>>,
    busy: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Video {
    /// Starts the thread for the pictures that pages know as `output`. `done` is called on it after each picture.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(
        streamer: Arc<Streamer>,
        output: OutputKey,
        done: impl Fn(Sent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = sync_channel(1);
        let busy = Arc::new(AtomicBool::new(false));
        let flag = busy.clone();
        let thread = std::thread::Builder::new()
            .name("video".into())
            .spawn(move || run(&inbox, &streamer, output, &flag, done))?;
        Ok(Self { jobs: Some(jobs), busy, thread: Some(thread) })
    }

    /// No picture is under way on this thread.
    pub fn free(&self) -> bool {
        !self.busy.load(Ordering::Acquire)
    }

    /// Sends a picture on its way. Returns `false` if one is under way already or the thread is gone.
    pub fn submit(&self, drawn: Drawn) -> bool {
        let Some(jobs) = &self.jobs else { return false };
        self.busy.store(true, Ordering::Release);
        match jobs.try_send(drawn) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Disconnected(_)) => {
                tracing::error!("the video thread is gone");
                false
            }
        }
    }
}

impl Video {
    /// Lets the thread end by itself. A picture that is under way may be waiting for the device.
    pub fn end(mut self) {
        self.thread = None;
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        // Hanging up ends the loop.
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the video thread panicked");
        }
    }
}

fn run(inbox: &Receiver<Drawn>, streamer: &Streamer, output: OutputKey, busy: &AtomicBool, done: impl Fn(Sent)) {
    let metrics = streamer.metrics();
    let mut picture = I420::black(2, 2);
    while let Ok(drawn) = inbox.recv() {
        if (picture.width, picture.height) != drawn.size {
            picture = I420::black(drawn.size.0, drawn.size.1);
        }
        let mut failed = false;
        if let Some(readback) = drawn.readback {
            match readback.finish(&mut picture) {
                Ok(converted) => {
                    metrics.stage(Stage::ReadBack).observe(converted.waited);
                    metrics.stage(Stage::Convert).observe(converted.converted);
                }
                Err(error) => {
                    tracing::error!(%error, "a picture could not be read back");
                    failed = true;
                }
            }
        }
        let taken = streamer.submit_to(output, &picture, drawn.timing, &drawn.markers);
        busy.store(false, Ordering::Release);
        done(Sent { taken, failed, markers: if taken { Vec::new() } else { drawn.markers } });
    }
}
