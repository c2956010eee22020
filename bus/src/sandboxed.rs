//! `org.freedesktop.impl.portal.Notification`, version 1: what programs in a sandbox tell the user, by the portal.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;
use zbus::message::Header;
use zbus::names::BusName;
use zbus::object_server::SignalEmitter;
use zbus::wire::{OwnedVariant, Variant};
use zbus::{fdo, interface};

use crate::notifications::{
    Account, LONGEST_ACTION, MOST_ACTIONS, MOST_BODY, MOST_NAME, MOST_SUMMARY, Notification, NotificationId, Urgency,
    sender, too_often,
};
use crate::options::{self, Options, Unfit};
use crate::text::cut;
use crate::{Word, service::Deliver};

/// Bytes of the name of a program, and of what it calls a notification.
const LONGEST_NAME: usize = 256;
/// Notifications that are open at once.
const MOST_OPEN: usize = 256;

/// What a program hears that the user does something about its notification.
#[derive(Debug)]
pub(crate) struct Invoke {
    action: String,
    target: Option<OwnedVariant>,
}

#[derive(Debug)]
struct Open {
    /// Who spoke for the program.
    sender: String,
    program: String,
    /// What the program calls it.
    name: String,
    default: Option<Invoke>,
    buttons: Vec<Invoke>,
}

/// The object on the bus.
pub(crate) struct PortalNotifications {
    deliver: Deliver,
    account: Arc<Mutex<Account>>,
    open: HashMap<NotificationId, Open>,
}

impl PortalNotifications {
    pub(crate) fn new(deliver: Deliver, account: Arc<Mutex<Account>>) -> Self {
        Self { deliver, account, open: HashMap::new() }
    }

    fn find(&self, sender: &str, program: &str, name: &str) -> Option<NotificationId> {
        let same = |open: &Open| open.sender == sender && open.program == program && open.name == name;
        self.open.iter().find(|(_, open)| same(open)).map(|(id, _)| *id)
    }

    /// One is on the screen no more. Whether it was one of these.
    pub(crate) fn forget(&mut self, id: NotificationId) -> bool {
        self.open.remove(&id).is_some()
    }

    /// The user takes one up, or does what was offered. Whether it is one of these.
    pub(crate) async fn invoke(
        &self,
        emitter: &SignalEmitter<'_>,
        id: NotificationId,
        choice: Option<usize>,
    ) -> zbus::Result<bool> {
        let Some(open) = self.open.get(&id) else { return Ok(false) };
        let invoked = match choice {
            Some(choice) => open.buttons.get(choice),
            None => open.default.as_ref(),
        };
        if let Some(Invoke { action, target }) = invoked {
            let target: Vec<&Variant<'_>> = target.iter().map(|target| &**target).collect();
            let emitter = emitter.to_owned().set_destination(BusName::try_from(open.sender.as_str())?.into_owned());
            Self::action_invoked(&emitter, &open.program, &open.name, action, &target).await?;
        }
        Ok(true)
    }
}

/// What a program says, and what it wants to hear.
struct Said {
    summary: String,
    body: String,
    urgency: Urgency,
    default: Option<Invoke>,
    buttons: Vec<(String, Invoke)>,
}

fn said(options: &Options) -> Result<Said, Unfit> {
    let priority = options::word(options, "priority")?;
    Ok(Said {
        summary: options::text(options, "title", MOST_SUMMARY)?,
        body: options::text(options, "body", MOST_BODY)?,
        urgency: match priority.as_deref() {
            Some("low") => Urgency::Low,
            Some("urgent") => Urgency::Critical,
            _ => Urgency::Normal,
        },
        default: invoke(options, "default-action", "default-action-target")?,
        buttons: buttons(options)?,
    })
}

fn invoke(options: &Options, action: &str, target: &str) -> Result<Option<Invoke>, Unfit> {
    let Some(action) = options::word(options, action)? else { return Ok(None) };
    let target = options.get(target).map(OwnedVariant::try_clone).transpose().map_err(|_| Unfit)?;
    if action.len() <= LONGEST_ACTION { Ok(Some(Invoke { action, target })) } else { Err(Unfit) }
}

