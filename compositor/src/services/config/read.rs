//! From the text of the file to settings.

use std::path::Path;

use lcars_ui::hierarchy::{HubMode, SectorColour};
use lcars_ui::label;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::action::Action;
use super::bindings::{self, Binding, Bindings, When};
use super::chord::Chord;
use super::error::{ConfigError, Errors};
use super::limits::{MOST_BINDINGS, MOST_BYTES, MOST_SECTORS};
use super::values::{Table, in_order, json, kind};
use super::{Config, Interface, Known, SCALES, SectorConfig, TEXTURE_MEMORY_MB, files, terminal};

/// The media keys of XKB; no program minds if they are taken.
const MEDIA_KEYS: std::ops::RangeInclusive<u32> = 0x1008_fe00..=0x1008_ffff;

/// Reads the whole text.
pub(super) fn read(text: &str, file: &Path, known: Known<'_>) -> Result<Config, Vec<ConfigError>> {
    let mut errors = Errors::new(file, text);
    let mut config = Config::standard(known);
    if text.len() as u64 > MOST_BYTES {
        errors.add(0, format!("the file is larger than {} KB", MOST_BYTES >> 10));
        return Err(errors.into_sorted());
    }
    let (table, mistakes) = DeTable::parse_recoverable(text);
    if !mistakes.is_empty() {
        // What could be read despite them would only give mistakes that are none.
        for mistake in mistakes {
            errors.add(mistake.span().map_or(0, |span| span.start), mistake.message().replace('\n', ", "));
        }
        return Err(errors.into_sorted());
    }
    let mut root = Table::new("the file", table.get_ref());
    if let Some(value) = root.value("bindings")
        && let Some(table) = value_as_table("[bindings]", value, &mut errors)
    {
        config.bindings = Bindings::new(read_bindings(table, known, &mut errors), known.keysyms);
    }
    if let Some(value) = root.value("interface")
        && let Some(table) = Table::of("[interface]", value, &mut errors)
    {
        config.interface = read_interface(table, known, &mut errors);
    }
    if let Some(value) = root.value("terminal")
        && let Some(table) = Table::of("[terminal]", value, &mut errors)
    {
        config.terminal = terminal::read(table, &mut errors);
    }
    if let Some(value) = root.value("files")
        && let Some(table) = Table::of("[files]", value, &mut errors)
    {
        config.files = files::read(table, &mut errors);
    }
    if let Some(value) = root.value("sectors") {
        config.sectors = read_sectors(value, &mut errors);
    }
    root.done(&mut errors);
    let errors = errors.into_sorted();
    if errors.is_empty() { Ok(config) } else { Err(errors) }
}

fn value_as_table<'a, 'i>(
    name: &str,
    value: &'a Spanned<DeValue<'i>>,
    errors: &mut Errors<'_>,
) -> Option<&'a DeTable<'i>> {
    let table = value.get_ref().as_table();
    if table.is_none() {
        errors.add(value.span().start, format!("{name} is a table, not {}", kind(value.get_ref())));
    }
    table
}

fn read_bindings(table: &DeTable<'_>, known: Known<'_>, errors: &mut Errors<'_>) -> Vec<Binding> {
    let mut read: Vec<(Binding, usize)> = Vec::new();
    for (span, keys, value) in in_order(table) {
        if read.len() >= MOST_BINDINGS {
            errors.add(span.start, format!("there are more than {MOST_BINDINGS} bindings"));
            break;
        }
        let chord = Chord::parse(keys, known.keysyms).map_err(|error| errors.add(span.start, error.to_string())).ok();
        let action = read_action(value.get_ref()).map_err(|message| errors.add(value.span().start, message)).ok();
        let Some(chord) = chord else { continue };
        if let Some((_, before)) = read.iter().find(|(binding, _)| binding.chord == chord) {
            let (before, here) = (errors.line(*before), errors.line(span.start));
            errors.add(span.start, format!("{keys:?} is bound twice: in line {before} and in line {here}"));
        }
        if let Some((action, when)) = action {
            let when = when.unwrap_or_else(|| place_of(chord));
            let label = bindings::label(&action);
            read.push((Binding { chord, keys: keys.to_owned(), when, action, label }, span.start));
        }
    }
    read.into_iter().map(|(binding, _)| binding).collect()
}

