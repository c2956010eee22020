//! What programs do with their windows, and what becomes of those who look at them.

use lcars_ui::hierarchy::limits::MOST_NESTED_DIALOGS;
use lcars_ui::hierarchy::{Level, NewWindow, Shown};
use lcars_ui::operation::{Axis, Effect, Kind, Operation, Refused};

use crate::{World, focus};

#[test]
fn a_new_window_moves_nobody_and_becomes_a_badge_and_a_notification() {
    let mut world = World::new();
    let first = world.open("firefox", 0);
    world.jump(first);
    let before = (world.path().clone(), world.pose());
    let second = world.open("firefox", 0);
    assert_eq!((world.path().clone(), world.pose()), before);
    assert!(!world.desktop.moving(world.now));
    let app = &world.desktop.tree().sectors[0].apps[0];
    assert_eq!((app.badge(), app.notifications()), (Some(2), 1));
    world.jump(second);
    assert_eq!(world.desktop.tree().sectors[0].apps[0].notifications(), 0);
}

#[test]
fn a_window_without_a_sector_of_its_own_lands_where_the_focus_is() {
    let mut world = World::new();
    world.jump(world.sector(2));
    let (id, _) = world.desktop.add_window(NewWindow { app_id: "foot", ..NewWindow::default() }, world.now).unwrap();
    assert_eq!(world.path_to(id).sector(), Some(world.sector(2)));
}

#[test]
fn the_newest_dialog_of_the_window_in_focus_has_the_keyboard_until_somebody_chooses() {
    let mut world = World::new();
    let window = world.open("gimp", 0);
    world.jump(window);
    let (tools, effects) = world.open_dialog(window);
    assert_eq!(effects, focus(tools));
    let (question, effects) = world.open_dialog(tools);
    assert_eq!(effects, focus(question));
    assert_eq!(world.apply(Operation::Activate { window }), focus(window));
    assert_eq!(world.apply(Operation::Activate { window: tools }), focus(tools));
    let (newer, effects) = world.open_dialog(window);
    assert_eq!(effects, focus(newer));
    assert_eq!(world.desktop.remove_window(newer, world.now), focus(question));
    assert_eq!(world.path().window(), Some(window));
    let elsewhere = world.open("foot", 0);
    let refused = world.refused(Operation::Activate { window: elsewhere });
    assert_eq!(refused, Refused::NotHere { node: elsewhere.into() });
}

#[test]
fn dialogs_above_dialogs_without_end_become_windows_of_their_own() {
    let mut world = World::new();
    let window = world.open("gimp", 0);
    let mut top = window;
    for _ in 0..MOST_NESTED_DIALOGS {
        top = world.open_dialog(top).0;
    }
    let own = world.desktop.tree().windows().filter(|window| window.parent.is_none()).count();
    assert_eq!(own, 2);
    let other = world.open("other", 0);
    let deep = world.open_dialog(other).0;
    let highest = world.desktop.tree().windows().filter(|window| window.parent.is_some()).map(|window| window.id);
    let highest = highest.filter(|id| *id < top).max().unwrap();
    let refused = Refused::TooMany { what: Kind::NestedDialogs, most: MOST_NESTED_DIALOGS };
    assert_eq!(world.desktop.set_parent(other, Some(highest), world.now), Err(refused));
    assert_eq!(world.desktop.tree().window(deep).unwrap().2.parent, Some(other));
}

#[test]
fn a_dialog_whose_dialog_goes_stays_above_what_that_was_above() {
    let mut world = World::new();
    let window = world.open("gimp", 0);
    let (tools, _) = world.open_dialog(window);
    let (question, _) = world.open_dialog(tools);
    world.desktop.remove_window(tools, world.now);
    assert_eq!(world.desktop.tree().window(question).unwrap().2.parent, Some(window));
    world.desktop.remove_window(window, world.now);
    assert_eq!(world.desktop.tree().window(question).unwrap().2.parent, None);
}

#[test]
fn when_the_window_in_focus_goes_the_next_is_its_app_s_only_one_or_its_picker_or_the_hub() {
    let mut world = World::new();
    let windows = [0, 1, 2].map(|_| world.open("foot", 0));
    world.jump(windows[0]);
    assert_eq!(world.desktop.remove_window(windows[0], world.now), focus(None));
    assert_eq!(world.path().level(), Level::Picker);
    world.rest();
    world.jump(windows[1]);
    assert_eq!(world.desktop.remove_window(windows[1], world.now), focus(windows[2]));
    assert!(world.desktop.moving(world.now));
    world.rest();
    assert_eq!(world.desktop.remove_window(windows[2], world.now), focus(None));
    assert_eq!(world.path(), &world.path_to(world.sector(0)));
    assert!(world.desktop.tree().sectors[0].apps.is_empty());
}

#[test]
fn a_window_that_becomes_a_dialog_takes_its_viewers_along() {
    let mut world = World::new();
    let main = world.open("gimp", 0);
    let other = world.open("helper", 1);
    world.jump(other);
    let effects = world.desktop.set_parent(other, Some(main), world.now).unwrap();
    assert_eq!(world.path(), &world.path_to(main));
    assert_eq!(effects, []);
    assert_eq!(world.desktop.focused_window(), Some(other));
    let refused = world.desktop.set_parent(main, Some(other), world.now);
    assert_eq!(refused, Err(Refused::OwnParent { window: main }));
}

