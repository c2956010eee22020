//! `zwp_linux_dmabuf_v1`: buffers on the GPU. The device here takes none: it offers none, and where they are offered anyway
//! each is refused, in the way that its fault asks for.

use std::os::fd::AsFd;

use compositor::state::Options;
use wayland_protocols::wp::linux_dmabuf::zv1::client::zwp_linux_buffer_params_v1::{
    self, Error, Flags, ZwpLinuxBufferParamsV1,
};
use wayland_protocols::wp::linux_dmabuf::zv1::client::zwp_linux_dmabuf_feedback_v1::Event as Feedback;
use wayland_protocols::wp::linux_dmabuf::zv1::client::zwp_linux_dmabuf_v1::{self, ZwpLinuxDmabufV1};

use crate::client::{Client, memory};
use crate::fixture::Fixture;
use crate::picture::RED;

/// `AR24` and `XR24`, as the kernel's headers spell them.
const ARGB: u32 = u32::from_le_bytes(*b"AR24");
const XRGB: u32 = u32::from_le_bytes(*b"XR24");
const LINEAR: u64 = 0;

/// A session that offers buffers of the GPU whatever the device says.
fn offering() -> Fixture {
    Fixture::with(Options { size: (800, 600).into(), follow: true, offer_dmabuf: true, ..Options::default() })
}

/// One that does so because its device takes them has other layouts: these tests are about one that takes none.
fn takes_buffers(f: &mut Fixture) -> bool {
    let mut client = f.client();
    client.globals().iter().any(|(name, _)| name == "zwp_linux_dmabuf_v1")
}

/// What a client says of a buffer.
#[derive(Clone, Copy)]
struct Said {
    size: (i32, i32),
    format: u32,
    modifier: u64,
    /// Index, offset, stride.
    planes: &'static [(u32, u32, u32)],
    flags: Flags,
}

const SOUND: Said =
    Said { size: (16, 8), format: XRGB, modifier: LINEAR, planes: &[(0, 0, 64)], flags: Flags::empty() };

fn params(client: &mut Client, said: &Said) -> ZwpLinuxBufferParamsV1 {
    let params = client.bind::<ZwpLinuxDmabufV1>().create_params(&client.qh, ());
    let file = memory(&[0x80; 64 * 8]);
    let (high, low) = ((said.modifier >> 32) as u32, said.modifier as u32);
    for (index, offset, stride) in said.planes {
        params.add(file.as_fd(), *index, *offset, *stride, high, low);
    }
    params
}

fn create(client: &mut Client, said: &Said) -> ZwpLinuxBufferParamsV1 {
    let params = params(client, said);
    params.create(said.size.0, said.size.1, said.format, said.flags);
    params
}

#[test]
fn a_device_that_takes_none_offers_none() {
    let mut f = Fixture::new();
    if takes_buffers(&mut f) {
        return;
    }
    let mut f = offering();
    assert!(takes_buffers(&mut f), "the option does something");
}

#[test]
fn clients_are_told_of_one_device_and_every_layout_once() {
    let mut f = offering();
    let mut client = f.client();
    let feedback = client.bind::<ZwpLinuxDmabufV1>().get_default_feedback(&client.qh, ());
    f.roundtrip(&mut client);
    let (mut device, mut table, mut formats, mut order) = (None, 0, Vec::new(), Vec::new());
    for event in client.events(&feedback) {
        match event {
            Feedback::MainDevice { device: told } => device = Some(told),
            Feedback::FormatTable { size, .. } => table = size,
            Feedback::TrancheTargetDevice { device: told } => assert_eq!(Some(told), device),
            Feedback::TrancheFormats { indices } => {
                formats.extend(indices.chunks_exact(2).map(|index| u16::from_ne_bytes([index[0], index[1]])));
            }
            Feedback::TrancheDone => order.push("tranche"),
            Feedback::Done => order.push("done"),
            _ => {}
        }
    }
    assert_eq!(device.map(|device| device.len()), Some(8));
    assert!(table > 0 && table % 16 == 0);
    assert_eq!(formats, (0..(table / 16) as u16).collect::<Vec<_>>());
    assert_eq!(order, ["tranche", "done"]);
}

