//! How terminals are seen: which are in sight, how large, in which colours, and what of that the interface is told.

use std::time::Duration;

use lcars_ui::geometry::Size;
use lcars_ui::hierarchy::{OutputId, TerminalId};
use lcars_ui::scene::Primitive;
use lcars_ui::shells::{BlockOutcome, Face, FaceBlock};
use lcars_ui::theme::{Colour, Theme};
use shell_bridge::terminal::{GridSize, Outcome, Palette, Rgb, Terminal};

use crate::render::Updated;
use crate::screen::Screen;
use crate::services::config::terminal::{Colours, FONT_SIZES, Rgb as Set};
use crate::state::State;

/// The size of a terminal that nobody has seen yet.
const UNSEEN: GridSize = GridSize { columns: 80, lines: 24 };

/// Those who do not see a terminal are told what it says so long after it changed.
const WORDS_AFTER: Duration = Duration::from_millis(400);
/// And so many bytes of it at most.
const MOST_WORDS: usize = 8 << 10;

/// How large a terminal is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub size: GridSize,
    /// Of a cell, in device pixels.
    pub cell: (u16, u16),
    /// The size of letters, in device pixels.
    font: f32,
    /// The screen that both are for.
    screen: OutputId,
}

/// The terminals in a scene.
fn terminals_in(scene: &[Primitive]) -> impl Iterator<Item = TerminalId> {
    scene.iter().filter_map(|primitive| match primitive {
        Primitive::Terminal { terminal, .. } => Some(*terminal),
        _ => None,
    })
}

impl Screen {
    /// Whether a terminal is seen on it.
    fn sees(&self, id: TerminalId) -> bool {
        terminals_in(&self.view.scene).any(|terminal| terminal == id)
    }
}

impl State {
    /// Whether a terminal is seen anywhere.
    pub(super) fn terminal_is_seen(&self, id: TerminalId) -> bool {
        self.screens.iter().any(|screen| screen.sees(id))
    }

    /// The size of letters in terminals, in logical pixels.
    fn terminal_font(&self) -> f64 {
        let (least, most) = FONT_SIZES;
        (self.settings.terminal.font_size + self.terminals.larger).clamp(least, most)
    }

    /// The sizes of letters and of a cell on a screen, in device pixels.
    fn cell_on(&mut self, id: OutputId) -> (f32, (u16, u16)) {
        let scale = self.screens.get(id).unwrap_or_else(|| self.screens.first()).scale();
        let font = (self.terminal_font() * scale) as f32;
        let ligatures = self.settings.terminal.ligatures;
        let cell = self.gallery.as_mut().map(|gallery| {
            gallery.terminals.set_ligatures(ligatures);
            gallery.terminals.cell(font)
        });
        (font, cell.unwrap_or((1, 1)))
    }

    fn logical_cell(&self, cell: (u16, u16), on: OutputId) -> Size {
        let scale = self.screens.get(on).unwrap_or_else(|| self.screens.first()).scale();
        Size { w: f64::from(cell.0) / scale, h: f64::from(cell.1) / scale }
    }

    /// How large a terminal is to be: as it is seen in the pane that has the keyboard, if it is in several. Nothing if
    /// nobody sees it.
    pub(super) fn fit(&mut self, id: TerminalId) -> Option<Fit> {
        let here = self.shell.desktop.focused_viewport().id;
        let all = self.screens.iter().flat_map(|screen| screen.view.terminals.iter().map(move |area| (screen, area)));
        let (screen, area) =
            all.filter(|(_, area)| area.terminal == id).max_by_key(|(_, area)| area.viewport == here)?;
        let (on, scale, rect) = (screen.id, screen.scale(), area.rect);
        let (font, cell) = self.cell_on(on);
        // Rounded before it is cut: a length that is whole in device pixels may be a hair less as a number.
        let fit = |length: f64, cell: u16| ((length * scale).round() / f64::from(cell.max(1))).floor() as u16;
        Some(Fit { size: GridSize::new(fit(rect.w, cell.0), fit(rect.h, cell.1)), cell, font, screen: on })
    }

    /// How large a terminal is to be that nobody sees yet.
    pub(super) fn unseen_fit(&mut self) -> Fit {
        let screen = self.screen().id;
        let (font, cell) = self.cell_on(screen);
        Fit { size: UNSEEN, cell, font, screen }
    }

    /// Tells the interface how large cells are, before it lays out.
    pub(crate) fn measure_terminals(&mut self) {
        let on = self.screen().id;
        let (_, cell) = self.cell_on(on);
        self.shell.shells.cell = self.logical_cell(cell, on);
    }

