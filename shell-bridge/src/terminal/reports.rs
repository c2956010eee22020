//! Answers to questions that the grid's parser does not know.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::vte::ansi::{Color, CursorShape, NamedColor};

use super::scan::Verdict;
use super::screen::{BLINK, Screen};

/// What programs may ask of the terminal's description (XTGETTCAP), beyond what `xterm-256color` says.
const CAPABILITIES: [(&str, &str); 12] = [
    ("TN", "xterm-256color"),
    ("Co", "256"),
    ("colors", "256"),
    ("RGB", "8/8/8"),
    ("Tc", ""),
    ("Su", ""),
    ("Smulx", "\\E[4:%p1%dm"),
    ("Setulc", "\\E[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m"),
    ("Ss", "\\E[%p1%d q"),
    ("Se", "\\E[2 q"),
    ("Ms", "\\E]52;%p1%s;%p2%s\\007"),
    ("indn", "\\E[%p1%dS"),
];

/// Capabilities that one question may name.
const MAX_NAMES: usize = 16;

impl Screen {
    /// Does what a control sequence asks for, if it is one that only is known here.
    pub fn control(&mut self, sequence: &[u8]) -> Verdict {
        match sequence {
            b">q" | b">0q" => self.reply(format!("\x1bP>|TOS({})\x1b\\", env!("CARGO_PKG_VERSION"))),
            b"!p" => self.soft_reset(),
            b"16t" => {
                let (width, height) = self.cell;
                self.reply(format!("\x1b[6;{height};{width}t"));
            }
            b"?996n" => self.report_theme(),
            // No parity, eight bits, 38400 baud both ways (DECREPTPARM).
            b"x" | b"0x" => self.reply("\x1b[2;1;1;128;128;1;0x"),
            b"1x" => self.reply("\x1b[3;1;1;128;128;1;0x"),
            [repeats @ .., b'b'] => {
                let digits = repeats.iter().take_while(|byte| byte.is_ascii_digit());
                let count = digits
                    .fold(0_usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
                // A character repeated over more than the screen is what fills it, and takes as long.
                if count > self.most_repeats() {
                    return Verdict::Swallow;
                }
            }
            _ => {}
        }
        Verdict::Pass
    }

    /// As often as a character can be repeated to any effect.
    pub fn most_repeats(&self) -> usize {
        self.term.screen_lines() * self.term.columns()
    }

    /// Answers a device control string.
    pub fn device_control(&mut self, string: &[u8]) {
        if let Some(setting) = string.strip_prefix(b"$q") {
            match self.setting(setting) {
                Some(answer) => self.reply(format!("\x1bP1$r{answer}\x1b\\")),
                None => self.reply("\x1bP0$r\x1b\\"),
            }
        } else if let Some(names) = string.strip_prefix(b"+q") {
            for hex in names.split(|byte| *byte == b';').take(MAX_NAMES) {
                self.capability(hex);
            }
        }
    }

    fn capability(&mut self, hex: &[u8]) {
        let Some(name) = unhex(hex) else { return self.reply("\x1bP0+r\x1b\\") };
        let hex = String::from_utf8_lossy(hex).into_owned();
        match CAPABILITIES.iter().find(|(known, _)| known.as_bytes() == name) {
            Some((_, "")) => self.reply(format!("\x1bP1+r{hex}\x1b\\")),
            Some((_, value)) => {
                let value: String = value.bytes().map(|byte| format!("{byte:02X}")).collect();
                self.reply(format!("\x1bP1+r{hex}={value}\x1b\\"));
            }
            None => self.reply(format!("\x1bP0+r{hex}\x1b\\")),
        }
    }

    /// A setting as the sequence that would make it (DECRQSS).
    fn setting(&self, setting: &[u8]) -> Option<String> {
        match setting {
            b"m" => Some(format!("{}m", self.attributes())),
            b" q" => {
                let style = self.term.cursor_style();
                let shape = match style.shape {
                    CursorShape::Underline => 3,
                    CursorShape::Beam => 5,
                    _ => 1,
                };
                Some(format!("{} q", shape + u8::from(!style.blinking)))
            }
            b"\"p" => Some("62;1\"p".to_owned()),
            _ => None,
        }
    }

    fn attributes(&self) -> String {
        let template = &self.term.grid().cursor.template;
        let mut all = "0".to_owned();
        for (flag, number) in [
            (Flags::BOLD, "1"),
            (Flags::DIM, "2"),
            (Flags::ITALIC, "3"),
            (Flags::UNDERLINE, "4"),
            (Flags::DOUBLE_UNDERLINE, "4:2"),
            (Flags::UNDERCURL, "4:3"),
            (Flags::DOTTED_UNDERLINE, "4:4"),
            (Flags::DASHED_UNDERLINE, "4:5"),
            (BLINK, "5"),
            (Flags::INVERSE, "7"),
            (Flags::HIDDEN, "8"),
            (Flags::STRIKEOUT, "9"),
        ] {
            if template.flags.contains(flag) {
                all.push(';');
                all.push_str(number);
            }
        }
        let colours = [(Some(template.fg), 30, 38), (Some(template.bg), 40, 48), (template.underline_color(), 0, 58)];
        for (colour, named, other) in colours {
            match colour {
                None | Some(Color::Named(NamedColor::Foreground | NamedColor::Background)) => {}
                Some(Color::Named(name)) if named > 0 && (name as usize) < 8 => {
                    all.push_str(&format!(";{}", named + name as usize));
                }
                Some(Color::Named(name)) if named > 0 && (name as usize) < 16 => {
                    all.push_str(&format!(";{}", named + 52 + name as usize));
                }
                Some(Color::Named(name)) => all.push_str(&format!(";{other}:5:{}", name as usize)),
                Some(Color::Indexed(index)) => all.push_str(&format!(";{other}:5:{index}")),
                Some(Color::Spec(rgb)) => all.push_str(&format!(";{other}:2::{}:{}:{}", rgb.r, rgb.g, rgb.b)),
            }
        }
        all
    }
}

fn unhex(hex: &[u8]) -> Option<Vec<u8>> {
    if hex.is_empty() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    hex.chunks(2).map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}
