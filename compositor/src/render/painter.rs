//! Turns the interface's scene into pieces, and remembers them: what did not change is not made again.

use std::collections::HashMap;
use std::sync::Arc;

use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::{TerminalId, WindowId};
use lcars_ui::scene::{Key, Look, Primitive};
use lcars_ui::theme::Colour;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::CommitCounter;
use smithay::utils::{Physical, Rectangle, Size};

use super::gpu::Gpu;
use super::icon::{self, Icon};
use super::letters::Letters;
use super::piece::Piece;
use super::scaling::outwards;
use super::shape::{Rounded, Shape};
use super::typeset;

/// A window as a scene wants it shown, in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowShown {
    /// Which part of the scene it is.
    pub key: Key,
    /// Whose picture.
    pub window: WindowId,
    /// Where a window that fills its frame goes; see [`super::placed`] for smaller ones.
    pub rect: Rectangle<f64, Physical>,
    /// The size that the window has at level 3; `rect` is this, scaled evenly.
    pub full: Size<f64, Physical>,
    /// Nothing of it is painted outside of this.
    pub clip: Option<Rectangle<i32, Physical>>,
    /// Which of its pictures.
    pub look: Look,
    /// 1 is opaque.
    pub opacity: f32,
}

/// A terminal as a scene wants it shown, in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerminalShown {
    /// Whose picture.
    pub terminal: TerminalId,
    /// Its upper left corner is where its cells begin.
    pub rect: Rectangle<f64, Physical>,
    /// The size that it has at rest; `rect` is this, scaled evenly.
    pub full: Size<f64, Physical>,
    /// Nothing of it is painted outside of this.
    pub clip: Option<Rectangle<i32, Physical>>,
    /// 1 is opaque.
    pub opacity: f32,
}

/// What is known of an icon.
#[derive(Debug, Clone)]
pub enum IconShown {
    /// Its picture.
    Picture(Arc<Icon>),
    /// It is being looked for; nothing is shown until then.
    Awaited,
    /// There is none. A block of this colour stands in.
    Missing(Colour),
}

/// The pictures that a scene asks for and that are not part of it.
pub trait Pictures {
    /// A window's pieces, front to back. They are asked for again for every picture.
    fn window(&mut self, shown: &WindowShown) -> Vec<Piece>;

    /// What is on the output itself above the windows, front to back. It is asked for again for every picture.
    fn panels(&mut self) -> Vec<Piece> {
        Vec::new()
    }

    /// A terminal's pieces. They are asked for again for every picture.
    fn terminal(&mut self, shown: &TerminalShown) -> Vec<Piece>;

    /// An icon that is shown `side` pixels wide.
    fn icon(&mut self, name: &str, side: u32) -> IconShown;
}

/// For scenes without windows, terminals and icons.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPictures;

impl Pictures for NoPictures {
    fn window(&mut self, _shown: &WindowShown) -> Vec<Piece> {
        Vec::new()
    }

    fn terminal(&mut self, _shown: &TerminalShown) -> Vec<Piece> {
        Vec::new()
    }

    fn icon(&mut self, _name: &str, _side: u32) -> IconShown {
        IconShown::Awaited
    }
}

/// Paints scenes. Keep one for each output: it knows what its last scene looked like.
#[derive(Debug, Default)]
pub struct ScenePainter {
    letters: Letters,
    /// Of the letters that the parts were painted with.
    generation: u64,
    scale: f64,
    /// The last scene, back to front.
    parts: Vec<Part>,
}

/// A primitive as it was last painted.
#[derive(Debug)]
struct Part {
    primitive: Primitive,
    ids: [Id; 2],
    commit: CommitCounter,
    /// Front to back. Windows and terminals have none of their own.
    pieces: Vec<Piece>,
    icon: Option<IconShown>,
}

impl ScenePainter {
    /// A painter that has painted nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A painter that shares fonts and drawn text with others.
    pub fn sharing(letters: &Letters) -> Self {
        Self { letters: letters.clone(), ..Self::default() }
    }

    /// Fonts and drawn text.
    pub fn letters(&self) -> &Letters {
        &self.letters
    }

