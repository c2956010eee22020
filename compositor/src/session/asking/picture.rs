//! Pictures of the screen for programs that asked, and the colour of a point of it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bus::{Answer, AskId, Told};
use calloop::channel::{Event, Sender, channel};
use lcars_ui::geometry::Point as At;
use lcars_ui::hierarchy::OutputId;
use parking_lot::Mutex;
use smithay::utils::{Physical, Point, Rectangle, Size};

use crate::capture::{Destination, Outcome, Request, Seen, Subject};
use crate::state::State;

/// Pictures that are taken within one second.
const MOST_NAMES: u32 = 100;

type Rect = Rectangle<i32, Physical>;

impl State {
    /// Takes a picture of the screen with the keyboard, keeps it among the user's, and tells the program where.
    pub(super) fn take_picture(&mut self, id: AskId) {
        let screen = self.screen();
        let (screen, size) = (screen.id, screen.size());
        let Some(session) = &self.session else { return self.end_question(id, Answer::Failed) };
        let folders = [session.dirs.home.join("Pictures/Screenshots"), session.runtime.join("tos-screenshots")];
        self.take_pixels(id, screen, Rectangle::from_size(size), move |pixels| match kept(&folders, size, &pixels) {
            Ok(path) => Answer::Picture(path.as_os_str().as_bytes().to_vec()),
            Err(error) => {
                tracing::warn!(%error, "a picture of the screen could not be kept");
                Answer::Failed
            }
        });
    }

    /// Finds out which colour a point of the picture has.
    pub(super) fn take_colour(&mut self, id: AskId, screen: OutputId, at: At) {
        let Some(on) = self.screens.get(screen) else { return self.end_question(id, Answer::Failed) };
        let (scale, size) = (on.scale(), on.size());
        let pixel = |at: f64, most: i32| ((at * scale).floor().max(0.0) as i32).min(most - 1);
        let at = Point::from((pixel(at.x, size.w), pixel(at.y, size.h)));
        self.take_pixels(id, screen, Rect::new(at, Size::from((1, 1))), |pixels| match pixels.as_slice() {
            [blue, green, red, ..] => Answer::Colour([red, green, blue].map(|part| f64::from(*part) / 255.0)),
            _ => Answer::Failed,
        });
    }

    /// Gets pixels of a screen as it looks without the question, and what `then` makes of them for the program. That runs
    /// on a thread of its own.
    fn take_pixels(
        &mut self,
        id: AskId,
        screen: OutputId,
        region: Rect,
        then: impl FnOnce(Vec<u8>) -> Answer + Send + 'static,
    ) {
        let sender = match self.hear_of_pictures() {
            Ok(sender) => sender,
            Err(error) => {
                tracing::error!(%error, "no picture of the screen can be taken");
                return self.end_question(id, Answer::Failed);
            }
        };
        // What is under way is nobody's to cancel any more.
        self.asks.open.retain(|open| open.id != id);
        let failed = sender.clone();
        let reply = move |outcome: Outcome| {
            if !matches!(outcome, Outcome::Ready { .. }) {
                let _ = failed.send((id, Answer::Failed));
            }
        };
        let take = move |pixels: Vec<u8>| {
            let told = sender.clone();
            let made = std::thread::Builder::new().name("screenshot".into()).spawn(move || {
                let _ = told.send((id, then(pixels)));
            });
            if made.is_err() {
                let _ = sender.send((id, Answer::Failed));
            }
        };
        self.relayout_outdated();
        self.capture(
            Subject::Screen(screen),
            Request {
                region,
                to: Destination::Given(Box::new(take)),
                pointer: false,
                wait: false,
                seen: Arc::new(Mutex::new(Seen::default())),
                wanted: Box::new(|| true),
                reply: Box::new(reply),
            },
        );
        if let Some(screen) = self.screens.get_mut(screen) {
            screen.damage();
        }
    }

    fn hear_of_pictures(&mut self) -> anyhow::Result<Sender<(AskId, Answer)>> {
        if let Some(sender) = &self.asks.pictures {
            return Ok(sender.clone());
        }
        let (sender, done) = channel();
        let inserted = self.handle.insert_source(done, |event, (), state| {
            if let Event::Msg((id, answer)) = event {
                state.notices.tell(Told::Answered(id, answer));
            }
        });
        inserted.map_err(|error| error.error)?;
        self.asks.pictures = Some(sender.clone());
        Ok(sender)
    }
}

/// Writes a picture into the first of some folders that takes it, under a name that nothing had.
fn kept(folders: &[PathBuf], size: Size<i32, Physical>, pixels: &[u8]) -> anyhow::Result<PathBuf> {
    let bytes = encoded(size, pixels)?;
    let mut refused = None;
    for folder in folders {
        match written(folder, &bytes) {
            Ok(path) => return Ok(path),
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or_else(|| io::ErrorKind::NotFound.into()).into())
}

fn written(folder: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let stamp = stamp();
    for number in 1..=MOST_NAMES {
        let name =
            if number == 1 { format!("Screenshot {stamp}.png") } else { format!("Screenshot {stamp} ({number}).png") };
        let path = folder.join(name);
        // A picture of the screen is nobody else's business.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                if let Err(error) = file.write_all(bytes) {
                    let _ = fs::remove_file(&path);
                    return Err(error);
                }
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The time of day as part of a name.
fn stamp() -> String {
    // SAFETY: `time` takes a null pointer for "only return it".
    let now = unsafe { libc::time(std::ptr::null_mut()) };
    // SAFETY: all zeros are a `tm`, and `localtime_r` fills it in.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both point to values that live through the call.
    unsafe { libc::localtime_r(&now, &mut parts) };
    let libc::tm { tm_year: year, tm_mon: month, tm_mday: day, tm_hour: hour, tm_min: minute, tm_sec: second, .. } =
        parts;
    format!("{}-{:02}-{day:02} {hour:02}-{minute:02}-{second:02}", year + 1900, month + 1)
}

/// A picture as PNG; what is read back has its parts the other way round.
fn encoded(size: Size<i32, Physical>, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut colours = Vec::with_capacity(pixels.len() / 4 * 3);
    for pixel in pixels.chunks_exact(4) {
        if let [blue, green, red, _] = pixel {
            colours.extend([*red, *green, *blue]);
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.w.unsigned_abs(), size.h.unsigned_abs());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_beside_each_other_and_where_there_is_room() {
        let home = tempfile::tempdir().expect("a directory");
        let file = home.path().join("file");
        fs::write(&file, "in the way").expect("a file");
        let folders = [file, home.path().join("pictures")];
        let size = Size::from((2, 1));
        let pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        let first = kept(&folders, size, &pixels).expect("it is kept");
        let second = kept(&folders, size, &pixels).expect("it is kept");
        assert_ne!(first, second);
        assert!(first.starts_with(&folders[1]));
        let decoder = png::Decoder::new(io::BufReader::new(fs::File::open(first).expect("a file")));
        let mut reader = decoder.read_info().expect("a picture");
        let mut read = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut read).expect("its pixels");
        assert_eq!(read, [3, 2, 1, 6, 5, 4]);
        assert!(kept(&folders[..1], size, &pixels).is_err());
    }
}
