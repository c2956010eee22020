//! `zwlr_output_management_v1`: what screens there are, and other sizes for them.

use wayland_client::Proxy;
use wayland_client::protocol::wl_output::Transform;
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_configuration_head_v1;
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_configuration_head_v1::ZwlrOutputConfigurationHeadV1;
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_configuration_v1::{
    self, ZwlrOutputConfigurationV1,
};
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_head_v1::{self, ZwlrOutputHeadV1};
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_manager_v1::{self, ZwlrOutputManagerV1};
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_mode_v1::{self, ZwlrOutputModeV1};

use crate::client::Client;
use crate::fixture::Fixture;

struct Tool {
    client: Client,
    manager: ZwlrOutputManagerV1,
    heads: Vec<ZwlrOutputHeadV1>,
    serial: u32,
}

impl Tool {
    fn new(f: &mut Fixture) -> Self {
        let mut client = f.trusted_client();
        let manager = client.bind();
        let mut tool = Self { client, manager, heads: Vec::new(), serial: 0 };
        tool.listen(f);
        tool
    }

    /// Takes in what was told. Whether that was anything.
    fn listen(&mut self, f: &mut Fixture) -> bool {
        f.roundtrip(&mut self.client);
        let mut told = false;
        for event in self.client.events(&self.manager) {
            match event {
                zwlr_output_manager_v1::Event::Head { head } => self.heads.push(head),
                zwlr_output_manager_v1::Event::Done { serial } => (self.serial, told) = (serial, true),
                _ => {}
            }
        }
        told
    }

    /// Of a head, what was told of it since the last call: the size of its mode and its scale.
    fn told(&mut self, head: &ZwlrOutputHeadV1) -> (Option<(i32, i32)>, Option<f64>) {
        let (mut current, mut scale): (Option<ZwlrOutputModeV1>, _) = (None, None);
        for event in self.client.events(head) {
            match event {
                zwlr_output_head_v1::Event::CurrentMode { mode } => current = Some(mode),
                zwlr_output_head_v1::Event::Scale { scale: told } => scale = Some(told),
                _ => {}
            }
        }
        let size = current.map(|mode| {
            let size = |event| match event {
                zwlr_output_mode_v1::Event::Size { width, height } => Some((width, height)),
                _ => None,
            };
            self.client.events(&mode).into_iter().find_map(size).expect("a mode has a size")
        });
        (size, scale)
    }

    fn configuration(&mut self) -> ZwlrOutputConfigurationV1 {
        self.manager.create_configuration(self.serial, &self.client.qh, ())
    }

    fn enable(
        &mut self,
        configuration: &ZwlrOutputConfigurationV1,
        head: &ZwlrOutputHeadV1,
    ) -> ZwlrOutputConfigurationHeadV1 {
        configuration.enable_head(head, &self.client.qh, ())
    }

    fn answer(
        &mut self,
        f: &mut Fixture,
        configuration: &ZwlrOutputConfigurationV1,
    ) -> zwlr_output_configuration_v1::Event {
        f.roundtrip(&mut self.client);
        self.client.events(configuration).pop().expect("an answer")
    }
}

use zwlr_output_configuration_v1::Event::{Cancelled, Failed, Succeeded};

#[test]
fn a_screen_is_a_head_and_changes_are_told() {
    let mut f = Fixture::new();
    let mut tool = Tool::new(&mut f);
    let head = tool.heads[0].clone();
    assert_eq!(tool.told(&head), (Some((800, 600)), Some(1.0)));
    f.state.resize((1024, 768).into(), 1.5);
    assert!(tool.listen(&mut f));
    assert_eq!(tool.told(&head), (Some((1024, 768)), Some(1.5)));
    let second = f.state.open_screen((320, 240).into(), 1.0).unwrap();
    assert!(tool.listen(&mut f));
    let other = tool.heads[1].clone();
    assert_eq!(tool.told(&other).0, Some((320, 240)));
    f.state.close_screen(second);
    assert!(tool.listen(&mut f));
    let finished = |event: &_| matches!(event, zwlr_output_head_v1::Event::Finished);
    assert!(tool.client.events(&other).iter().any(finished));
}

