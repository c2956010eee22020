//! What programs tell the user over D-Bus, as alerts of the desktop, and what becomes of it, told to the programs.

use bus::{Appearance, Bus, Closed, Notification, NotificationId, Told, Toolkit, Urgency, Word};
use calloop::channel::{Event, sync_channel};
use lcars_ui::hierarchy::OutputId;
use lcars_ui::interface::AlertLevel;
use lcars_ui::operation::Operation;
use lcars_ui::theme::{Colour, Theme};

use crate::state::State;

/// So many words may wait for the main thread; past it they are lost, which is written down.
const WAITING: usize = 256;
/// From this contrast of text to ground on, programs are to be rich in contrast too; the default theme stays below.
const RICH: f64 = 18.0;

/// Who is to be told, and of what.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    bus: Option<Bus>,
    open: Vec<Open>,
}

/// One notification that is on the screen.
#[derive(Debug)]
struct Open {
    id: NotificationId,
    /// What its alert is called on each screen.
    copies: Vec<(OutputId, u64)>,
    /// Its program wants to hear when the user takes it up.
    activates: bool,
    /// What its alert's buttons do: one of its choices, or take it up where no sector leads to it.
    buttons: Vec<Option<usize>>,
}

impl State {
    /// Goes onto the session bus. Where that fails, programs' notifications are not shown, which is written down.
    pub(crate) fn go_onto_bus(&mut self, address: String, toolkit: Toolkit) {
        let (sender, words) = sync_channel(WAITING);
        let inserted = self.handle.insert_source(words, |event, (), state| match event {
            Event::Msg(Word::Notify(notification)) => state.notified(notification),
            Event::Msg(Word::Withdraw(id)) => state.close_notice(id, Closed::Withdrawn),
            Event::Msg(Word::Ask(ask)) => state.asked(ask),
            Event::Msg(Word::Unask(id)) => state.unasked(id),
            Event::Msg(Word::Unopened(what)) => {
                state.tell_user(AlertLevel::Caution, &format!("there is no program here that opens {what}"));
            }
            Event::Msg(Word::Watched(watched)) => state.idle.told_watched(watched),
            Event::Closed => {}
        });
        if let Err(error) = inserted {
            return tracing::warn!(%error, "programs' notifications are not shown");
        }
        let started = bus::start(address, (appearance(&self.theme), toolkit), move |word| {
            let taken = sender.try_send(word).is_ok();
            if !taken {
                tracing::warn!("the word of a program was lost: the main thread is not keeping up");
            }
            taken
        });
        match started {
            Ok(bus) => self.notices.bus = Some(bus),
            Err(error) => tracing::warn!(%error, "programs' notifications are not shown"),
        }
    }

    fn notified(&mut self, notification: Notification) {
        let replaced = self.notices.open.iter().position(|open| open.id == notification.id);
        if let Some(old) = replaced.map(|at| self.notices.open.swap_remove(at)) {
            self.dismiss_copies(&old.copies);
        }
        let level = match notification.urgency {
            Urgency::Low | Urgency::Normal => AlertLevel::Info,
            Urgency::Critical => AlertLevel::Danger,
        };
        let sector = notification.process.and_then(|process| self.provenance_of(process).sector);
        let copies = self.alert_all(level, &said(&notification), sector);
        let (labels, buttons) = buttons(&notification, sector.is_some());
        for (screen, alert) in &copies {
            if let Some(screen) = self.screens.get_mut(*screen) {
                screen.interface.alerts.offer(*alert, &labels);
            }
        }
        let (id, activates) = (notification.id, notification.activates);
        self.notices.open.push(Open { id, copies, activates, buttons });
    }

    fn close_notice(&mut self, id: NotificationId, why: Closed) {
        let Some(at) = self.notices.open.iter().position(|open| open.id == id) else { return };
        let open = self.notices.open.swap_remove(at);
        self.dismiss_copies(&open.copies);
        self.notices.tell(Told::Closed(id, why));
    }