    /// After a layout: gives each terminal in sight its size, starts what waits to be started, and tells shells who has
    /// the keyboard.
    pub(crate) fn fit_terminals(&mut self) {
        self.start_due();
        let ids: Vec<TerminalId> = self.terminals.shells.keys().copied().collect();
        for id in ids {
            let Some(fit) = self.fit(id) else { continue };
            let Some(running) = self.terminals.shells.get_mut(&id) else { continue };
            if std::mem::replace(&mut running.fit, fit) != fit {
                running.shell.resize(fit.size, fit.cell);
                self.terminal_touched(id);
            }
        }
        self.focus_terminals();
    }

    /// Tells the terminal that has the keyboard, and the one that had it before.
    fn focus_terminals(&mut self) {
        let now = self.terminal_with_keyboard();
        let before = std::mem::replace(&mut self.terminals.focused, now);
        if before == now {
            return;
        }
        self.end_repeat();
        self.compose.reset();
        for (id, focused) in [(before, false), (now, true)] {
            if let Some(id) = id {
                self.terminals.type_with(id, |terminal| terminal.focus(focused));
            }
        }
        self.screens.damage();
    }

    /// Some terminal has changed since it was last looked at.
    pub(super) fn terminals_changed(&mut self) {
        let changed = self.terminals.shells.iter().filter(|(_, running)| running.ear.changed());
        let changed: Vec<TerminalId> = changed.map(|(id, _)| *id).collect();
        self.show_terminals(&changed);
        for id in changed {
            self.speechless_began(id);
        }
    }

    /// What terminals show has changed: where they are seen, a picture is due.
    fn show_terminals(&mut self, changed: &[TerminalId]) {
        for screen in self.screens.iter_mut() {
            if terminals_in(&screen.view.scene).any(|id| changed.contains(&id)) {
                screen.damage();
            }
        }
    }

    /// Before a picture of a screen: what is known of the terminals in it is brought up to date.
    pub(crate) fn look_at_terminals(&mut self, on: OutputId) {
        let Some(screen) = self.screens.get(on) else { return };
        let seen: Vec<TerminalId> = terminals_in(&screen.view.scene).collect();
        let mut differs = false;
        for id in seen {
            if self.terminals.shells.get(&id).is_some_and(|running| running.ear.take_changed()) {
                self.word_terminals_soon();
                // On others it is to be seen too.
                self.show_terminals(&[id]);
                differs |= self.face_terminal(id);
            }
        }
        if differs {
            self.look(on, std::time::Instant::now());
        }
        self.paint_terminals(on);
    }

    /// What terminals say in words is told to those who do not see it: after a moment, once for all that changed by then.
    fn word_terminals_soon(&mut self) {
        if std::mem::replace(&mut self.terminals.wording, true) {
            return;
        }
        self.after(WORDS_AFTER, "the words of terminals", |state| {
            state.terminals.wording = false;
            state.word_terminals();
        });
    }

    fn word_terminals(&mut self) {
        for (id, running) in &self.terminals.shells {
            if !self.screens.iter().any(|screen| screen.sees(*id)) {
                continue;
            }
            let Some(face) = self.shell.shells.faces.get_mut(id) else { continue };
            let text = words(&running.shell.with(|terminal| lines(terminal)));
            if face.text != text {
                face.text = text;
                self.shell.outdated = true;
            }
        }
    }

    /// Brings the pictures of the terminals that a screen shows up to date.
    fn paint_terminals(&mut self, on: OutputId) {
        let Some(screen) = self.screens.get_mut(on) else { return };
        let Some(gallery) = &mut self.gallery else { return };
        let mut more = false;
        for id in terminals_in(&screen.view.scene) {
            let Some(running) = self.terminals.shells.get(&id) else { continue };
            let shell = &running.shell;
            let updated = gallery
                .terminals
                .update(&self.gpu, id, running.fit.font, |reader| shell.with(|grid| reader.read(grid)));
            match updated {
                Updated::Changed { more: waits } => more |= waits,
                Updated::Refused => tracing::debug!(%id, "there is no room for a terminal's picture"),
                Updated::Unchanged => {}
            }
        }
        if more {
            screen.damage();
        }
    }

    /// Somebody scrolled, selected or resized: a terminal looks different, and its shell knows nothing of it.
    pub(super) fn terminal_touched(&mut self, id: TerminalId) {
        self.word_terminals_soon();
        if self.face_terminal(id) {
            self.shell.outdated = true;
        }
        self.show_terminals(&[id]);
    }

