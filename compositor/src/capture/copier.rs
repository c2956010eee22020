//! The thread that hands captured pixels over, so that the main thread waits neither for the device nor for memory.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calloop::channel::{self, Event};
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_shm;
use smithay::utils::{Physical, Point, Rectangle, Size};
use smithay::wayland::shm::{BufferData, with_buffer_contents, with_buffer_contents_mut};

use super::Destination;
use super::pointer::PointerPicture;
use crate::render::Readback;
use crate::state::State;

/// Captures under way at the same time.
pub(super) const MOST: usize = 8;

/// Pixels that somebody is to have.
pub(super) struct Job {
    pub id: u64,
    pub readback: Readback,
    /// Which of them, in the picture.
    pub region: Rectangle<i32, Physical>,
    /// Painted over them, and where its corner is in the picture.
    pub pointer: Option<(Arc<PointerPicture>, Point<i32, Physical>)>,
    pub to: Destination,
}

/// The handle that the main thread holds.
#[derive(Debug)]
pub(super) struct Copier {
    jobs: SyncSender<Job>,
}

impl Copier {
    /// Starts the thread. What became of each job comes to [`State::captured`].
    pub fn start(state: &State) -> anyhow::Result<Self> {
        let (jobs, inbox) = sync_channel(MOST);
        let (sender, done) = channel::channel();
        state
            .handle
            .insert_source(done, |event, (), state| {
                if let Event::Msg((id, taken)) = event {
                    state.captured(id, taken);
                }
            })
            .map_err(|error| error.error)?;
        std::thread::Builder::new().name("capture".into()).spawn(move || run(&inbox, &sender))?;
        Ok(Self { jobs })
    }

    /// Sends a job on its way; false if there are too many.
    pub fn submit(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }
}

fn run(inbox: &Receiver<Job>, done: &channel::Sender<(u64, bool)>) {
    while let Ok(job) = inbox.recv() {
        let id = job.id;
        let taken = hand_over(job).inspect_err(|reason| tracing::warn!("a picture was not captured: {reason}")).is_ok();
        if done.send((id, taken)).is_err() {
            return;
        }
    }
}

fn hand_over(job: Job) -> Result<(), String> {
    let mut pixels = job.readback.pixels_of(job.region).map_err(|error| error.to_string())?;
    // A picture of an output cannot be seen through.
    pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    if let Some((picture, corner)) = job.pointer {
        picture.paint(corner, job.region, &mut pixels);
    }
    match job.to {
        Destination::Buffer(buffer) => write(&buffer, job.region.size, &pixels),
        Destination::Given(take) => {
            take(pixels);
            Ok(())
        }
    }
}

/// Whether a buffer takes a picture of this size.
pub(crate) fn fits(buffer: &WlBuffer, size: Size<i32, Physical>) -> bool {
    with_buffer_contents(buffer, |_, length, data| place(&data, length, size).is_some()).unwrap_or(false)
}

/// Where the rows go in the memory: first byte, and bytes from row to row.
fn place(data: &BufferData, length: usize, size: Size<i32, Physical>) -> Option<(usize, usize)> {
    let known = matches!(data.format, wl_shm::Format::Xrgb8888 | wl_shm::Format::Argb8888);
    if !known || (data.width, data.height) != (size.w, size.h) || size.w <= 0 || size.h <= 0 {
        return None;
    }
    let (offset, stride) = (usize::try_from(data.offset).ok()?, usize::try_from(data.stride).ok()?);
    let row = size.w as usize * 4;
    let end = stride.checked_mul(size.h as usize - 1)?.checked_add(row)?.checked_add(offset)?;
    (stride >= row && end <= length).then_some((offset, stride))
}

fn write(buffer: &WlBuffer, size: Size<i32, Physical>, pixels: &[u8]) -> Result<(), String> {
    let row = size.w as usize * 4;
    let written = with_buffer_contents_mut(buffer, |memory, length, data| {
        let Some((offset, stride)) = place(&data, length, size) else { return false };
        for (line, from) in pixels.chunks_exact(row).take(size.h as usize).enumerate() {
            // SAFETY: `place` found the last row to end within the memory, which is mapped for as long as this closure
            // runs. A client may write to it at the same time, so there is no reference to it.
            unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), memory.add(offset + line * stride), row) };
        }
        true
    });
    match written {
        Ok(true) => Ok(()),
        Ok(false) => Err("the buffer became too short".into()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(offset: i32, width: i32, height: i32, stride: i32) -> BufferData {
        BufferData { offset, width, height, stride, format: wl_shm::Format::Xrgb8888 }
    }

    #[test]
    fn no_row_is_written_outside_of_the_memory() {
        let size = Size::from((10, 4));
        assert_eq!(place(&data(0, 10, 4, 40), 160, size), Some((0, 40)));
        assert_eq!(place(&data(8, 10, 4, 48), 8 + 3 * 48 + 40, size), Some((8, 48)));
        assert_eq!(place(&data(8, 10, 4, 48), 8 + 3 * 48 + 39, size), None);
        for bad in [
            data(-1, 10, 4, 40),
            data(0, 10, 4, 39),
            data(0, 10, 4, -40),
            data(0, 9, 4, 40),
            data(0, 10, 5, 40),
            data(i32::MAX, 10, 4, i32::MAX),
            BufferData { format: wl_shm::Format::Rgb565, ..data(0, 10, 4, 40) },
        ] {
            assert_eq!(place(&bad, 160, size), None, "{bad:?}");
        }
        assert_eq!(place(&data(0, 0, 0, 0), 0, Size::from((0, 0))), None);
    }
}
