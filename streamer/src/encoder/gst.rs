//! One GStreamer pipeline: `appsrc ! ENCODER ! caps ! appsink`, nothing between and nothing queued.
//!
//! `appsrc` has one thread of its own; the encoder and the sink's callback run in it, so an access unit is handed on
//! the moment the encoder has it. There is no `queue` (one more wake-up), no `videoconvert` (6 to 14 ms at 1080p) and
//! no clock at the sink.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use parking_lot::Mutex;

use super::{
    Encoder, EncoderError, Output, Settings, clock, layout,
    rung::{Input, Resize, Rung},
};
use crate::video::{AccessUnit, Codec, I420, Timing};

/// Pictures that may be under way. The stage allows one; the rest is room for an encoder that answers late.
const PENDING: usize = 4;

/// Starts GStreamer, once a process.
///
/// # Errors
/// [`EncoderError::Init`].
pub fn init() -> Result<(), EncoderError> {
    gst::init().map_err(|error| EncoderError::Init(error.to_string()))
}

/// A picture under way.
struct Pending {
    pts: gst::ClockTime,
    timing: Timing,
    size: (u32, u32),
    submitted: Instant,
}

/// An [`Encoder`] that is a GStreamer element.
pub struct GstEncoder {
    rung: Rung,
    settings: Settings,
    output: Output,
    pipe: Pipe,
    pending: Arc<Mutex<VecDeque<Pending>>>,
    last_pts: Option<gst::ClockTime>,
}

/// A running pipeline.
struct Pipe {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    encoder: gst::Element,
    /// Known from the first picture on.
    format: Option<Format>,
}

/// What the pictures look like at the moment.
struct Format {
    info: gst_video::VideoInfo,
    /// Reuses the few buffers that are ever under way, instead of mapping fresh memory for each picture.
    pool: gst::BufferPool,
}

impl GstEncoder {
    /// Opens the element and its device.
    ///
    /// # Errors
    /// [`EncoderError::Init`] or [`EncoderError::Start`], with what GStreamer said.
    pub fn start(rung: &Rung, settings: Settings, output: Output) -> Result<Self, EncoderError> {
        init()?;
        let pending = Arc::new(Mutex::new(VecDeque::with_capacity(PENDING)));
        let pipe = Pipe::start(rung, settings, &pending, &output)?;
        Ok(Self { rung: *rung, settings, output, pipe, pending, last_pts: None })
    }

    fn failed(&self, reason: impl ToString) -> EncoderError {
        EncoderError::Failed { element: self.rung.element.to_owned(), reason: reason.to_string() }
    }

    /// A buffer with the picture in it, in the element's own layout.
    fn fill(&self, format: &Format, picture: &I420) -> Result<gst::Buffer, EncoderError> {
        let mut buffer = format.pool.acquire_buffer(None).map_err(|error| self.failed(error))?;
        let writable = buffer.get_mut().ok_or_else(|| self.failed("its buffer is shared"))?;
        let mut map = writable.map_writable().map_err(|error| self.failed(error))?;
        let copied = match self.rung.input {
            Input::I420 => layout::copy_i420(map.as_mut_slice(), &format.info, picture),
            Input::Nv12 => layout::copy_nv12(map.as_mut_slice(), &format.info, picture),
        };
        drop(map);
        if copied { Ok(buffer) } else { Err(self.failed("the picture does not fit its size")) }
    }

    /// Time stamps must grow: two pictures drawn within one tick of the clock are put a nanosecond apart.
    fn next_pts(&mut self, drawn: Instant) -> gst::ClockTime {
        let nanos = u64::try_from(clock::since_epoch(drawn).as_nanos()).unwrap_or(u64::MAX / 2);
        let after = self.last_pts.map_or(0, |last| last.nseconds() + 1);
        let pts = gst::ClockTime::from_nseconds(nanos.max(after));
        self.last_pts = Some(pts);
        pts
    }
}

