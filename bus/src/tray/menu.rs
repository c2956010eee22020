//! `com.canonical.dbusmenu`: menus as their programs describe them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use zbus::Connection;
use zbus::wire::{Dict, OwnedVariant, Structure, Variant};

use super::TrayIcon;
use super::fetch::MOST_ICON;
use crate::text::cut;

pub(super) const MENU: &str = "com.canonical.dbusmenu";

/// Characters of an entry; more is cut.
const MOST_LABEL: usize = 64;
/// Entries of a whole menu, and how deep they lie; what is beyond is not shown.
const MOST_ENTRIES: usize = 512;
const MOST_DEEP: usize = 8;
/// Bytes of a whole menu; a longer one is not read.
const MOST_BYTES: usize = 512 << 10;
/// Bytes of an entry's picture.
const MOST_PNG: usize = 64 << 10;
/// So long a program may take to get a menu ready before it is shown as it is.
const GETS_READY: Duration = Duration::from_millis(500);
/// What is asked for of each entry.
const PROPERTIES: [&str; 9] = [
    "type",
    "label",
    "enabled",
    "visible",
    "icon-name",
    "icon-data",
    "toggle-type",
    "toggle-state",
    "children-display",
];

/// What every entry is, with that of the menu itself around them: its name, its properties, its children.
type Root = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

/// One of a menu's entries. The texts are cut, and hostile all the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayEntry {
    /// Names it within its menu.
    pub id: i32,
    /// What it says.
    pub label: String,
    /// It is a gap between others.
    pub separator: bool,
    /// It cannot be chosen now.
    pub disabled: bool,
    /// It can be on or off.
    pub toggle: Option<TrayToggle>,
    /// A picture beside it.
    pub icon: TrayIcon,
    /// It leads to more of them.
    pub leads_on: bool,
    /// Those, as far as they are known.
    pub children: Vec<TrayEntry>,
}

/// Something that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrayToggle {
    /// One of several, of which one is on.
    pub radio: bool,
    /// How it stands.
    pub on: bool,
}

/// Asks for a menu as it is now, after telling its program that the children of `entry` are about to be seen.
pub(super) async fn layout(connection: &Connection, owner: &str, path: &str, entry: i32) -> Option<Vec<TrayEntry>> {
    let (about, wanted) = ((entry,), (0_i32, -1_i32, &PROPERTIES[..]));
    let gets_ready = connection.call_method(Some(owner), path, Some(MENU), "AboutToShow", &about);
    // It may have nothing to get ready, or not know the call.
    let _ = tokio::time::timeout(GETS_READY, gets_ready).await;
    let answer = connection.call_method(Some(owner), path, Some(MENU), "GetLayout", &wanted).await;
    let answer = answer.inspect_err(|error| tracing::debug!(%error, "an item of the tray has no menu")).ok()?;
    let body = answer.body();
    if body.len() > MOST_BYTES {
        tracing::debug!(bytes = body.len(), "a menu of the tray is too long");
        return None;
    }
    let (_, (_, _, children)): (u32, Root) =
        body.deserialize().inspect_err(|error| tracing::debug!(%error, "a menu of the tray is none")).ok()?;
    let mut left = MOST_ENTRIES;
    Some(children.iter().filter_map(|child| read(child, MOST_DEEP, &mut left)).collect())
}

/// Tells a program that somebody chose one of its entries, or saw a menu come or go.
pub(super) async fn event(connection: &Connection, owner: &str, path: &str, entry: i32, what: &str) {
    let body = (entry, what, Variant::I32(0), 0_u32);
    if let Err(error) = connection.call_method(Some(owner), path, Some(MENU), "Event", &body).await {
        tracing::debug!(%error, what, "an item of the tray did not hear of its menu");
    }
}

/// An entry with what is below it; nothing if it is not to be seen, or is no entry.
fn read(value: &Variant<'_>, deep: usize, left: &mut usize) -> Option<TrayEntry> {
    let value = match value {
        Variant::Variant(inside) => inside,
        value => value,
    };
    let Variant::Structure(entry) = value else { return None };
    let (id, properties, children) = parts(entry)?;
    let of = |name: &str| property(properties, name);
    let flag = |name: &str| match of(name) {
        Some(Variant::Bool(flag)) => flag,
        _ => true,
    };
    let text = |name: &str| match of(name) {
        Some(Variant::Str(text)) => text.to_string(),
        _ => String::new(),
    };
    if !flag("visible") {
        return None;
    }
    *left = left.checked_sub(1)?;
    let radio = match text("toggle-type").as_str() {
        "radio" => Some(true),
        "checkmark" => Some(false),
        _ => None,
    };
    let on = matches!(of("toggle-state"), Some(Variant::I32(1)));
    let below = match deep.checked_sub(1) {
        Some(deep) => children.iter().filter_map(|child| read(child, deep, left)).collect(),
        None => Vec::new(),
    };
    Some(TrayEntry {
        id,
        label: cut(&without_accelerator(&text("label")), MOST_LABEL),
        separator: text("type") == "separator",
        disabled: !flag("enabled"),
        toggle: radio.map(|radio| TrayToggle { radio, on }),
        icon: TrayIcon { name: cut(&text("icon-name"), MOST_ICON), png: png(of("icon-data")), ..TrayIcon::default() },
        leads_on: text("children-display") == "submenu" || !below.is_empty(),
        children: below,
    })
}

