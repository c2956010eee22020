//! `wp_fifo_v1`: commits that wait for each other are shown one after the other.

use wayland_protocols::wp::fifo::v1::client::wp_fifo_manager_v1::WpFifoManagerV1;

use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};

#[test]
fn each_commit_waits_for_the_one_before_it_to_be_shown_even_if_nothing_is_drawn() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let size = f.area().size;
    let manager: WpFifoManagerV1 = client.bind();
    let fifo = manager.get_fifo(&window.surface, &client.qh, ());
    f.draw();
    for colour in [GREEN, BLUE] {
        fifo.set_barrier();
        fifo.wait_barrier();
        window.show(&client.colour((size.w, size.h), colour));
    }
    // One that changes nothing has its turn too.
    fifo.wait_barrier();
    window.surface.commit();
    fifo.set_barrier();
    window.show(&client.colour((size.w, size.h), RED));
    f.roundtrip(&mut client);
    assert_ne!(f.shot().count(GREEN), 0, "nothing was before the first");
    f.draw();
    assert_ne!(f.shot().count(BLUE), 0);
    f.draw();
    assert_ne!(f.shot().count(RED), 0);
}
