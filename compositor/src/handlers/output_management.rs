//! `zwlr_output_management_v1`: what screens there are, and another size or scale for them, as pages ask for it too. For
//! trusted clients.

use std::sync::Arc;

use lcars_ui::hierarchy::OutputId;
use parking_lot::Mutex;
use smithay::reexports::wayland_protocols_wlr::output_management::v1::server::zwlr_output_configuration_head_v1::{
    self, ZwlrOutputConfigurationHeadV1,
};
use smithay::reexports::wayland_protocols_wlr::output_management::v1::server::zwlr_output_configuration_v1::{
    self, ZwlrOutputConfigurationV1,
};
use smithay::reexports::wayland_protocols_wlr::output_management::v1::server::zwlr_output_head_v1::{
    self, AdaptiveSyncState, ZwlrOutputHeadV1,
};
use smithay::reexports::wayland_protocols_wlr::output_management::v1::server::zwlr_output_manager_v1::{
    self, ZwlrOutputManagerV1,
};
use smithay::reexports::wayland_protocols_wlr::output_management::v1::server::zwlr_output_mode_v1::{
    self, ZwlrOutputModeV1,
};
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_output::Transform;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum,
};
use smithay::utils::{Physical, Size};

use crate::screen::Screen;
use crate::state::State;
use crate::trust::trusted;

/// Clients that want to know about screens.
#[derive(Debug, Default)]
pub(crate) struct Managers {
    /// Of the state that was told last.
    serial: u32,
    all: Vec<Manager>,
}

#[derive(Debug)]
struct Manager {
    resource: ZwlrOutputManagerV1,
    heads: Vec<Head>,
}

/// A screen as a client knows it.
#[derive(Debug)]
struct Head {
    id: OutputId,
    resource: ZwlrOutputHeadV1,
    mode: ZwlrOutputModeV1,
    size: Size<i32, Physical>,
    scale: f64,
}

/// What a client wants of the screens.
#[derive(Debug)]
pub struct Wanted {
    serial: u32,
    heads: Mutex<Vec<(OutputId, Choice)>>,
    used: Mutex<bool>,
}

type Choice = Arc<Mutex<Chosen>>;

/// What a client wants of one of them.
#[derive(Debug, Default)]
pub struct Chosen {
    /// What was set so far, to find what is set twice.
    set: Vec<&'static str>,
    size: Option<Size<i32, Physical>>,
    scale: Option<f64>,
    /// It is to be off or turned, which no screen here can be.
    impossible: bool,
}

/// Announces the protocol to trusted clients.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, ZwlrOutputManagerV1, _>(4, ());
}

impl GlobalDispatch<ZwlrOutputManagerV1, ()> for State {
    fn bind(
        state: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<ZwlrOutputManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        let resource = init.init(manager, ());
        let mut manager = Manager { resource, heads: Vec::new() };
        manager.tell(&state.display, state.screens.iter());
        manager.resource.done(state.globals.heads.serial);
        state.globals.heads.all.push(manager);
    }

    fn can_view(client: Client, (): &()) -> bool {
        trusted(&client)
    }
}

impl State {
    /// Screens came, went or changed.
    pub(crate) fn tell_heads(&mut self) {
        let heads = &mut self.globals.heads;
        heads.serial = heads.serial.wrapping_add(1);
        for manager in &mut heads.all {
            manager.tell(&self.display, self.screens.iter());
            manager.resource.done(heads.serial);
        }
    }
}

impl Manager {
    /// Tells what is different.
    fn tell<'a>(&mut self, display: &DisplayHandle, screens: impl Iterator<Item = &'a Screen>) {
        let screens: Vec<&Screen> = screens.collect();
        self.heads.retain(|head| {
            let there = screens.iter().any(|screen| screen.id == head.id);
            if !there {
                head.mode.finished();
                head.resource.finished();
            }
            there
        });
        for screen in screens {
            match self.heads.iter_mut().find(|head| head.id == screen.id) {
                Some(head) => head.tell(display, screen),
                None => self.heads.extend(Head::new(display, &self.resource, screen)),
            }
        }
    }
}