    /// The scene as pieces, front to back. `scale` is device pixels for each logical one.
    pub fn pieces(&mut self, gpu: &Gpu, scene: &[Primitive], scale: f64, pictures: &mut dyn Pictures) -> Vec<Piece> {
        let generation = self.letters.generation();
        if self.generation != generation || self.scale != scale {
            (self.generation, self.scale) = (generation, scale);
            // Another scale makes every part another one, of the same ids.
            self.parts.iter_mut().for_each(|part| part.primitive = nothing(part.primitive.key()));
        }
        self.renew(gpu, scene);
        let mut pieces = Vec::with_capacity(self.parts.len() * 2);
        for part in self.parts.iter_mut().rev() {
            match &part.primitive {
                Primitive::Window { .. } => {
                    if let Some(shown) = window(&part.primitive, scale) {
                        pieces.extend(pictures.window(&shown));
                    }
                }
                Primitive::Terminal { .. } => {
                    if let Some(shown) = terminal(&part.primitive, scale) {
                        pieces.extend(pictures.terminal(&shown));
                    }
                }
                Primitive::Panels { .. } => pieces.extend(pictures.panels()),
                Primitive::Icon { .. } => {
                    part.refresh_icon(scale, pictures);
                    pieces.extend(part.pieces.iter().cloned());
                }
                _ => pieces.extend(part.pieces.iter().cloned()),
            }
        }
        pieces
    }

    /// Makes the parts those of the scene; parts that are as they were stay.
    fn renew(&mut self, gpu: &Gpu, scene: &[Primitive]) {
        let same = |(part, primitive): (&Part, &Primitive)| part.primitive == *primitive;
        if self.parts.len() == scene.len() && self.parts.iter().zip(scene).all(same) {
            return;
        }
        let mut old: Vec<Option<Part>> = std::mem::take(&mut self.parts).into_iter().map(Some).collect();
        let mut places: Option<HashMap<Key, Vec<usize>>> = None;
        self.parts.reserve(scene.len());
        let mut next = 0;
        for primitive in scene {
            let key = primitive.key();
            let in_order =
                old.get(next).is_some_and(|part| part.as_ref().is_some_and(|part| part.primitive.key() == key));
            let place = if in_order {
                Some(next)
            } else {
                let places = places.get_or_insert_with(|| by_key(&old));
                let places = places.get_mut(&key);
                places.and_then(|places| {
                    std::iter::from_fn(|| places.pop()).find(|at| matches!(old.get(*at), Some(Some(_))))
                })
            };
            let part = place.and_then(|at| {
                next = at + 1;
                old.get_mut(at).and_then(Option::take)
            });
            let part = match part {
                Some(part) if part.primitive == *primitive => part,
                part => self.part(gpu, primitive, part),
            };
            self.parts.push(part);
        }
    }

    /// Paints a primitive anew, as the same part as before.
    fn part(&self, gpu: &Gpu, primitive: &Primitive, old: Option<Part>) -> Part {
        let (ids, mut commit, icon) = match old {
            Some(old) => (old.ids, old.commit, old.icon),
            None => ([Id::new(), Id::new()], CommitCounter::default(), None),
        };
        commit.increment();
        let mut part = Part { primitive: primitive.clone(), ids, commit, pieces: Vec::new(), icon };
        let scale = self.scale;
        let [id, second] = part.ids.clone();
        match primitive {
            Primitive::Fill { colour, .. } | Primitive::Line { colour, .. } => {
                let shape = shape(primitive, scale);
                part.pieces.extend(shape.and_then(|s| Piece::shape(id, commit, s, colour.premultiplied())));
            }
            Primitive::Text { .. } => {
                part.pieces = typeset::pieces(gpu, &self.letters, primitive, scale, [id, second], commit);
            }
            Primitive::Icon { rect, opacity, .. } => {
                if let Some(icon) = &part.icon {
                    part.pieces = icon::pieces(icon, physical(rect, scale), *opacity as f32, [id, second], commit);
                }
            }
            Primitive::Window { .. } | Primitive::Terminal { .. } | Primitive::Panels { .. } => {}
        }
        part
    }
}

