//! What every part of the interface is drawn with: shapes, labels and buttons, each with the node that says what it is.
//!
//! The looks of states (hover, pressed, focused, selected, disabled) are given here and nowhere else, so that every button
//! looks and behaves alike.

use super::{Inputs, PromptPlace};
use crate::geometry::{Point, Rect};
use crate::hierarchy::ViewportId;
use crate::interface::FilesArea;
use crate::label;
use crate::scene::{Align, Cut, Elide, Face, Key, Primitive};
use crate::semantics::{Action, Node, Role};
use crate::theme::{Colour, Measures, Theme};

/// The piece of a button that is its label.
const LABEL: u16 = 1;
/// The piece of a button that is the cap cut off when it is selected.
const CAP: u16 = 2;
/// The piece that is the ring around what has the keyboard.
const RING: u16 = 3;

/// Collects primitives and nodes.
#[derive(Debug)]
pub struct Builder<'a> {
    /// Colours and measures as they are written down.
    pub theme: &'a Theme,
    /// The measures in force: scaled, on whole device pixels.
    pub m: Measures,
    /// Device pixels for each logical one.
    pub scale: f64,
    /// What is painted so far.
    pub scene: Vec<Primitive>,
    /// What it means so far.
    pub nodes: Vec<Node>,
    /// Where something lies over the windows.
    pub covers: Vec<Rect>,
    /// Where the text of the open prompt stands.
    pub prompt: Option<PromptPlace>,
    /// Where files are of which a program lets the user choose.
    pub asked: Option<FilesArea>,
    /// Whether there is something in the prompt to be cleared.
    pub clearable: bool,
    factor: f64,
    pane: u64,
    parent: Option<usize>,
    hovered: Option<Key>,
    pressed: Option<Key>,
    focused: Option<Key>,
}

/// The outline of a button or a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Round at both ends.
    #[default]
    Pill,
    /// Round at the left.
    RoundLeft,
    /// Round at the right.
    RoundRight,
    /// Square: it reports, or fills.
    Block,
}

impl Shape {
    /// Its corner radii: top left, top right, bottom right, bottom left.
    pub fn radii(self, rect: Rect) -> [f64; 4] {
        let round = rect.h.min(rect.w) / 2.0;
        let one = (rect.h / 2.0).min(rect.w);
        match self {
            Self::Pill => [round; 4],
            Self::RoundLeft => [one, 0.0, 0.0, one],
            Self::RoundRight => [0.0, one, one, 0.0],
            Self::Block => [0.0; 4],
        }
    }
}

/// One line of text, ready to be drawn. Words that come from strangers go through [`caption`] first.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Where it may be; capitals are centred in its height.
    pub rect: Rect,
    /// What it says.
    pub text: String,
    /// Height of a capital letter.
    pub cap: f64,
    /// Of the letters.
    pub colour: Colour,
    /// Where in the rectangle it stands.
    pub align: Align,
    /// Which kind of letters.
    pub face: Face,
}

impl Text {
    /// A label.
    pub fn label(rect: Rect, text: impl Into<String>, cap: f64, colour: Colour) -> Self {
        Self { rect, text: text.into(), cap, colour, align: Align::Left, face: Face::Label }
    }

    /// The same at another place of its rectangle.
    pub fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The same in monospaced letters.
    pub fn mono(self) -> Self {
        Self { face: Face::Mono, ..self }
    }
}

/// Something to press.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// Names it and its node.
    pub key: Key,
    /// What is seen of it.
    pub rect: Rect,
    /// What it says; clean.
    pub label: String,
    /// Its fill at rest.
    pub colour: Colour,
    /// What pressing it does.
    pub action: Option<Action>,
    /// What a long press does.
    pub menu: Option<Action>,
    /// What it is announced as.
    pub role: Role,
    /// Its outline.
    pub shape: Shape,
    /// Where its label stands.
    pub align: Align,
    /// Cap height of its label; that of labels where nothing is said.
    pub cap: Option<f64>,
    /// How far its label stands off its ends; that of rails where nothing is said.
    pub inset: Option<f64>,
    /// Where it is pressed; half a gap around it where nothing is said.
    pub hit: Option<Rect>,
    /// What it is announced as; its label where nothing is said.
    pub name: Option<String>,
    /// What it says beside its name.
    pub value: Option<String>,
    /// It is the chosen one of its row.
    pub selected: bool,
    /// It cannot be used now.
    pub disabled: bool,
}

impl Button {
    /// A pill with its label at the right.
    pub fn pill(key: Key, rect: Rect, label: impl Into<String>, colour: Colour, action: Action) -> Self {
        let (menu, cap, inset, hit, name, value) = (None, None, None, None, None, None);
        let (role, shape, align, action) = (Role::Button, Shape::Pill, Align::Right, Some(action));
        let (label, selected, disabled) = (label.into(), false, false);
        Self {
            key,
            rect,
            label,
            colour,
            action,
            menu,
            role,
            shape,
            align,
            cap,
            inset,
            hit,
            name,
            value,
            selected,
            disabled,
        }
    }
}