impl Encoder for GstEncoder {
    fn submit(&mut self, picture: &I420, timing: Timing, key: bool) -> Result<(), EncoderError> {
        let submitted = Instant::now();
        let size = (picture.width, picture.height);
        let current = self.pipe.format.as_ref().map(|format| (format.info.width(), format.info.height()));
        if current != Some(size) {
            if current.is_some() && self.rung.resize == Resize::Rebuild {
                self.pipe = Pipe::start(&self.rung, self.settings, &self.pending, &self.output)?;
            }
            let format = Format::new(&self.rung, size, self.settings.fps).map_err(|reason| self.failed(reason))?;
            let caps = format.info.to_caps().map_err(|error| self.failed(error))?;
            self.pipe.source.set_caps(Some(&caps));
            self.pipe.format = Some(format);
        }
        let Some(format) = &self.pipe.format else { return Err(self.failed("no format")) };
        let mut buffer = self.fill(format, picture)?;
        let pts = self.next_pts(timing.drawn);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(pts);
            buffer.set_duration(gst::ClockTime::SECOND / u64::from(self.settings.fps.max(1)));
        }
        if key {
            // Serialised with the buffers by appsrc: it concerns exactly the picture behind it.
            let event = gst_video::DownstreamForceKeyUnitEvent::builder().all_headers(true).build();
            self.pipe.source.send_event(event);
        }
        {
            let mut pending = self.pending.lock();
            if pending.len() >= PENDING {
                pending.pop_front();
            }
            pending.push_back(Pending { pts, timing, size, submitted });
        }
        self.pipe.source.push_buffer(buffer).map(drop).map_err(|error| self.failed(error))
    }

    fn set_bitrate(&mut self, bitrate: u32) {
        self.settings.bitrate = bitrate;
        set_bitrate(&self.pipe.encoder, &self.rung, bitrate);
    }
}