    fn dismiss_copies(&mut self, copies: &[(OutputId, u64)]) {
        for (screen, alert) in copies {
            if let Some(screen) = self.screens.get_mut(*screen) {
                screen.interface.alerts.dismiss(*alert);
            }
        }
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// Tells programs what is not on a screen any more; what somebody took away on one goes from all.
    pub(crate) fn follow_notices(&mut self) {
        if self.notices.open.is_empty() {
            return;
        }
        let now = self.shell.now();
        let gone = |screen: OutputId, alert: u64| {
            let Some(screen) = self.screens.get(screen) else { return Some(Closed::Expired) };
            match screen.interface.alerts.get(alert) {
                Some(alert) if alert.shown => None,
                Some(alert) if alert.leaves().is_none_or(|leaves| now < leaves) => Some(Closed::Dismissed),
                _ => Some(Closed::Expired),
            }
        };
        // One of which nothing can be seen was never there.
        let why = |open: &Open| match open.copies.is_empty() {
            true => Some(Closed::Expired),
            false => open.copies.iter().find_map(|(screen, alert)| gone(*screen, *alert)),
        };
        let closed: Vec<_> = self.notices.open.iter().filter_map(|open| Some((open.id, why(open)?))).collect();
        closed.into_iter().for_each(|(id, why)| self.close_notice(id, why));
    }

    /// The user takes an alert up: the picture goes where it comes from, and its program hears of it.
    ///
    /// # Errors
    /// Why the picture cannot go there.
    pub(crate) fn attend(&mut self, alert: u64) -> Result<(), String> {
        let screen = self.screen();
        let copy = (screen.id, alert);
        let sector = screen.interface.alerts.get(alert).and_then(|alert| alert.sector);
        let theirs = self.notices.open.iter().find(|open| open.copies.contains(&copy));
        if let Some(id) = theirs.filter(|open| open.activates).map(|open| open.id) {
            self.notices.tell(Told::Activated(id, None));
        }
        let Some(sector) = sector.filter(|sector| self.shell.desktop.tree().sector(*sector).is_some()) else {
            return Ok(());
        };
        self.operate(&Operation::Jump { to: Some(sector.into()) }).map_err(|refused| refused.to_string())
    }

    /// The user does what a program offered to do about an alert: it hears of that.
    ///
    /// # Errors
    /// If it is not offered any more.
    pub(crate) fn answer_notice(&mut self, alert: u64, choice: usize) -> Result<(), String> {
        let copy = (self.screen().id, alert);
        let mut theirs = self.notices.open.iter().filter(|open| open.copies.contains(&copy));
        let chosen = theirs.find_map(|open| Some((open.id, *open.buttons.get(choice)?)));
        let (id, choice) = chosen.ok_or("its program does not offer that any more")?;
        self.notices.tell(Told::Activated(id, choice));
        Ok(())
    }

    /// Tells programs how the desktop looks now.
    pub(crate) fn tell_appearance(&self) {
        self.notices.tell(Told::Appearance(appearance(&self.theme)));
    }
}

impl Notices {
    pub(super) fn tell(&self, told: Told) {
        if let Some(bus) = &self.bus {
            bus.tell(told);
        }
    }
}

/// The buttons of a notification's alert, and what each does. Where a sector leads to it the alert itself is pressed.
fn buttons(notification: &Notification, leads: bool) -> (Vec<String>, Vec<Option<usize>>) {
    let open = (notification.activates && !leads).then(|| (String::from("Open"), None));
    let choices = notification.choices.iter().cloned().zip((0..).map(Some));
    open.into_iter().chain(choices).unzip()
}

/// A notification in one text.
fn said(notification: &Notification) -> String {
    let parts = [&notification.program, &notification.summary, &notification.body];
    let parts: Vec<&str> = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}

/// What programs may follow of a theme.
fn appearance(theme: &Theme) -> Appearance {
    let share = |part: u8| f64::from(part) / 255.0;
    let Colour { r, g, b, .. } = theme.focus;
    Appearance {
        dark: theme.bg.contrast(Colour::WHITE) > theme.bg.contrast(Colour::BLACK),
        contrast: theme.text.contrast(theme.bg) >= RICH,
        accent: [share(r), share(g), share(b)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_look_as_they_are_told() {
        let default = appearance(&Theme::default());
        assert!(default.dark && !default.contrast, "{default:?}");
    }

    fn notification() -> Notification {
        Notification {
            id: NotificationId(1),
            replaces: false,
            program: "mail".into(),
            summary: "One letter".into(),
            body: " ".into(),
            urgency: Urgency::Normal,
            activates: false,
            choices: Vec::new(),
            process: None,
        }
    }

    #[test]
    fn what_is_empty_is_not_said() {
        assert_eq!(said(&notification()), "mail: One letter");
    }

    #[test]
    fn what_no_sector_leads_to_is_opened_by_a_button() {
        let letter = Notification { activates: true, choices: vec!["Reply".into()], ..notification() };
        let label = |labels: &[&str]| labels.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(buttons(&letter, true), (label(&["Reply"]), vec![Some(0)]));
        assert_eq!(buttons(&letter, false), (label(&["Open", "Reply"]), vec![None, Some(0)]));
        assert_eq!(buttons(&notification(), false), (vec![], vec![]));
    }
}