/// Somebody else's words as a label shows them: clean, bounded, in capitals.
pub fn caption(text: &str) -> String {
    label::clean(text).to_uppercase()
}

/// What somebody is told, in capitals; it may be longer. Paths of files stay as they are: in capitals they are others.
pub fn told(text: &str) -> String {
    let clean = label::clean_told(text);
    let words = clean.split(' ').map(|word| if is_path(word) { word.to_owned() } else { word.to_uppercase() });
    words.collect::<Vec<_>>().join(" ")
}

fn is_path(word: &str) -> bool {
    let bare = word.trim_start_matches(['"', '\'', '(', '“', '‘']);
    ["/", "~/", "./", "../"].iter().any(|start| bare.starts_with(start)) && bare.len() > 1
}

/// A colour of which only a part covers what is behind it.
pub fn faded(colour: Colour, opacity: f64) -> Colour {
    Colour { a: (f64::from(colour.a) * opacity.clamp(0.0, 1.0)).round() as u8, ..colour }
}

impl<'a> Builder<'a> {
    /// An empty one for an output.
    pub fn new(inputs: &Inputs<'a>) -> Self {
        let scale = if inputs.scale.is_finite() { inputs.scale.clamp(0.25, 16.0) } else { 1.0 };
        let m = inputs.theme.measures.scaled_by(inputs.size.w, inputs.size.h, scale, inputs.ui_scale);
        let factor = m.unit / inputs.theme.measures.unit.max(f64::MIN_POSITIVE);
        let interface = inputs.interface;
        Self {
            theme: inputs.theme,
            m,
            scale,
            scene: Vec::new(),
            nodes: Vec::new(),
            covers: Vec::new(),
            prompt: None,
            asked: None,
            clearable: !interface.prompt.text().is_empty(),
            factor: if factor.is_finite() && factor > 0.0 { factor } else { 1.0 },
            pane: 0,
            parent: None,
            hovered: interface.hovered,
            pressed: interface.pressed,
            focused: interface.focused.filter(|_| interface.ring),
        }
    }

    /// How much larger everything is than it is written down.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// A length as it is written down for 1280x720, scaled and on whole device pixels.
    pub fn px(&self, length: f64) -> f64 {
        self.snap(length * self.factor)
    }

    /// A logical length on whole device pixels.
    pub fn snap(&self, length: f64) -> f64 {
        (length * self.scale).round() / self.scale
    }

    /// Everything from here on belongs to a viewport, or to the output again.
    pub fn enter_pane(&mut self, pane: Option<ViewportId>) {
        self.pane = pane.map_or(0, ViewportId::get);
    }

    /// A key as it is in the pane that is being drawn.
    pub fn key(&self, key: Key) -> Key {
        key.in_pane(self.pane)
    }

    /// Draws something of which only the picture is wanted: its nodes are forgotten.
    pub fn sketch(&mut self, draw: impl FnOnce(&mut Self)) -> Vec<Primitive> {
        let (scene, nodes) = (std::mem::take(&mut self.scene), self.nodes.len());
        let parent = self.parent;
        draw(self);
        self.nodes.truncate(nodes);
        self.parent = parent;
        std::mem::replace(&mut self.scene, scene)
    }

    /// Draws something of which only the nodes are wanted.
    pub fn announce(&mut self, draw: impl FnOnce(&mut Self)) {
        let painted = self.scene.len();
        draw(self);
        self.scene.truncate(painted);
    }