#[test]
fn what_is_applied_takes_effect_and_what_is_tested_does_not() {
    let mut f = Fixture::new();
    let mut tool = Tool::new(&mut f);
    let head = tool.heads[0].clone();
    tool.told(&head);
    for apply in [false, true] {
        let configuration = tool.configuration();
        let wanted = tool.enable(&configuration, &head);
        wanted.set_custom_mode(1000, 700, 0);
        wanted.set_scale(1.25);
        wanted.set_position(12, 34);
        wanted.set_transform(Transform::Normal);
        match apply {
            true => configuration.apply(),
            false => configuration.test(),
        }
        assert!(matches!(tool.answer(&mut f, &configuration), Succeeded));
        let screen = f.state.screens.first();
        let now = (screen.size().w, screen.size().h, screen.scale());
        assert_eq!(now, if apply { (1000, 700, 1.25) } else { (800, 600, 1.0) });
    }
    tool.listen(&mut f);
    assert_eq!(tool.told(&head), (Some((1000, 700)), Some(1.25)));
}

#[test]
fn what_no_screen_here_can_be_fails_and_what_is_outdated_is_cancelled() {
    let mut f = Fixture::new();
    let mut tool = Tool::new(&mut f);
    let head = tool.heads[0].clone();
    let configuration = tool.configuration();
    configuration.disable_head(&head);
    configuration.apply();
    assert!(matches!(tool.answer(&mut f, &configuration), Failed));
    let changes: [fn(&ZwlrOutputConfigurationHeadV1); 4] = [
        |wanted| wanted.set_transform(Transform::_90),
        |wanted| wanted.set_custom_mode(8, 8, 0),
        |wanted| wanted.set_custom_mode(i32::MAX, i32::MAX, i32::MAX),
        |wanted| wanted.set_scale(40.0),
    ];
    for change in changes {
        let configuration = tool.configuration();
        change(&tool.enable(&configuration, &head));
        configuration.apply();
        assert!(matches!(tool.answer(&mut f, &configuration), Failed));
    }
    let configuration = tool.configuration();
    tool.enable(&configuration, &head);
    f.state.resize((640, 480).into(), 1.0);
    configuration.apply();
    assert!(matches!(tool.answer(&mut f, &configuration), Cancelled));
    assert_eq!(f.state.screens.first().size(), (640, 480).into());
}

#[test]
fn what_the_protocol_forbids_is_an_error() {
    use zwlr_output_configuration_head_v1::Error as HeadError;
    use zwlr_output_configuration_v1::Error;
    let mut f = Fixture::new();
    let mut error = |expected: u32, break_it: &dyn Fn(&mut Tool, &ZwlrOutputConfigurationV1, &ZwlrOutputHeadV1)| {
        let mut tool = Tool::new(&mut f);
        let (configuration, head) = (tool.configuration(), tool.heads[0].clone());
        break_it(&mut tool, &configuration, &head);
        assert!(configuration.is_alive());
        assert_eq!(f.protocol_error(&mut tool.client).code, expected);
    };
    error(Error::UnconfiguredHead as u32, &|_, configuration, _| configuration.apply());
    error(Error::AlreadyConfiguredHead as u32, &|tool, configuration, head| {
        tool.enable(configuration, head);
        configuration.disable_head(head);
    });
    error(Error::AlreadyUsed as u32, &|tool, configuration, head| {
        tool.enable(configuration, head);
        configuration.test();
        configuration.apply();
    });
    error(HeadError::AlreadySet as u32, &|tool, configuration, head| {
        let wanted = tool.enable(configuration, head);
        wanted.set_scale(1.0);
        wanted.set_scale(2.0);
    });
    error(HeadError::InvalidScale as u32, &|tool, configuration, head| {
        tool.enable(configuration, head).set_scale(-1.0);
    });
    error(HeadError::InvalidCustomMode as u32, &|tool, configuration, head| {
        tool.enable(configuration, head).set_custom_mode(0, 600, 0);
    });
}
