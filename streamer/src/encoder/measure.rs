//! Times an encoder, for `make bench` and for the figures in ARCHITECTURE.md.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use super::{EncoderError, Ladder, Stage, StageEvent};
use crate::video::{Codec, I420, Timing};

/// What one frame took and became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// What [`Stage::submit`] kept its caller.
    pub submit: Duration,
    /// From submit to the access unit.
    pub encode: Duration,
    /// Bytes of the access unit.
    pub bytes: usize,
    /// It was a key frame.
    pub key: bool,
}

/// Encodes `frames` pictures, one after the other, with the best encoder of `ladder` for `codec`. `picture` changes the
/// picture in place to frame number n.
///
/// # Errors
/// No encoder, or it failed under way.
pub fn encode(
    ladder: &Ladder,
    codec: Codec,
    (size, frames): ((u32, u32), usize),
    bitrate: u32,
    mut picture: impl FnMut(&mut I420, usize),
) -> Result<Vec<Sample>, EncoderError> {
    let (sender, events) = mpsc::channel();
    let stage = Stage::new(codec, ladder, 60, Arc::new(move |event| drop(sender.send(event))))?;
    stage.set_bitrate(bitrate);
    let mut shown = I420::black(size.0, size.1);
    let lost = |reason: &str| EncoderError::Failed { element: stage.encoder_name(), reason: reason.to_owned() };
    let mut samples = Vec::with_capacity(frames);
    for number in 0..frames {
        picture(&mut shown, number);
        let began = Instant::now();
        if !stage.submit(&shown, Timing { damaged: began, drawn: began }) {
            return Err(lost("the slot is not free"));
        }
        let submit = began.elapsed();
        loop {
            match events.recv_timeout(super::watchdog::PATIENCE) {
                Ok(StageEvent::Unit(unit)) => {
                    samples.push(Sample { submit, encode: unit.encode, bytes: unit.data.len(), key: unit.key });
                    break;
                }
                Ok(StageEvent::Idle) => {}
                Ok(StageEvent::FellBack { reason, .. } | StageEvent::Dead { reason }) => return Err(lost(&reason)),
                Err(_) => return Err(lost("a frame did not come")),
            }
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_gives_one_sample() {
        let samples = encode(&Ladder::unprobed(), Codec::H264, ((320, 180), 5), 4_000_000, |picture, number| {
            picture.data[number] = 200;
        });
        let samples = samples.unwrap();
        assert_eq!(samples.iter().map(|sample| sample.key).collect::<Vec<_>>(), [true, false, false, false, false]);
        assert!(samples.iter().all(|sample| sample.bytes > 0 && sample.encode > Duration::ZERO));
    }
}
