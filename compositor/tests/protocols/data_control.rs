//! `ext_data_control_v1` and `zwlr_data_control_v1`: clipboard managers. The two differ only in their names.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use rustix::pipe::{PipeFlags, pipe_with};

use crate::client::Client;
use crate::fixture::Fixture;

macro_rules! managers {
    () => {
        /// A clipboard manager: a trusted client without a window.
        struct Manager {
            client: Client,
            device: Device,
        }

        impl Manager {
            fn new(f: &mut Fixture) -> Self {
                let mut client = f.trusted_client();
                let seat = client.seat();
                let device = client.bind::<Control>().get_data_device(&seat, &client.qh, ());
                f.roundtrip(&mut client);
                Self { client, device }
            }

            fn copy(&mut self, f: &mut Fixture, primary: bool) -> Source {
                let source = self.client.bind::<Control>().create_data_source(&self.client.qh, ());
                source.offer("text/plain".into());
                match primary {
                    false => self.device.set_selection(Some(&source)),
                    true => self.device.set_primary_selection(Some(&source)),
                }
                f.roundtrip(&mut self.client);
                source
            }

            /// What the clipboard was last told to hold.
            fn offered(&mut self, f: &mut Fixture) -> Option<Offer> {
                f.roundtrip(&mut self.client);
                self.client.events(&self.device).into_iter().rev().find_map(|event| match event {
                    device::Event::Selection { id } => Some(id),
                    _ => None,
                })?
            }

            fn primary(&mut self, f: &mut Fixture) -> Option<Offer> {
                f.roundtrip(&mut self.client);
                self.client.events(&self.device).into_iter().rev().find_map(|event| match event {
                    device::Event::PrimarySelection { id } => Some(id),
                    _ => None,
                })?
            }

            /// Serves whoever pastes from `source`.
            fn serve(&mut self, f: &mut Fixture, source: &Source, text: &str) {
                f.roundtrip(&mut self.client);
                for event in self.client.events(source) {
                    if let source::Event::Send { fd, .. } = event {
                        File::from(fd).write_all(text.as_bytes()).unwrap();
                    }
                }
            }
        }

        #[test]
        fn managers_hear_what_the_page_copied_and_read_it() {
            let mut f = Fixture::new();
            let mut manager = Manager::new(&mut f);
            f.state.page_copied(compositor::clipboard::PageOffer::text("Make it so"));
            let offer = manager.offered(&mut f).expect("it is told without a window");
            let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
            offer.receive("text/plain".into(), writer.as_fd());
            manager.client.flush();
            drop(writer);
            f.roundtrip(&mut manager.client);
            f.turn();
            let mut text = String::new();
            File::from(reader).read_to_string(&mut text).unwrap();
            assert_eq!(text, "Make it so");
        }

        #[test]
        fn what_managers_set_is_pasted_by_others_and_the_older_is_cancelled() {
            let mut f = Fixture::new();
            let mut first = Manager::new(&mut f);
            let mut second = Manager::new(&mut f);
            let older = first.copy(&mut f, false);
            let newer = second.copy(&mut f, false);
            f.roundtrip(&mut first.client);
            assert!(first.client.events(&older).into_iter().any(|event| matches!(event, source::Event::Cancelled)));
            let offer = first.offered(&mut f).expect("the newer one is told");
            let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
            offer.receive("text/plain".into(), writer.as_fd());
            first.client.flush();
            drop(writer);
            f.roundtrip(&mut first.client);
            second.serve(&mut f, &newer, "Engage");
            let mut text = String::new();
            File::from(reader).read_to_string(&mut text).unwrap();
            assert_eq!(text, "Engage");
        }

        #[test]
        fn managers_have_the_primary_selection_apart() {
            let mut f = Fixture::new();
            let mut one = Manager::new(&mut f);
            let mut other = Manager::new(&mut f);
            one.copy(&mut f, true);
            assert!(other.primary(&mut f).is_some());
            assert!(other.offered(&mut f).is_none());
        }
    };
}

mod ext {
    use super::*;
    use wayland_protocols::ext::data_control::v1::client::{
        ext_data_control_device_v1::{self as device, ExtDataControlDeviceV1 as Device},
        ext_data_control_manager_v1::ExtDataControlManagerV1 as Control,
        ext_data_control_offer_v1::ExtDataControlOfferV1 as Offer,
        ext_data_control_source_v1::{self as source, ExtDataControlSourceV1 as Source},
    };

    managers!();
}

mod wlr {
    use super::*;
    use wayland_protocols_wlr::data_control::v1::client::{
        zwlr_data_control_device_v1::{self as device, ZwlrDataControlDeviceV1 as Device},
        zwlr_data_control_manager_v1::ZwlrDataControlManagerV1 as Control,
        zwlr_data_control_offer_v1::ZwlrDataControlOfferV1 as Offer,
        zwlr_data_control_source_v1::{self as source, ZwlrDataControlSourceV1 as Source},
    };

    managers!();
}