#[test]
fn a_window_that_names_its_app_late_is_grouped_anew_and_nobody_moves() {
    let mut world = World::new();
    let first = world.open("org.gnome.Maps", 0);
    let late = world.open("", 0);
    world.jump(late);
    world.desktop.set_app_id(late, "org.gnome.Maps", world.now);
    assert_eq!(world.app_of(late), world.app_of(first));
    assert_eq!(world.path(), &world.path_to(late));
    assert!(!world.desktop.moving(world.now));
    assert_eq!(world.desktop.tree().sectors[0].apps[0].title, "Maps");
    world.desktop.set_app_name(late, "GNOME Maps");
    assert_eq!(world.desktop.tree().sectors[0].apps[0].title, "GNOME Maps");
}

#[test]
fn an_app_that_never_named_itself_is_called_what_its_window_says() {
    let mut world = World::new();
    let window = world.open("", 0);
    world.desktop.set_title(window, "safe\u{202e}exe.txt");
    assert_eq!(world.desktop.tree().sectors[0].apps[0].title, "safeexe.txt");
}

#[test]
fn who_asks_for_attention_gets_a_notification_until_somebody_looks() {
    let mut world = World::new();
    let window = world.open("mail", 0);
    world.jump(window);
    world.desktop.set_urgent(window, true);
    assert_eq!(world.desktop.tree().sectors[0].notifications(), 0);
    world.apply(Operation::ZoomOut);
    world.desktop.set_urgent(window, true);
    assert_eq!(world.desktop.tree().sectors[0].notifications(), 1);
    world.jump(window);
    assert_eq!(world.desktop.tree().sectors[0].notifications(), 0);
}

#[test]
fn to_close_asks_the_program_and_changes_nothing() {
    let mut world = World::new();
    let windows = [0, 1].map(|_| world.open("foot", 0));
    let (dialog, _) = world.open_dialog(windows[0]);
    let ask = |window| Effect::AskToClose { window };
    assert_eq!(world.refused(Operation::Close { node: None }), Refused::WholeSector);
    let app = world.app_of(windows[0]);
    assert_eq!(world.apply(Operation::Close { node: Some(app) }), windows.map(ask));
    world.jump(windows[0]);
    assert_eq!(world.apply(Operation::Close { node: None }), [ask(dialog)]);
    assert_eq!(world.desktop.tree().windows().count(), 3);
}

#[test]
fn fullscreen_is_told_to_the_program_whoever_asked() {
    let mut world = World::new();
    let window = world.open("mpv", 0);
    assert_eq!(world.refused(Operation::Fullscreen { window: None, on: None }), Refused::NothingMeant);
    world.jump(window);
    let told = |on| vec![Effect::SetFullscreen { window, on }];
    assert_eq!(world.apply(Operation::Fullscreen { window: None, on: None }), told(true));
    assert!(world.desktop.tree().window(window).unwrap().2.fullscreen);
    assert_eq!(world.desktop.set_fullscreen(window, false), told(false));
}

#[test]
fn late_words_about_a_window_that_is_gone_do_nothing() {
    let mut world = World::new();
    let gone = world.open("foot", 0);
    world.desktop.remove_window(gone, world.now);
    let before = world.desktop.clone();
    world.desktop.set_title(gone, "late");
    world.desktop.set_urgent(gone, true);
    world.desktop.set_app_name(gone, "late");
    assert_eq!(world.desktop.set_app_id(gone, "late", world.now), []);
    assert_eq!(world.desktop.set_fullscreen(gone, true), []);
    world.desktop.set_own_frame(gone, true);
    assert_eq!(world.desktop.remove_window(gone, world.now), []);
    assert!(world.desktop.set_parent(gone, None, world.now).is_err());
    assert_eq!(world.desktop, before);
}

#[test]
fn a_window_is_seen_live_in_focus_small_in_tiles_and_not_at_all_elsewhere() {
    let mut world = World::new();
    let front = world.open("foot", 0);
    let (dialog, _) = world.open_dialog(front);
    let behind = world.open("foot", 0);
    let mail = world.open("mail", 0);
    let far = world.open("mail", 1);
    let seen = |world: &World| [front, dialog, behind, mail, far].map(|window| world.desktop.shown(window, world.now));
    use Shown::{Hidden, Live, Thumbnail};
    assert_eq!(seen(&world), [Thumbnail, Thumbnail, Hidden, Hidden, Thumbnail]);
    world.jump(world.sector(0));
    assert_eq!(seen(&world), [Thumbnail, Thumbnail, Hidden, Thumbnail, Hidden]);
    // The tile shows the window last in focus.
    world.jump(behind);
    world.apply(Operation::Jump { to: Some(world.sector(0).into()) });
    assert_eq!(seen(&world), [Hidden, Hidden, Thumbnail, Thumbnail, Hidden]);
    world.jump(front);
    world.apply(Operation::Jump { to: Some(world.sector(0).into()) });
    world.start(Operation::ZoomIn { into: Some(world.app_of(front)) });
    world.now += crate::ms(10);
    assert_eq!(seen(&world), [Live, Live, Hidden, Thumbnail, Hidden]);
    world.rest();
    assert_eq!(seen(&world), [Live, Live, Hidden, Hidden, Hidden]);
    world.apply(Operation::ZoomOut);
    assert_eq!(seen(&world), [Thumbnail, Thumbnail, Thumbnail, Hidden, Hidden]);
    world.jump(front);
    world.apply(Operation::Split { axis: Axis::Vertical });
    assert_eq!(seen(&world), [Live, Live, Hidden, Thumbnail, Hidden]);
    // A pane that is out of sight shows nothing.
    let output = world.desktop.focused_output().id;
    let small = lcars_ui::geometry::Rect::new(0.0, 0.0, 300.0, 300.0);
    world.desktop.resize_output(output, small).unwrap();
    assert_eq!(seen(&world), [Live, Live, Hidden, Hidden, Hidden]);
}
