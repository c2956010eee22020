//! `org.freedesktop.impl.portal.Access`, `org.freedesktop.impl.portal.Account` and
//! `org.freedesktop.impl.portal.Screenshot`, version 2: what programs may do and know is the user's to say.

use zbus::message::Header;
use zbus::names::BusName;
use zbus::wire::{ObjectPath, Variant};
use zbus::{Connection, fdo, interface};

use crate::ask::{Answer, Ask, Question};
use crate::choose::{asked, results};
use crate::options::{self, Options, Unfit};
use crate::requests::{ENDED, Reply, Requests, only, unanswered};
use crate::text::cut;
use crate::uri;

/// Characters of what is said about a permission; more is cut.
const MOST_SUBTITLE: usize = 240;
const MOST_BODY: usize = 480;
/// Who asks for others, and keeps what they may do.
const PORTAL: &str = "org.freedesktop.portal.Desktop";

/// The object on the bus that asks for permissions.
pub(crate) struct Access {
    pub(crate) requests: Requests,
}

type Said = (Question, Option<String>);

fn permission(subtitle: &str, body: &str, options: &Options) -> Result<Said, Unfit> {
    let question = Question::Permit {
        subtitle: cut(subtitle.trim(), MOST_SUBTITLE),
        body: cut(body.trim(), MOST_BODY),
        deny: options::label(options, "deny_label")?,
        choices: options::choices(options)?,
    };
    Ok((question, options::label(options, "grant_label")?))
}

#[interface(name = "org.freedesktop.impl.portal.Access")]
impl Access {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn access_dialog(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        title: &str,
        subtitle: &str,
        body: &str,
        options: Options,
    ) -> Reply {
        let Ok((question, accept)) = permission(subtitle, body, &options) else { return only(ENDED) };
        drop(options);
        let ask = Ask { accept, ..asked(app_id, parent_window, title, question) };
        match self.requests.ask(connection, &header, &handle, ask).await {
            Answer::Granted(choices) => results([("choices", Variant::new(choices))]),
            answer => unanswered(&answer),
        }
    }
}

/// The object on the bus that gives pictures of the screen.
pub(crate) struct Screenshot {
    pub(crate) requests: Requests,
}

/// Whether a caller is the portal itself, whose word counts about what it asked before.
async fn is_portal(connection: &Connection, header: &Header<'_>) -> bool {
    let (Some(sender), Ok(bus)) = (header.sender(), fdo::DBusProxy::new(connection).await) else { return false };
    let Ok(name) = BusName::try_from(PORTAL) else { return false };
    bus.get_name_owner(name).await.is_ok_and(|owner| owner.as_str() == sender.as_str())
}

#[interface(name = "org.freedesktop.impl.portal.Screenshot")]
impl Screenshot {
    async fn screenshot(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        options: Options,
    ) -> Reply {
        let said = (options::flag(&options, "permission_store_checked"), options::flag(&options, "interactive"));
        let (Ok(checked), Ok(interactive)) = said else { return only(ENDED) };
        drop(options);
        let asked_before = checked && !interactive && is_portal(connection, &header).await;
        let ask = asked(app_id, parent_window, "", Question::Screenshot { ask: !asked_before });
        match self.requests.ask(connection, &header, &handle, ask).await {
            Answer::Picture(path) => results([("uri", Variant::new(uri::of_path(&path)))]),
            answer => unanswered(&answer),
        }
    }

    async fn pick_color(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        _options: Options,
    ) -> Reply {
        let ask = asked(app_id, parent_window, "", Question::Colour);
        match self.requests.ask(connection, &header, &handle, ask).await {
            Answer::Colour([red, green, blue]) => results([("color", Variant::new((red, green, blue)))]),
            answer => unanswered(&answer),
        }
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }
}

/// The object on the bus that tells who the user is.
pub(crate) struct Account {
    pub(crate) requests: Requests,
}

#[interface(name = "org.freedesktop.impl.portal.Account")]
impl Account {
    async fn get_user_information(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        options: Options,
    ) -> Reply {
        let Ok(reason) = options::text(&options, "reason", MOST_BODY) else { return only(ENDED) };
        drop(options);
        let ask = asked(app_id, parent_window, "", Question::Account { reason });
        match self.requests.ask(connection, &header, &handle, ask).await {
            // Nobody has a portrait here.
            Answer::Account { user, name } => {
                results([("id", Variant::new(user)), ("name", Variant::new(name)), ("image", Variant::new(""))])
            }
            answer => unanswered(&answer),
        }
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }
}
