//! Signs that programs leave behind while they have no window, as values: what they are called, what they look like, what
//! is in their menus. All of it is a stranger's word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is in the tray.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tray {
    /// In the order in which they came.
    pub items: Vec<TrayItem>,
    /// The menu that was asked for last, once its program has told it.
    pub menu: Option<TrayMenu>,
}

/// One sign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayItem {
    /// Names it.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// What it says of itself; may be empty.
    pub says: String,
    /// It has something to say at the moment, else it is listed only.
    pub shown: bool,
    /// Something happened that the user should look at.
    pub urgent: bool,
    /// Its icon's name; may be empty.
    pub icon: String,
    /// A small sign over its icon; mostly empty.
    pub overlay: String,
    /// It has a menu that can be drawn.
    pub has_menu: bool,
    /// Pressing it means its menu.
    pub only_menu: bool,
}

/// A sign's menu.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayMenu {
    /// Whose.
    pub item: u64,
    /// What is in it.
    pub entries: Vec<TrayEntry>,
}

/// What can be chosen in a menu.
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
    /// It is on, if it can be on or off.
    pub on: Option<bool>,
    /// Its icon's name; mostly empty.
    pub icon: String,
    /// It leads to more of them.
    pub leads_on: bool,
    /// Those.
    pub children: Vec<TrayEntry>,
}

impl Tray {
    /// The sign of that name.
    pub fn item(&self, id: u64) -> Option<&TrayItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The signs that have something to say.
    pub fn shown(&self) -> impl Iterator<Item = &TrayItem> {
        self.items.iter().filter(|item| item.shown)
    }

    /// What a sign's menu has below the entries of a way into it. Nothing if it is not told yet, or has changed so that
    /// there is no such place in it any more.
    pub fn entries(&self, item: u64, within: &[i32]) -> Option<&[TrayEntry]> {
        let menu = self.menu.as_ref().filter(|menu| menu.item == item)?;
        within.iter().try_fold(menu.entries.as_slice(), |entries, step| {
            entries.iter().find(|entry| entry.id == *step).map(|entry| entry.children.as_slice())
        })
    }

    /// What the last entry of a way into a sign's menu says.
    pub fn label(&self, item: u64, within: &[i32]) -> Option<&str> {
        let (last, before) = within.split_last()?;
        let entry = self.entries(item, before)?.iter().find(|entry| entry.id == *last)?;
        Some(&entry.label)
    }
}

/// What can be done with the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrayAct {
    /// Shows all signs as a list, or hides it.
    All,
    /// What its program does when a sign is pressed.
    Press {
        /// Which.
        item: u64,
    },
    /// What it does when that is done with the middle button.
    Other {
        /// Which.
        item: u64,
    },
    /// Turns the wheel over a sign.
    Scroll {
        /// Which.
        item: u64,
        /// How far; 120 is a step, down is positive.
        amount: i32,
    },
    /// Shows a sign's menu.
    Menu {
        /// Which.
        item: u64,
    },
    /// Lets its program show that menu itself.
    OwnMenu {
        /// Which.
        item: u64,
    },
    /// Asks its program for that menu, or for what is below an entry of it.
    Ask {
        /// Which.
        item: u64,
        /// 0 is the menu itself.
        entry: i32,
    },
    /// Goes on to what is below an entry of the menu that is open.
    Into {
        /// Which.
        entry: i32,
    },
    /// Goes back to where that was.
    Back,
    /// Chooses an entry.
    Choose {
        /// Whose.
        item: u64,
        /// Which.
        entry: i32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_into_a_menu_leads_where_its_entries_say() {
        let entry = |id, label: &str, children| TrayEntry { id, label: label.into(), children, ..TrayEntry::default() };
        let more = entry(2, "more", vec![entry(3, "quit", vec![])]);
        let menu = Some(TrayMenu { item: 7, entries: vec![entry(1, "mute", vec![]), more] });
        let tray = Tray { menu, ..Tray::default() };
        assert_eq!(tray.entries(7, &[]).unwrap().len(), 2);
        assert_eq!(tray.entries(7, &[2]).unwrap()[0].label, "quit");
        assert_eq!(tray.label(7, &[2]), Some("more"));
        assert_eq!((tray.entries(7, &[3]), tray.entries(8, &[]), tray.label(7, &[])), (None, None, None));
    }
}