impl Part {
    /// Shows what is known of an icon by now.
    fn refresh_icon(&mut self, scale: f64, pictures: &mut dyn Pictures) {
        let Primitive::Icon { rect, name, opacity, .. } = &self.primitive else { return };
        let rect = physical(rect, scale);
        let side = rect.size.w.min(rect.size.h).round().clamp(0.0, 4096.0) as u32;
        if side == 0 {
            return;
        }
        let shown = pictures.icon(name, side);
        let same = match (&self.icon, &shown) {
            (Some(IconShown::Picture(a)), IconShown::Picture(b)) => Arc::ptr_eq(a, b),
            (Some(IconShown::Awaited), IconShown::Awaited) => true,
            (Some(IconShown::Missing(a)), IconShown::Missing(b)) => a == b,
            _ => false,
        };
        if same {
            return;
        }
        self.commit.increment();
        self.pieces = icon::pieces(&shown, rect, *opacity as f32, self.ids.clone(), self.commit);
        self.icon = Some(shown);
    }
}

/// The places of each key, last first.
fn by_key(parts: &[Option<Part>]) -> HashMap<Key, Vec<usize>> {
    let mut places: HashMap<Key, Vec<usize>> = HashMap::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate().rev() {
        if let Some(part) = part {
            places.entry(part.primitive.key()).or_default().push(at);
        }
    }
    places
}

/// A primitive that no scene has.
fn nothing(key: Key) -> Primitive {
    let rect = Rect { x: f64::NAN, ..Rect::default() };
    Primitive::Icon { key, rect, name: String::new(), opacity: 0.0 }
}

/// In device pixels, whole or not.
pub(super) fn physical(rect: &Rect, scale: f64) -> Rectangle<f64, Physical> {
    let mut physical = Rectangle::new((rect.x * scale, rect.y * scale).into(), (0.0, 0.0).into());
    // The constructor refuses negative extents in debug builds; a scene should have none, but nothing holds it to that.
    (physical.size.w, physical.size.h) = ((rect.w * scale).max(0.0), (rect.h * scale).max(0.0));
    physical
}

fn shape(primitive: &Primitive, scale: f64) -> Option<Shape> {
    match primitive {
        Primitive::Fill { rect, radii, cut, .. } => {
            let rounded = |rect: &Rect, radii: &[f64; 4]| {
                let edges = [rect.x, rect.y, rect.right(), rect.bottom()].map(|edge| edge * scale);
                Rounded::new(edges, radii.map(|radius| radius * scale))
            };
            let cut = cut.as_ref().map(|cut| rounded(&cut.rect, &cut.radii));
            Some(Shape::Block { outer: rounded(rect, radii), cut })
        }
        Primitive::Line { from, to, width, .. } => Some(Shape::Stroke {
            from: [from.x * scale, from.y * scale],
            to: [to.x * scale, to.y * scale],
            half_width: width * scale / 2.0,
        }),
        _ => None,
    }
}

fn window(primitive: &Primitive, scale: f64) -> Option<WindowShown> {
    let Primitive::Window { key, window, rect, full, clip, look, opacity } = primitive else { return None };
    let clip = match clip {
        Some(clip) => Some(outwards(physical(clip, scale))?),
        None => None,
    };
    let (rect, full) = (physical(rect, scale), Size::from((full.w * scale, full.h * scale)));
    let opacity = *opacity as f32;
    (opacity > 0.0).then_some(WindowShown { key: *key, window: *window, rect, full, clip, look: *look, opacity })
}

fn terminal(primitive: &Primitive, scale: f64) -> Option<TerminalShown> {
    let Primitive::Terminal { terminal, rect, full, clip, opacity, .. } = primitive else { return None };
    let clip = match clip {
        Some(clip) => Some(outwards(physical(clip, scale))?),
        None => None,
    };
    let (rect, full) = (physical(rect, scale), Size::from((full.w * scale, full.h * scale)));
    let opacity = *opacity as f32;
    (opacity > 0.0).then_some(TerminalShown { terminal: *terminal, rect, full, clip, opacity })
}