/// Where a chord counts if the user does not say: keys that a program could want alone only where no program has them.
fn place_of(chord: Chord) -> When {
    let program_wants_it = chord.modifiers.types() && !MEDIA_KEYS.contains(&chord.key);
    if program_wants_it { When::Interface } else { When::Everywhere }
}

fn read_action(value: &DeValue<'_>) -> Result<(Action, Option<When>), String> {
    let mut value = json(value)?;
    let when = value.as_object_mut().and_then(|table| table.remove("when"));
    let when = match when.as_ref().map(Value::as_str) {
        None => None,
        Some(Some("everywhere")) => Some(When::Everywhere),
        Some(Some("interface")) => Some(When::Interface),
        Some(Some("terminal")) => Some(When::Terminal),
        Some(_) => return Err("\"when\" is \"everywhere\", \"interface\" or \"terminal\"".into()),
    };
    Ok((Action::from_json(value)?, when))
}

fn read_interface(mut table: Table<'_, '_>, known: Known<'_>, errors: &mut Errors<'_>) -> Interface {
    let mut interface = Interface::default();
    let (least, most) = SCALES;
    interface.scale = table.number("scale", least, most, errors).unwrap_or(interface.scale);
    if let Some((theme, at)) = table.name("theme", errors) {
        if !known.themes.contains(&theme.as_str()) {
            errors.add(at, format!("there is no theme {theme:?}; there are {}", known.themes.join(", ")));
        }
        interface.theme = theme;
    }
    if let Some(value) = table.value("fonts")
        && let Some(mut fonts) = Table::of("fonts", value, errors)
    {
        interface.label_font = fonts.name("label", errors).map(|(name, _)| name);
        interface.mono_font = fonts.name("mono", errors).map(|(name, _)| name);
        fonts.done(errors);
    }
    interface.reduced_motion = table.boolean("reduced_motion", errors).unwrap_or(interface.reduced_motion);
    interface.map = table.boolean("map", errors).unwrap_or(interface.map);
    if let Some((hub, at)) = table.name("hub", errors) {
        match hub.as_str() {
            "command" => interface.hub = HubMode::Command,
            "apps" => interface.hub = HubMode::Apps,
            "directory" => interface.hub = HubMode::Directory,
            _ => errors.add(at, "\"hub\" is \"command\", \"apps\" or \"directory\""),
        }
    }
    let (least, most) = TEXTURE_MEMORY_MB;
    let memory = table.whole("texture_memory_mb", least, most, errors);
    interface.texture_memory_mb = memory.unwrap_or(interface.texture_memory_mb);
    table.done(errors);
    interface
}

fn read_sectors(value: &Spanned<DeValue<'_>>, errors: &mut Errors<'_>) -> Vec<SectorConfig> {
    let at = value.span().start;
    let Some(array) = value.get_ref().as_array() else {
        errors.add(at, format!("sectors are written as [[sectors]], one for each, not as {}", kind(value.get_ref())));
        return Vec::new();
    };
    if array.is_empty() {
        errors.add(at, "there has to be at least one sector");
    }
    if array.len() > MOST_SECTORS {
        errors.add(at, format!("there are more than {MOST_SECTORS} sectors"));
    }
    let tables = array.iter().take(MOST_SECTORS).filter_map(|value| {
        let mut table = Table::of("[[sectors]]", value, errors)?;
        let named = table.value("name").is_some();
        let name = table.name("name", errors);
        let colour = table.whole("colour", 1, 6, errors).and_then(|number| SectorColour::new(number as u8));
        table.done(errors);
        if !named {
            errors.add(value.span().start, "a sector needs a name");
        }
        let (name, at) = name?;
        let name = label::clean(&name);
        if name.is_empty() {
            errors.add(at, "a sector's name needs at least one visible character");
        }
        Some(SectorConfig { name, colour })
    });
    tables.collect()
}