impl Head {
    fn new(display: &DisplayHandle, manager: &ZwlrOutputManagerV1, screen: &Screen) -> Option<Self> {
        let client = manager.client()?;
        let version = manager.version();
        let head = client.create_resource::<ZwlrOutputHeadV1, _, State>(display, version, Some(screen.id)).ok()?;
        manager.head(&head);
        head.name(screen.output.name());
        head.description(screen.output.description());
        if version >= zwlr_output_head_v1::EVT_MAKE_SINCE {
            let physical = screen.output.physical_properties();
            head.make(physical.make);
            head.model(physical.model);
        }
        head.enabled(1);
        let mode = mode(display, &client, &head, screen)?;
        head.position(screen.origin().x, screen.origin().y);
        head.transform(Transform::Normal);
        head.scale(screen.scale());
        if version >= zwlr_output_head_v1::EVT_ADAPTIVE_SYNC_SINCE {
            head.adaptive_sync(AdaptiveSyncState::Disabled);
        }
        Some(Self { id: screen.id, resource: head, mode, size: screen.size(), scale: screen.scale() })
    }

    fn tell(&mut self, display: &DisplayHandle, screen: &Screen) {
        if self.size != screen.size()
            && let Some(client) = self.resource.client()
            && let Some(mode) = mode(display, &client, &self.resource, screen)
        {
            self.mode.finished();
            (self.mode, self.size) = (mode, screen.size());
        }
        if self.scale != screen.scale() {
            self.scale = screen.scale();
            self.resource.scale(self.scale);
        }
    }
}

/// The one mode that a screen has.
fn mode(
    display: &DisplayHandle,
    client: &Client,
    head: &ZwlrOutputHeadV1,
    screen: &Screen,
) -> Option<ZwlrOutputModeV1> {
    let version = head.version().min(3);
    let mode =
        client.create_resource::<ZwlrOutputModeV1, _, State>(display, version, (screen.id, screen.size())).ok()?;
    head.mode(&mode);
    mode.size(screen.size().w, screen.size().h);
    mode.preferred();
    head.current_mode(&mode);
    Some(mode)
}

impl Dispatch<ZwlrOutputManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        manager: &ZwlrOutputManagerV1,
        request: zwlr_output_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        match request {
            zwlr_output_manager_v1::Request::CreateConfiguration { id, serial } => {
                init.init(id, Wanted { serial, heads: Mutex::default(), used: Mutex::default() });
            }
            zwlr_output_manager_v1::Request::Stop => {
                state.globals.heads.all.retain(|other| other.resource != *manager);
                manager.finished();
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, manager: &ZwlrOutputManagerV1, (): &()) {
        state.globals.heads.all.retain(|other| other.resource != *manager);
    }
}

impl Dispatch<ZwlrOutputHeadV1, Option<OutputId>> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ZwlrOutputHeadV1,
        _: zwlr_output_head_v1::Request,
        _: &Option<OutputId>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}

impl Dispatch<ZwlrOutputModeV1, (OutputId, Size<i32, Physical>)> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ZwlrOutputModeV1,
        _: zwlr_output_mode_v1::Request,
        _: &(OutputId, Size<i32, Physical>),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}

impl Dispatch<ZwlrOutputConfigurationV1, Wanted> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        configuration: &ZwlrOutputConfigurationV1,
        request: zwlr_output_configuration_v1::Request,
        wanted: &Wanted,
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use zwlr_output_configuration_v1::{Error, Request};
        let over = matches!(request, Request::Apply | Request::Test);
        let used = match over {
            true => std::mem::replace(&mut *wanted.used.lock(), true),
            false => *wanted.used.lock() && !matches!(request, Request::Destroy),
        };
        if used {
            configuration.post_error(Error::AlreadyUsed, "this configuration was applied or tested before");
        }
        let configure = |head: &ZwlrOutputHeadV1, impossible: bool| {
            let choice = Choice::default();
            choice.lock().impossible = impossible;
            if let Some(id) = head.data::<Option<OutputId>>().copied().flatten() {
                let mut heads = wanted.heads.lock();
                if heads.iter().any(|(other, _)| *other == id) {
                    configuration.post_error(Error::AlreadyConfiguredHead, "this head was configured before");
                }
                heads.push((id, choice.clone()));
            }
            choice
        };
        match request {
            Request::EnableHead { id, head } => {
                let choice = configure(&head, false);
                init.init(id, (head.data::<Option<OutputId>>().copied().flatten(), choice));
            }
            Request::DisableHead { head } => {
                configure(&head, true);
            }
            Request::Apply if !used => state.configure_heads(configuration, wanted, true),
            Request::Test if !used => state.configure_heads(configuration, wanted, false),
            _ => {}
        }
    }
}

