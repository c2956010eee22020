//! `wl_surface`: damage and frame callbacks.

use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};

#[test]
fn a_frame_callback_is_answered_though_nothing_was_drawn() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    f.draw();
    let callback = window.surface.frame(&client.qh, ());
    window.surface.commit();
    f.roundtrip(&mut client);
    assert!(client.events(&callback).is_empty(), "it is answered by a tick, not by the commit");
    f.draw();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&callback).len(), 1);
}

#[test]
fn a_frame_callback_is_not_answered_before_its_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let callback = window.surface.frame(&client.qh, ());
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    assert!(client.events(&callback).is_empty());
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&callback).len(), 1);
}

#[test]
fn a_hidden_window_does_not_draw_at_the_rate_of_the_picture() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let hidden = f.window(&mut client, RED);
    f.window(&mut client, GREEN);
    let callback = hidden.surface.frame(&client.qh, ());
    hidden.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    assert!(client.events(&callback).is_empty());
}

#[test]
fn only_what_was_damaged_changes() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let red = client.colour((200, 100), RED);
    let window = f.window_showing(&mut client, &red);
    let (x, y, ..) = f.shot().find(RED).unwrap();
    window.surface.attach(Some(&client.colour((200, 100), GREEN)), 0, 0);
    window.surface.damage_buffer(10, 20, 30, 40);
    window.surface.damage(100, 50, 10, 10);
    window.surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    // The rest of the picture is the client's word: it said that only this differs.
    assert_eq!(shot.count(GREEN), 30 * 40 + 10 * 10);
    assert_eq!(shot.at(x + 10, y + 20), GREEN);
    assert_eq!(shot.at(x + 109, y + 59), GREEN);
    assert_eq!(shot.at(x + 9, y + 20), RED);
}

#[test]
fn damage_may_be_larger_than_anything() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let red = client.colour((200, 100), RED);
    let window = f.window_showing(&mut client, &red);
    window.surface.attach(Some(&client.colour((200, 100), GREEN)), 0, 0);
    window.surface.damage(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
    window.surface.damage_buffer(i32::MAX, i32::MAX, i32::MAX, i32::MAX);
    window.surface.damage_buffer(5, 5, -1, -1);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(GREEN), 0, "none of it touched the buffer");

    window.surface.attach(Some(&client.colour((200, 100), BLUE)), 0, 0);
    window.surface.damage(-5, -5, i32::MAX, i32::MAX);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(BLUE), 200 * 100);
}

#[test]
fn a_commit_without_a_buffer_keeps_the_picture() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let before = f.shot().count(RED);
    window.surface.damage_buffer(0, 0, 10, 10);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), before);
}

#[test]
fn another_size_replaces_the_picture_without_damage() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let red = client.colour((200, 100), RED);
    let window = f.window_showing(&mut client, &red);
    window.surface.attach(Some(&client.colour((100, 200), GREEN)), 0, 0);
    window.surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(shot.count(RED), 0);
    assert_eq!(shot.count(GREEN), 100 * 200);
}