    /// Adds a node, as a part of the one that is being drawn within. Returns its place.
    pub fn node(&mut self, mut node: Node) -> usize {
        node.key = self.key(node.key);
        node.parent = node.parent.or(self.parent);
        node.states.focused |= self.focused == Some(node.key);
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Everything that is added in there is part of the node at that place.
    pub fn within<R>(&mut self, parent: usize, draw: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.parent.replace(parent);
        let result = draw(self);
        self.parent = outer;
        result
    }

    /// A fill as it looks under the pointer or a finger.
    pub fn tint(&self, key: Key, colour: Colour) -> Colour {
        let key = Some(self.key(key));
        if self.pressed == key {
            Colour { a: colour.a, ..colour.mix(Colour::BLACK, self.theme.pressed_mix) }
        } else if self.hovered == key {
            Colour { a: colour.a, ..colour.mix(Colour::WHITE, self.theme.hover_mix) }
        } else {
            colour
        }
    }

    /// Whether the keyboard is seen to be at that part.
    pub fn has_ring(&self, key: Key) -> bool {
        self.focused == Some(self.key(key))
    }

    /// A shape of one colour.
    pub fn fill(&mut self, key: Key, rect: Rect, radii: [f64; 4], colour: Colour) {
        if !rect.is_empty() {
            let key = self.key(key);
            self.scene.push(Primitive::Fill { key, rect, radii, cut: None, colour });
        }
    }

    /// A shape with another taken out of it.
    pub fn cut(&mut self, key: Key, rect: Rect, radii: [f64; 4], cut: Cut, colour: Colour) {
        if !rect.is_empty() {
            let key = self.key(key);
            self.scene.push(Primitive::Fill { key, rect, radii, cut: Some(cut), colour });
        }
    }

    /// A block or an end cap.
    pub fn shape(&mut self, key: Key, rect: Rect, shape: Shape, colour: Colour) {
        self.fill(key, rect, shape.radii(rect), colour);
    }

    /// A line of text.
    pub fn text(&mut self, key: Key, line: Text) {
        self.text_zoomed(key, line, 1.0);
    }

    /// The same during a zoom; see [`Primitive::Text`].
    pub fn text_zoomed(&mut self, key: Key, line: Text, zoom: f64) {
        let Text { rect, text, cap, colour, align, face } = line;
        if text.is_empty() || rect.is_empty() {
            return;
        }
        let (key, elide) = (self.key(key), if face == Face::Mono { Elide::Middle } else { Elide::End });
        let cap_height = cap;
        self.scene.push(Primitive::Text { key, rect, text, cap_height, colour, align, face, elide, zoom });
    }

    /// An icon of the icon theme.
    pub fn icon(&mut self, key: Key, rect: Rect, name: &str) {
        if !rect.is_empty() && !name.is_empty() {
            let (key, name) = (self.key(key), String::from(name));
            self.scene.push(Primitive::Icon { key, rect, name, opacity: 1.0 });
        }
    }

    /// A drawn arrow head that points up, as on everything that leads out.
    pub fn chevron(&mut self, key: Key, centre: Point, width: f64, colour: Colour) {
        let (half, rise) = (width / 2.0, width / 4.0);
        for (piece, side) in [(4, -1.0), (5, 1.0)] {
            let key = self.key(key.piece(piece));
            let from = Point { x: centre.x + side * half, y: centre.y + rise };
            let to = Point { x: centre.x, y: centre.y - rise };
            self.scene.push(Primitive::Line { key, from, to, width: self.px(6.0), colour });
        }
    }

    /// The ring around what has the keyboard, if that is it.
    pub fn ring(&mut self, key: Key, rect: Rect, radii: [f64; 4]) {
        if !self.has_ring(key) {
            return;
        }
        let (off, width) = (self.m.ring, self.m.ring);
        let grown = |by: f64| Rect::new(rect.x - by, rect.y - by, rect.w + 2.0 * by, rect.h + 2.0 * by);
        let rounder = |by: f64| radii.map(|radius| if radius > 0.0 { radius + by } else { 0.0 });
        let cut = Cut { rect: grown(off), radii: rounder(off) };
        self.cut(key.piece(RING), grown(off + width), rounder(off + width), cut, self.theme.focus);
    }

    /// Something to press, with its label and its node. Returns the node's place.
    pub fn button(&mut self, button: Button) -> usize {
        let Button { key, rect, shape, selected, disabled, .. } = button;
        let (fill, ink) = match (disabled, selected) {
            (true, _) => (self.theme.frame_inert, self.theme.text_muted),
            (false, true) => (self.tint(key, self.theme.focus), self.theme.on_fill),
            (false, false) => (self.tint(key, button.colour), self.theme.on_fill),
        };
        let inset = button.inset.unwrap_or(self.m.rail_label_inset);
        let mut text = Rect::from_edges(rect.x + inset.min(rect.h / 2.0), rect.y, rect.right() - inset, rect.bottom());
        if button.align == Align::Centre {
            text = Rect::from_edges(rect.x + rect.h / 4.0, rect.y, rect.right() - rect.h / 4.0, rect.bottom());
        }
        let radii = shape.radii(rect);
        let cap_width = rect.h / 2.0;
        if selected && !disabled && rect.w > 2.0 * cap_width + self.m.gap {
            // Where you are: orange, its right cap cut off by one gap.
            let cap = Rect::from_edges(rect.right() - cap_width, rect.y, rect.right(), rect.bottom());
            let body = Rect::from_edges(rect.x, rect.y, cap.x - self.m.gap, rect.bottom());
            self.fill(key, body, [radii[0], 0.0, 0.0, radii[3]], fill);
            self.fill(key.piece(CAP), cap, [0.0, cap_width, cap_width, 0.0], fill);
            text.w = (body.right() - 0.6 * inset - text.x).max(0.0);
        } else {
            self.fill(key, rect, radii, fill);
        }
        let cap = button.cap.unwrap_or(self.m.cap_label);
        self.text(key.piece(LABEL), Text::label(text, button.label.as_str(), cap, ink).aligned(button.align));
        self.ring(key, rect, radii);
        let mut node = Node::new(key, button.role, button.name.unwrap_or(button.label), rect);
        node.hit = button.hit.unwrap_or_else(|| self.reach(rect));
        node.value = button.value;
        node.states.selected = selected;
        node.states.disabled = disabled;
        node.action = button.action.filter(|_| !disabled);
        node.menu = button.menu;
        self.node(node)
    }

    /// Where something is pressed that has a gap on every side: over half of it.
    pub fn reach(&self, rect: Rect) -> Rect {
        let half = self.m.gap / 2.0;
        Rect::new(rect.x - half, rect.y - half, rect.w + 2.0 * half, rect.h + 2.0 * half)
    }
}