fn buttons(options: &Options) -> Result<Vec<(String, Invoke)>, Unfit> {
    let button = |button: Options| {
        let words = options::label(&button, "label")?;
        Ok(words.zip(invoke(&button, "action", "target")?))
    };
    let all = options::dictionaries(options, "buttons")?;
    let read: Result<Vec<_>, Unfit> = all.into_iter().take(MOST_ACTIONS).map(button).collect();
    Ok(read?.into_iter().flatten().collect())
}

#[interface(name = "org.freedesktop.impl.portal.Notification")]
impl PortalNotifications {
    async fn add_notification(
        &mut self,
        #[zbus(header)] header: Header<'_>,
        app_id: &str,
        id: &str,
        notification: Options,
    ) -> fdo::Result<()> {
        let sender = sender(&header)?;
        let unfit = || fdo::Error::InvalidArgs("this is no notification".into());
        let said = said(&notification).map_err(|_| unfit())?;
        if app_id.len().max(id.len()) > LONGEST_NAME {
            return Err(unfit());
        }
        let old = self.find(&sender, app_id, id);
        let notification = {
            let mut account = self.account.lock().await;
            // The portal speaks for many.
            let who = format!("{sender} {app_id}");
            if account.too_often(&who, Instant::now()) || old.is_none() && self.open.len() >= MOST_OPEN {
                return Err(too_often());
            }
            let (number, replaces) = account.name(old.map_or(0, |old| old.0), &who);
            let (labels, buttons) = said.buttons.into_iter().unzip();
            let open = Open {
                sender: sender.clone(),
                program: app_id.into(),
                name: id.into(),
                default: said.default,
                buttons,
            };
            let activates = open.default.is_some();
            self.open.insert(number, open);
            Notification {
                id: number,
                replaces,
                program: cut(app_id, MOST_NAME),
                summary: said.summary,
                body: said.body,
                urgency: said.urgency,
                activates,
                choices: labels,
                // The portal's own says nothing.
                process: None,
            }
        };
        (self.deliver)(Word::Notify(notification));
        Ok(())
    }

    async fn remove_notification(&self, #[zbus(header)] header: Header<'_>, app_id: &str, id: &str) -> fdo::Result<()> {
        if let Some(id) = self.find(&sender(&header)?, app_id, id) {
            (self.deliver)(Word::Withdraw(id));
        }
        Ok(())
    }

    /// The user does something about one: as its program calls that, with what it wants to get back.
    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        app_id: &str,
        id: &str,
        action: &str,
        parameter: &[&Variant<'_>],
    ) -> zbus::Result<()>;

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options as with;

    #[test]
    fn what_is_said_is_read_within_bounds() {
        let button =
            |label: &'static str| HashMap::from([("label", Variant::new(label)), ("action", Variant::new("a"))]);
        let options = with(vec![
            ("title", Variant::new("One letter")),
            ("priority", Variant::new("urgent")),
            ("default-action", Variant::new("app.open")),
            ("default-action-target", Variant::new(7_u32)),
            ("buttons", Variant::new(vec![button("Reply"), button("Later"), button("Never"), button("More")])),
        ]);
        let Ok(said) = said(&options) else { panic!("it is fine") };
        assert_eq!((said.summary.as_str(), said.body.as_str(), said.urgency), ("One letter", "", Urgency::Critical));
        assert_eq!(said.default.unwrap().target.as_deref(), Some(&Variant::U32(7)));
        let labels: Vec<&str> = said.buttons.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["Reply", "Later", "Never"]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for odd in [
            vec![("title", Variant::new(5_u32))],
            vec![("buttons", Variant::new("Reply"))],
            vec![("default-action", Variant::new("x".repeat(LONGEST_ACTION + 1)))],
        ] {
            assert!(said(&with(odd)).is_err());
        }
        let Ok(long) = said(&with(vec![("body", Variant::new("x".repeat(1_000_000)))])) else { panic!("it is cut") };
        assert!(long.body.chars().count() <= MOST_BODY + 1);
    }
}