fn parts<'a>(entry: &'a Structure<'a>) -> Option<(i32, &'a Dict<'a, 'a>, Vec<&'a Variant<'a>>)> {
    match entry.fields() {
        [Variant::I32(id), Variant::Dict(properties), Variant::Array(children)] => {
            Some((*id, properties, children.iter().collect()))
        }
        _ => None,
    }
}

fn property<'a>(properties: &'a Dict<'a, 'a>, name: &str) -> Option<Variant<'a>> {
    let found = properties.iter().find(|(key, _)| matches!(key, Variant::Str(key) if key.as_str() == name));
    match found?.1 {
        Variant::Variant(inside) => inside.try_clone().ok(),
        value => value.try_clone().ok(),
    }
}

fn png(data: Option<Variant<'_>>) -> Option<Arc<[u8]>> {
    let Some(Variant::Array(data)) = data else { return None };
    if data.len() > MOST_PNG {
        return None;
    }
    let byte = |value: &Variant<'_>| match value {
        Variant::U8(byte) => Some(*byte),
        _ => None,
    };
    data.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty()).map(Arc::from)
}

/// A label without the signs that underline a letter: `_Quit` is Quit, `a__b` is a_b.
fn without_accelerator(label: &str) -> String {
    let mut text = String::with_capacity(label.len().min(4 * MOST_LABEL));
    let mut characters = label.chars();
    while let Some(character) = characters.next() {
        match character {
            '_' => text.extend(characters.next()),
            other => text.push(other),
        }
        if text.len() > 8 * MOST_LABEL {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    type Properties = HashMap<String, Variant<'static>>;

    fn entry(id: i32, properties: &[(&str, Variant<'static>)], children: Vec<Variant<'static>>) -> Variant<'static> {
        let cloned = |(name, value): &(&str, Variant<'static>)| ((*name).to_owned(), value.try_clone().unwrap());
        let properties: Properties = properties.iter().map(cloned).collect();
        let children: Vec<Variant<'static>> = children;
        Variant::new((id, properties, children))
    }

    fn read_all(value: &Variant<'_>) -> Option<TrayEntry> {
        read(value, MOST_DEEP, &mut MOST_ENTRIES.clone())
    }

    #[test]
    fn an_entry_says_what_it_is() {
        let child = entry(3, &[("label", "_Quit".into())], vec![]);
        let hidden = entry(4, &[("label", "no".into()), ("visible", false.into())], vec![]);
        let properties =
            [("label", "Mode__s".into()), ("toggle-type", "radio".into()), ("toggle-state", Variant::I32(1))];
        let read = read_all(&entry(2, &properties, vec![child, hidden])).unwrap();
        assert_eq!((read.id, read.label.as_str(), read.disabled, read.leads_on), (2, "Mode_s", false, true));
        assert_eq!(read.toggle, Some(TrayToggle { radio: true, on: true }));
        assert_eq!(read.children.iter().map(|child| child.label.as_str()).collect::<Vec<_>>(), ["Quit"]);
        let off = read_all(&entry(5, &[("enabled", false.into()), ("type", "separator".into())], vec![])).unwrap();
        assert!(off.disabled && off.separator && off.toggle.is_none());
    }

    #[test]
    fn what_is_of_another_kind_counts_as_missing() {
        let odd = [("label", Variant::I32(7)), ("visible", "no".into()), ("icon-data", Variant::new(vec![1_u32]))];
        let read = read_all(&entry(1, &odd, vec![Variant::I32(9), "x".into()])).unwrap();
        assert!(read.label.is_empty() && read.icon.is_empty() && read.children.is_empty());
        assert_eq!(read_all(&Variant::new((1_i32, 2_i32))), None);
        assert_eq!(read_all(&Variant::I32(1)), None);
    }

    #[test]
    fn a_menu_without_end_is_cut() {
        let mut deep = entry(0, &[], vec![]);
        for id in 1..30 {
            deep = entry(id, &[("label", "x".repeat(9_999).into())], vec![deep]);
        }
        let mut left = MOST_ENTRIES;
        let mut levels = 0;
        let mut read = read(&deep, MOST_DEEP, &mut left);
        while let Some(entry) = read {
            assert!(entry.label.chars().count() <= MOST_LABEL + 1);
            levels += 1;
            read = entry.children.into_iter().next();
        }
        assert_eq!(levels, MOST_DEEP + 1);
        let wide = entry(0, &[], (0..2_000).map(|id| entry(id, &[], vec![])).collect());
        assert_eq!(read_all(&wide).unwrap().children.len(), MOST_ENTRIES - 1);
    }
}