impl Pipe {
    fn start(
        rung: &Rung,
        settings: Settings,
        pending: &Arc<Mutex<VecDeque<Pending>>>,
        output: &Output,
    ) -> Result<Self, EncoderError> {
        let refused = |reason: String| EncoderError::Start {
            element: rung.element.to_owned(),
            reason: reason.replace('\n', " "),
        };
        let bin = gst::parse::bin_from_description(&description(rung).map_err(refused)?, true)
            .map_err(|error| refused(error.to_string()))?;
        let encoder = bin.by_name("encoder").ok_or_else(|| refused("not in its own pipeline".to_owned()))?;
        set_bitrate(&encoder, rung, settings.bitrate);

        let source = gst_app::AppSrc::builder().is_live(true).format(gst::Format::Time).block(false).build();
        let sink = gst_app::AppSink::builder().sync(false).async_(false).enable_last_sample(false).build();
        sink.set_callbacks(deliver(rung, pending.clone(), output.clone()));

        let pipeline = gst::Pipeline::new();
        pipeline
            .add_many([source.upcast_ref::<gst::Element>(), bin.upcast_ref(), sink.upcast_ref()])
            .and_then(|()| {
                gst::Element::link_many([source.upcast_ref::<gst::Element>(), bin.upcast_ref(), sink.upcast_ref()])
            })
            .map_err(|error| refused(error.to_string()))?;

        let problem = Arc::new(Mutex::new(None::<String>));
        if let Some(bus) = pipeline.bus() {
            let (problem, output, element) = (problem.clone(), output.clone(), rung.element);
            bus.set_sync_handler(move |_, message| {
                if let gst::MessageView::Error(error) = message.view() {
                    let reason = explain(error);
                    problem.lock().get_or_insert_with(|| reason.clone());
                    output(Err(EncoderError::Failed { element: element.to_owned(), reason }));
                }
                // Nobody reads the bus: what stayed on it would only pile up.
                gst::BusSyncReply::Drop
            });
        }
        let pipe = Self { pipeline, source, encoder, format: None };
        match pipe.pipeline.set_state(gst::State::Playing) {
            Ok(_) => Ok(pipe),
            Err(error) => Err(refused(problem.lock().take().unwrap_or_else(|| error.to_string()))),
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Stopping waits for the streaming thread, which may sit in a driver that hangs, or in a callback that waits
        // for whoever drops this: never here.
        let pipeline = self.pipeline.clone();
        let stop = move || {
            if let Err(error) = pipeline.set_state(gst::State::Null) {
                tracing::warn!(%error, "an encoder did not stop");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("encoder-stop".to_owned()).spawn(stop) {
            tracing::warn!(%error, "no thread to stop an encoder in; it is left running");
            std::mem::forget(self.pipeline.clone());
        }
    }
}

impl Format {
    fn new(rung: &Rung, (width, height): (u32, u32), fps: u32) -> Result<Self, String> {
        let format = match rung.input {
            Input::I420 => gst_video::VideoFormat::I420,
            Input::Nv12 => gst_video::VideoFormat::Nv12,
        };
        // What the renderer converts to; x264enc writes it into the VUI, so that no decoder has to guess.
        let colorimetry = gst_video::VideoColorimetry::new(
            gst_video::VideoColorRange::Range16_235,
            gst_video::VideoColorMatrix::Bt709,
            gst_video::VideoTransferFunction::Bt709,
            gst_video::VideoColorPrimaries::Bt709,
        );
        let info = gst_video::VideoInfo::builder(format, width, height)
            .fps(gst::Fraction::new(i32::try_from(fps.max(1)).unwrap_or(60), 1))
            .colorimetry(&colorimetry)
            .build()
            .map_err(|error| error.to_string())?;
        let size = u32::try_from(info.size()).map_err(|error| error.to_string())?;
        let caps = info.to_caps().map_err(|error| error.to_string())?;
        let pool = gst::BufferPool::new();
        let mut config = pool.config();
        // No upper bound: a hung encoder that keeps its buffers must not make anyone wait for one.
        config.set_params(Some(&caps), size, 1, 0);
        pool.set_config(config).and_then(|()| pool.set_active(true)).map_err(|error| error.to_string())?;
        Ok(Self { info, pool })
    }
}

impl Drop for Format {
    fn drop(&mut self) {
        // Buffers still with the encoder are freed when they come back.
        let _ = self.pool.set_active(false);
    }
}

/// The part between source and sink, as `gst-launch` writes it. Properties that this version lacks are left out.
fn description(rung: &Rung) -> Result<String, String> {
    let factory = gst::ElementFactory::find(rung.element).ok_or("not installed")?;
    let class = factory.load().map_err(|error| error.to_string())?.element_type();
    let class = gst::glib::object::Class::<gst::Element>::from_type(class).ok_or("not an element")?;
    let mut text = String::new();
    if !rung.before.is_empty() {
        text.push_str(rung.before);
        text.push_str(" ! ");
    }
    text.push_str(rung.element);
    text.push_str(" name=encoder");
    for (name, value) in rung.properties {
        if class.find_property(name).is_some() {
            text.push_str(&format!(" {name}={value}"));
        } else {
            tracing::debug!(element = rung.element, property = name, "left out: this version does not have it");
        }
    }
    // Spelt out: the short form, caps alone, is only understood between two elements.
    text.push_str(match rung.codec {
        Codec::H264 => {
            " ! capsfilter caps=\"video/x-h264,profile=(string){constrained-baseline,baseline},\
             stream-format=byte-stream,alignment=au\""
        }
        Codec::Vp8 => " ! capsfilter caps=video/x-vp8",
    });
    Ok(text)
}

fn set_bitrate(encoder: &gst::Element, rung: &Rung, bitrate: u32) {
    let value = rung.bitrate_value(bitrate);
    let Some(property) = encoder.find_property(rung.bitrate.0) else { return };
    if property.value_type() == gst::glib::Type::I32 {
        encoder.set_property(rung.bitrate.0, i32::try_from(value).unwrap_or(i32::MAX));
    } else if property.value_type() == gst::glib::Type::U32 {
        encoder.set_property(rung.bitrate.0, value);
    }
}

/// What an error message says, with the driver's own words.
fn explain(error: &gst::message::Error) -> String {
    let detail = error.debug().map(|debug| debug.lines().last().unwrap_or_default().to_owned()).unwrap_or_default();
    let text = error.error().to_string();
    if detail.is_empty() || detail == text { text } else { format!("{text} ({detail})") }
}

/// The sink's callback: gives each access unit its picture's timing back and hands it on.
fn deliver(rung: &Rung, pending: Arc<Mutex<VecDeque<Pending>>>, output: Output) -> gst_app::AppSinkCallbacks {
    let codec = rung.codec;
    gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let buffer = sample.buffer().ok_or(gst::FlowError::Error)?;
            let map = buffer.map_readable().map_err(|_| gst::FlowError::Error)?;
            let Some(picture) = take(&mut pending.lock(), buffer.pts()) else { return Ok(gst::FlowSuccess::Ok) };
            output(Ok(AccessUnit {
                codec,
                data: Bytes::copy_from_slice(map.as_slice()),
                key: !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT),
                size: picture.size,
                rtp_time: clock::rtp_time(picture.timing.drawn),
                timing: picture.timing,
                encode: picture.submitted.elapsed(),
            }));
            Ok(gst::FlowSuccess::Ok)
        })
        .build()
}

/// The picture that this time stamp belongs to; those before it were swallowed by the encoder.
fn take(pending: &mut VecDeque<Pending>, pts: Option<gst::ClockTime>) -> Option<Pending> {
    if let Some(at) = pending.iter().position(|picture| Some(picture.pts) == pts) {
        pending.drain(..at);
    }
    pending.pop_front()
}