#[test]
fn older_clients_are_told_the_layouts_one_by_one() {
    let mut f = offering();
    let mut client = f.client();
    let dmabuf: ZwpLinuxDmabufV1 = client.bind_at(3);
    f.roundtrip(&mut client);
    let mut formats = Vec::new();
    for event in client.events(&dmabuf) {
        if let zwp_linux_dmabuf_v1::Event::Modifier { format, .. } = event {
            formats.push(format);
        }
    }
    assert!(formats.contains(&XRGB) && formats.contains(&ARGB), "{formats:x?}");
}

#[test]
fn what_cannot_be_taken_fails_and_its_client_goes_on_with_memory() {
    let mut f = offering();
    let mut client = f.client();
    let faults = [
        SOUND,
        Said { modifier: 0x0300_0000_0000_0001, ..SOUND },
        Said { modifier: u64::MAX >> 8, ..SOUND },
        Said { flags: Flags::YInvert, ..SOUND },
        Said { size: (16_384, 1), planes: &[(0, 0, 512)], ..SOUND },
        Said { planes: &[(0, 0, 60)], ..SOUND },
        Said { planes: &[(0, 0, 0)], ..SOUND },
    ];
    for said in faults {
        let params = create(&mut client, &said);
        f.roundtrip(&mut client);
        let events = client.events(&params);
        assert!(matches!(events[..], [zwp_linux_buffer_params_v1::Event::Failed]), "{events:?}");
        params.destroy();
    }
    f.window(&mut client, RED);
    assert_ne!(f.shot().count(RED), 0);
}

#[test]
fn who_does_not_wait_for_the_answer_is_told_that_the_buffer_is_none() {
    let mut f = offering();
    let mut client = f.client();
    let params = params(&mut client, &SOUND);
    let (w, h) = SOUND.size;
    params.create_immed(w, h, SOUND.format, SOUND.flags, &client.qh, ());
    assert_eq!(f.protocol_error(&mut client).code, Error::InvalidWlBuffer as u32);
}

#[test]
fn what_the_protocol_forbids_is_an_error() {
    let faults = [
        (Error::Incomplete, Said { planes: &[], ..SOUND }),
        (Error::Incomplete, Said { planes: &[(0, 0, 64), (1, 0, 64)], ..SOUND }),
        (Error::PlaneIdx, Said { planes: &[(4, 0, 64)], ..SOUND }),
        (Error::PlaneSet, Said { planes: &[(0, 0, 64), (0, 0, 64)], ..SOUND }),
        (Error::InvalidFormat, Said { format: u32::from_le_bytes(*b"NV12"), ..SOUND }),
        (Error::InvalidFormat, Said { format: 7, ..SOUND }),
        (Error::InvalidDimensions, Said { size: (0, 8), ..SOUND }),
        (Error::InvalidDimensions, Said { size: (16, -8), ..SOUND }),
        (Error::OutOfBounds, Said { planes: &[(0, 4, 64)], ..SOUND }),
        (Error::OutOfBounds, Said { planes: &[(0, 1 << 30, 64)], ..SOUND }),
        (Error::OutOfBounds, Said { planes: &[(0, 0, u32::MAX)], ..SOUND }),
        (Error::OutOfBounds, Said { planes: &[(0, u32::MAX, 64)], ..SOUND }),
    ];
    for (expected, said) in faults {
        let mut f = offering();
        let mut client = f.client();
        create(&mut client, &said);
        let error = f.protocol_error(&mut client);
        assert_eq!(error.code, expected as u32, "{} {:?} {:?}", error.message, said.size, said.planes);
    }
    let mut f = offering();
    let mut client = f.client();
    create(&mut client, &SOUND).create(16, 8, XRGB, Flags::empty());
    assert_eq!(f.protocol_error(&mut client).code, Error::AlreadyUsed as u32);
}