impl State {
    fn configure_heads(&mut self, configuration: &ZwlrOutputConfigurationV1, wanted: &Wanted, apply: bool) {
        if wanted.serial != self.globals.heads.serial {
            return configuration.cancelled();
        }
        let heads = wanted.heads.lock();
        let mut changes = Vec::new();
        for screen in self.screens.iter() {
            let Some((_, choice)) = heads.iter().find(|(id, _)| *id == screen.id) else {
                let error = zwlr_output_configuration_v1::Error::UnconfiguredHead;
                return configuration.post_error(error, format!("{} was left out", screen.output.name()));
            };
            let choice = choice.lock();
            let size = choice.size.unwrap_or(screen.size());
            let scale = choice.scale.unwrap_or(screen.scale());
            let fits = (64..=7680).contains(&size.w) && (64..=4320).contains(&size.h) && (0.5..=4.0).contains(&scale);
            if choice.impossible || !fits {
                return configuration.failed();
            }
            changes.push((screen.id, size, scale));
        }
        drop(heads);
        if apply {
            for (screen, size, scale) in changes {
                self.resize_on(screen, size, scale);
            }
        }
        configuration.succeeded();
    }
}

impl Dispatch<ZwlrOutputConfigurationHeadV1, (Option<OutputId>, Choice)> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        head: &ZwlrOutputConfigurationHeadV1,
        request: zwlr_output_configuration_head_v1::Request,
        (id, choice): &(Option<OutputId>, Choice),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        use zwlr_output_configuration_head_v1::{Error, Request};
        let mut chosen = choice.lock();
        let name = match &request {
            Request::SetMode { .. } | Request::SetCustomMode { .. } => "mode",
            Request::SetPosition { .. } => "position",
            Request::SetTransform { .. } => "transform",
            Request::SetScale { .. } => "scale",
            _ => "adaptive sync",
        };
        if chosen.set.contains(&name) {
            return head.post_error(Error::AlreadySet, format!("the {name} was set before"));
        }
        chosen.set.push(name);
        match request {
            Request::SetMode { mode } => match mode.data::<(OutputId, Size<i32, Physical>)>() {
                Some((of, size)) if Some(*of) == *id => chosen.size = Some(*size),
                _ => head.post_error(Error::InvalidMode, "the mode is another head's"),
            },
            Request::SetCustomMode { width, height, refresh } => {
                if width <= 0 || height <= 0 || refresh < 0 {
                    return head.post_error(Error::InvalidCustomMode, "there is no such mode");
                }
                chosen.size = Some(Size::from((width, height)));
            }
            // Screens lie where they lie: each is a desktop of its own to who sees it.
            Request::SetPosition { .. } => {}
            Request::SetTransform { transform: WEnum::Value(Transform::Normal) } => {}
            Request::SetTransform { transform: WEnum::Value(_) } => chosen.impossible = true,
            Request::SetTransform { .. } => head.post_error(Error::InvalidTransform, "there is no such transform"),
            Request::SetScale { scale } if scale.is_finite() && scale > 0.0 => chosen.scale = Some(scale),
            Request::SetScale { .. } => head.post_error(Error::InvalidScale, "a scale is above zero"),
            Request::SetAdaptiveSync { state: WEnum::Value(AdaptiveSyncState::Disabled) } => {}
            Request::SetAdaptiveSync { state: WEnum::Value(_) } => chosen.impossible = true,
            _ => {}
        }
    }
}
