//! Clients that send more than anybody can want.

use std::io::Write as _;
use std::os::unix::net::UnixStream;

use compositor::trust::Trust;
use wayland_client::Proxy as _;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_shm;

use crate::client::{Client, memory};
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::ways_out::WAYS_OUT;
use crate::window::{Window, show};

const MANY: usize = 10_000;

/// What is left of a desktop after a flood is as good as before.
fn is_served(f: &mut Fixture, bystander: &mut Client) {
    f.roundtrip(bystander);
    f.draw();
    for way_out in WAYS_OUT {
        let id = f.state.shell.windows().iter().find_map(|window| window.id).unwrap();
        f.state.focus_window(id);
        f.turn();
        way_out(f);
    }
}

/// Sends what was requested as the socket takes it.
fn pour(f: &mut Fixture, client: &mut Client) {
    client.flush();
    f.turn();
    client.read();
    client.forget();
}

#[test]
fn ten_thousand_surfaces_are_no_burden() {
    let mut f = Fixture::new();
    let (mut bystander, mut client) = (f.client(), f.client());
    f.window(&mut bystander, GREEN);
    let compositor: WlCompositor = client.bind();
    for n in 0..MANY {
        compositor.create_surface(&client.qh, ()).commit();
        if n % 500 == 0 {
            pour(&mut f, &mut client);
        }
    }
    f.roundtrip(&mut client);
    is_served(&mut f, &mut bystander);
}

#[test]
fn ten_thousand_windows_do_not_hide_one_and_all_go_with_their_program() {
    let mut f = Fixture::new();
    let (mut bystander, mut client) = (f.client(), f.client());
    f.window(&mut bystander, GREEN);
    let buffer = client.colour((1, 1), RED);
    for n in 0..MANY {
        let window = Window::new(&mut client);
        window.surface.commit();
        // Most are never configured, and some are seen.
        if n % 100 == 0 {
            f.roundtrip(&mut client);
            window.configured(&mut client);
            show(&window.surface, &buffer);
            pour(&mut f, &mut client);
        }
    }
    f.roundtrip(&mut client);
    is_served(&mut f, &mut bystander);
    drop(client);
    f.turn();
    assert_eq!(f.state.shell.windows().len(), 1);
}

#[test]
fn ten_thousand_menus_are_no_burden() {
    let mut f = Fixture::new();
    let (mut bystander, mut client) = (f.client(), f.client());
    f.window(&mut bystander, GREEN);
    let window = f.window(&mut client, RED);
    let positioner = positioner(&mut client, (10, 10), (100, 50));
    for n in 0..MANY {
        Popup::new(&mut client, &window.xdg, &positioner).surface.commit();
        if n % 100 == 0 {
            pour(&mut f, &mut client);
        }
    }
    f.roundtrip(&mut client);
    is_served(&mut f, &mut bystander);
}

#[test]
fn regions_and_damage_beyond_all_bounds_are_no_burden() {
    let mut f = Fixture::new();
    let (mut bystander, mut client) = (f.client(), f.client());
    f.window(&mut bystander, GREEN);
    let window = f.window(&mut client, RED);
    let region = client.bind::<WlCompositor>().create_region(&client.qh, ());
    let edges = [i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX];
    for n in 0..5 * MANY {
        let [x, y, w, h] = [n, n / 7, n / 49, n / 343].map(|n| edges[n % edges.len()]);
        match n % 3 {
            0 => region.add(x, y, w, h),
            1 => region.subtract(x, y, w, h),
            _ => window.surface.damage(x, y, w, h),
        }
        window.surface.damage_buffer(x, y, w, h);
        if n % 500 == 0 {
            pour(&mut f, &mut client);
        }
    }
    region.add(0, 0, i32::MAX, i32::MAX);
    window.surface.set_opaque_region(Some(&region));
    window.surface.set_input_region(Some(&region));
    window.surface.commit();
    f.roundtrip(&mut client);
    f.point(400, 300);
    f.point(410, 300);
    is_served(&mut f, &mut bystander);
}

#[test]
fn ten_thousand_pictures_of_one_pool_are_no_burden() {
    let mut f = Fixture::new();
    let (mut bystander, mut client) = (f.client(), f.client());
    f.window(&mut bystander, GREEN);
    let pool = client.pool(&memory(&[0; 4096]), 4096);
    for n in 0..MANY {
        pool.create_buffer(0, 32, 32, 128, wl_shm::Format::Argb8888, &client.qh, ());
        if n % 500 == 0 {
            pour(&mut f, &mut client);
        }
    }
    f.roundtrip(&mut client);
    is_served(&mut f, &mut bystander);
}

#[test]
fn who_never_stops_sending_is_cut_off() {
    let mut f = Fixture::new();
    let mut bystander = f.client();
    f.window(&mut bystander, GREEN);
    let floods: Vec<_> = (0..4)
        .map(|_| {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let mut flood = theirs.try_clone().unwrap();
            f.state.insert_client(ours, Trust::Ordinary).unwrap();
            let mut client = Client::new(theirs);
            f.roundtrip(&mut client);
            let surface = client.surface();
            f.roundtrip(&mut client);
            flood.set_nonblocking(false).unwrap();
            // `wl_surface.set_buffer_scale`, which nobody answers.
            let request = [surface.id().protocol_id(), 12 << 16 | 8, 1].map(u32::to_ne_bytes).concat();
            let requests = request.repeat(20_000);
            let flooding = std::thread::spawn(move || while flood.write_all(&requests).is_ok() {});
            (client, flooding)
        })
        .collect();
    is_served(&mut f, &mut bystander);
    drop(f);
    for (client, flooding) in floods {
        drop(client);
        flooding.join().unwrap();
    }
}
