//! From the desktop to a picture: the scene to paint and the semantics that go with it.

pub mod build;
mod metrics;

use std::time::Duration;

pub use metrics::{label_width, mono_width};

use crate::geometry::{Rect, Size};
use crate::hierarchy::{Desktop, OutputId, ViewportId, WindowId};
use crate::interface::Interface;
use crate::scene::Primitive;
use crate::semantics::Node;
use crate::theme::{Colour, Theme};

/// What the machine is doing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Readings {
    /// Share of the processors in use, 0 to 1.
    pub cpu: f64,
    /// Bytes in use.
    pub memory_used: u64,
    /// Bytes there are; 0 where that is unknown.
    pub memory_total: u64,
    /// Bytes a second, both ways together.
    pub network: f64,
}

/// A program that can be started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launchable {
    /// Its desktop entry.
    pub entry: String,
    /// Its name.
    pub name: String,
    /// Its icon's name.
    pub icon: Option<String>,
    /// What it is for, such as `GRAPHICS`; empty where nobody said.
    pub category: String,
}

/// Everything a view is made of.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// What there is.
    pub desktop: &'a Desktop,
    /// Whose picture this is.
    pub output: OutputId,
    /// Of the picture, logical.
    pub size: Size,
    /// Device pixels for each logical one.
    pub scale: f64,
    /// The user's own scale of the interface, 0.75 to 3.
    pub ui_scale: f64,
    /// Colours and measures, not yet scaled.
    pub theme: &'a Theme,
    /// What pointer, keyboard and overlays are at.
    pub interface: &'a Interface,
    /// For the rails.
    pub readings: &'a Readings,
    /// The time of day as it is shown: `14:02`.
    pub clock: &'a str,
    /// What can be launched: what matches the search, else recently used first.
    pub launcher: &'a [Launchable],
    /// For cameras.
    pub now: Duration,
}

/// One pane's window in focus: the size its program is told, whether or not the camera is there yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FocusArea {
    /// Which pane.
    pub viewport: ViewportId,
    /// The window that its path leads to.
    pub window: Option<WindowId>,
    /// Where it goes at rest, output logical, on whole device pixels.
    pub rect: Rect,
}

/// What is shown and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What is behind everything.
    pub background: Colour,
    /// To be painted in this order.
    pub scene: Vec<Primitive>,
    /// What it means, in reading order, overlays last.
    pub nodes: Vec<Node>,
    /// The place of the window in focus in each pane, also for a pane that is elsewhere: what a window is configured to.
    pub areas: Vec<FocusArea>,
    /// What overlays cover, output logical: no window is touched through them.
    pub covers: Vec<Rect>,
    /// A camera, a hold or a blink is under way: the next picture differs without any event.
    pub moving: bool,
}