    /// Looks at a terminal for the interface. Whether it has to lay out anew.
    fn face_terminal(&mut self, id: TerminalId) -> bool {
        let Some(running) = self.terminals.shells.get(&id) else { return false };
        let cell = self.logical_cell(running.fit.cell, running.fit.screen);
        let face = running.shell.with(|terminal| {
            let (scrolled, size) = (terminal.scrolled(), terminal.size());
            let blocks = terminal.blocks().into_iter().map(|block| FaceBlock {
                from: block.first,
                to: block.last.saturating_add(1),
                outcome: match block.outcome {
                    Outcome::Running => BlockOutcome::Running,
                    Outcome::Ok | Outcome::Ended => BlockOutcome::Ok,
                    Outcome::Failed(status) => BlockOutcome::Failed(status),
                },
            });
            let full = Size { w: f64::from(size.columns) * cell.w, h: f64::from(size.lines) * cell.h };
            Face {
                cell,
                full,
                blocks: blocks.collect(),
                scrolled: (scrolled.below > 0).then_some((scrolled.above, scrolled.below)),
                search: None,
                text: String::new(),
            }
        });
        let before = self.shell.shells.faces.get(&id);
        let (text, search) = before.map(|face| (face.text.clone(), face.search.clone())).unwrap_or_default();
        let face = Face { text, search, ..face };
        if before == Some(&face) {
            return false;
        }
        self.shell.shells.faces.insert(id, face);
        true
    }

    /// The colours of terminals: those of the theme, but for what the user has set.
    pub(super) fn terminal_palette(&self) -> Palette {
        palette(&self.theme, &self.settings.terminal.colours)
    }

    /// Theme or settings have changed.
    pub(crate) fn recolour_terminals(&mut self) {
        let palette = self.terminal_palette();
        for running in self.terminals.shells.values() {
            running.shell.with(|terminal| terminal.set_palette(palette.clone()));
        }
        self.screens.damage();
    }
}

/// What is in view as text, without the spaces at the ends of lines.
pub(super) fn lines(terminal: &Terminal) -> Vec<String> {
    let mut cells = Vec::new();
    let line = |line| {
        cells.clear();
        terminal.row(line, &mut cells);
        let mut text = String::new();
        for cell in cells.iter().filter(|cell| cell.width > 0) {
            if cell.style.hidden { text.push(' ') } else { cell.text.push_to(&mut text) }
        }
        text.truncate(text.trim_end().len());
        text
    };
    (0..terminal.size().lines).map(line).collect()
}

/// The last of these lines as one text, bounded.
fn words(lines: &[String]) -> String {
    let written = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let text = lines.get(..written).unwrap_or_default().join("\n");
    let from = text.ceil_char_boundary(text.len().saturating_sub(MOST_WORDS));
    text.get(from..).unwrap_or_default().to_owned()
}

fn palette(theme: &Theme, set: &Colours) -> Palette {
    let of_theme = |colour: Colour| Rgb::new(colour.r, colour.g, colour.b);
    let or = |set: Option<Set>, usual: Rgb| set.map_or(usual, |[r, g, b]| Rgb::new(r, g, b));
    let usual = Palette::default();
    let background = or(set.background, of_theme(theme.bg));
    let mut ansi = usual.ansi;
    for (colour, set) in ansi.iter_mut().zip(set.palette) {
        *colour = or(set, *colour);
    }
    Palette {
        foreground: or(set.foreground, of_theme(theme.text)),
        background,
        cursor: or(set.cursor, of_theme(theme.focus)),
        cursor_text: background,
        selection: or(set.selection, usual.selection),
        ansi,
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_last_lines_and_bounded() {
        let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(words(&lines(&["a", "", "b", "", ""])), "a\n\nb");
        assert_eq!(words(&[]), "");
        let long = words(&lines(&["ä".repeat(MOST_WORDS).as_str(), "end"]));
        assert!(long.len() <= MOST_WORDS && long.ends_with("end"));
    }

    #[test]
    fn the_users_colours_come_before_those_of_the_theme() {
        let theme = Theme::default();
        let plain = palette(&theme, &Colours::default());
        assert_eq!(plain.background, Rgb::new(theme.bg.r, theme.bg.g, theme.bg.b));
        let mut set = Colours { background: Some([1, 2, 3]), ..Colours::default() };
        set.palette[9] = Some([4, 5, 6]);
        let own = palette(&theme, &set);
        assert_eq!(
            (own.background, own.cursor_text, own.ansi[9]),
            (Rgb::new(1, 2, 3), Rgb::new(1, 2, 3), Rgb::new(4, 5, 6))
        );
        assert_eq!((own.foreground, own.ansi[8]), (plain.foreground, plain.ansi[8]));
    }
}
