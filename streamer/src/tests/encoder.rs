//! An encoder that writes made-up access units at once: what matters here is what becomes of them.

use std::{
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst},
    },
};

use crate::{
    encoder::{Candidate, Encoder, EncoderError, Output, Settings, rtp_time},
    video::{AccessUnit, Codec, I420, Timing},
};

/// What the tests tell the encoders, and see of them.
#[derive(Default)]
pub struct Paper {
    /// Bits a second, as last asked for.
    pub bitrate: AtomicU32,
    /// Pictures taken.
    pub pictures: AtomicUsize,
    /// The next one fails.
    pub broken: AtomicBool,
    /// Codecs that cannot be encoded.
    pub without: Option<Codec>,
}

struct Sheet {
    paper: Arc<Paper>,
    codec: Codec,
    output: Output,
}

impl Paper {
    /// Two of them: when one fails there is another.
    pub fn candidates(self: &Arc<Self>, codec: Codec) -> Box<dyn Iterator<Item = Candidate> + Send> {
        let paper = Arc::clone(self);
        let names = ["paper-a", "paper-b"].into_iter().filter(move |_| paper.without != Some(codec));
        let paper = Arc::clone(self);
        Box::new(names.map(move |name| {
            let paper = Arc::clone(&paper);
            let start =
                move |_: Settings, output: Output| Ok(Box::new(Sheet { paper, codec, output }) as Box<dyn Encoder>);
            Candidate { name: name.to_owned(), start: Box::new(start) }
        }))
    }
}

impl Encoder for Sheet {
    fn submit(&mut self, picture: &I420, timing: Timing, key: bool) -> Result<(), EncoderError> {
        if self.paper.broken.swap(false, SeqCst) {
            return Err(EncoderError::Failed { element: "paper".into(), reason: "it tore".into() });
        }
        self.paper.pictures.fetch_add(1, SeqCst);
        let data = match self.codec {
            Codec::H264 => {
                let mut data = Vec::new();
                let slice = if key { 0x65 } else { 0x41 };
                let headers: &[&[u8]] = if key { &[&[0x67, 0x42, 0xe0, 0x1f], &[0x68, 0xce, 0x3c]] } else { &[] };
                for nal in headers {
                    data.extend([0, 0, 0, 1]);
                    data.extend(*nal);
                }
                data.extend([0, 0, 0, 1, slice]);
                data.extend(iter::repeat_n(0xa5, 3000));
                data
            }
            Codec::Vp8 => iter::once(u8::from(!key)).chain(iter::repeat_n(0xa5, 3000)).collect(),
        };
        (self.output)(Ok(AccessUnit {
            codec: self.codec,
            data: data.into(),
            key,
            size: (picture.width, picture.height),
            rtp_time: rtp_time(timing.drawn),
            timing,
            encode: timing.drawn.elapsed(),
        }));
        Ok(())
    }

    fn set_bitrate(&mut self, bitrate: u32) {
        self.paper.bitrate.store(bitrate, SeqCst);
    }
}
