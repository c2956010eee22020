//! Making, naming, ordering and removing sectors, and sending windows between them.

use lcars_ui::geometry::Rect;
use lcars_ui::hierarchy::limits::MOST_SECTORS;
use lcars_ui::hierarchy::{Desktop, NodeId, Path, SectorColour};
use lcars_ui::operation::{Axis, Kind, Operation, Refused};

use crate::{World, focus};

fn names(world: &World) -> Vec<&str> {
    world.desktop.tree().sectors.iter().map(|sector| sector.name.as_str()).collect()
}

#[test]
fn a_desktop_whose_user_named_no_sector_has_the_usual_ones() {
    let desktop = Desktop::new::<&str>(&[], Rect::default()).unwrap();
    assert_eq!(desktop.tree().sectors.len(), lcars_ui::hierarchy::DEFAULT_SECTORS.len());
    assert_eq!(Desktop::new(&[("\u{200b}", None)], Rect::default()), Err(Refused::EmptyName));
    let many = vec![("x", None); MOST_SECTORS + 1];
    let refused = Refused::TooMany { what: Kind::Sectors, most: MOST_SECTORS };
    assert_eq!(Desktop::new(&many, Rect::default()), Err(refused));
}

#[test]
fn sectors_are_made_named_coloured_and_ordered() {
    let mut world = World::new();
    world.apply(Operation::NewSector { name: None, colour: None });
    let mine = SectorColour::new(2);
    world.apply(Operation::NewSector { name: Some(" Mine\n".into()), colour: mine });
    assert_eq!(names(&world), ["One", "Two", "Three", "Sector 4", "Mine"]);
    let first = world.sector(0);
    world.apply(Operation::Rename { sector: first, name: "Uno".into() });
    world.apply(Operation::Recolour { sector: first, colour: SectorColour::new(6).unwrap() });
    world.apply(Operation::Reorder { node: first.into(), to: 99 });
    assert_eq!(names(&world), ["Two", "Three", "Sector 4", "Mine", "Uno"]);
    assert_eq!(world.desktop.tree().sectors[4].colour.number(), 6);
    assert_eq!(world.refused(Operation::Rename { sector: first, name: "\u{7}".into() }), Refused::EmptyName);
    let window = world.open("foot", 0);
    assert_eq!(
        world.refused(Operation::Reorder { node: window.into(), to: 0 }),
        Refused::NotOrdered { node: window.into() }
    );
}

#[test]
fn apps_are_ordered_within_their_sector() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|app| world.open(app, 0));
    world.apply(Operation::Reorder { node: world.app_of(b), to: 0 });
    let order: Vec<NodeId> = world.desktop.tree().sectors[0].apps.iter().map(|app| app.id.into()).collect();
    assert_eq!(order, [world.app_of(b), world.app_of(a)]);
}

#[test]
fn a_removed_sector_leaves_its_windows_to_its_neighbour_and_who_looks_at_them_stays() {
    let mut world = World::new();
    let [foot, mail] = ["foot", "mail"].map(|app| world.open(app, 1));
    world.open("foot", 0);
    world.jump(foot);
    let gone = world.sector(1);
    assert_eq!(world.apply(Operation::RemoveSector { sector: gone }), []);
    assert_eq!(names(&world), ["One", "Three"]);
    assert_eq!(world.path(), &world.path_to(foot));
    assert_eq!(world.path_to(mail).sector(), Some(world.sector(0)));
    assert_eq!(world.desktop.tree().sectors[0].apps[0].badge(), Some(2));
    world.apply(Operation::RemoveSector { sector: world.sector(1) });
    assert_eq!(world.refused(Operation::RemoveSector { sector: world.sector(0) }), Refused::LastSector);
}

#[test]
fn who_is_at_the_hub_of_a_removed_sector_comes_out_of_it_to_the_overview() {
    let mut world = World::new();
    world.jump(world.sector(1));
    world.start(Operation::RemoveSector { sector: world.sector(1) });
    assert_eq!(world.path(), &Path::root());
    assert!(world.desktop.moving(world.now));
    world.rest();
}

#[test]
fn a_window_that_is_sent_away_leaves_this_viewport_and_takes_the_others_along() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(window);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let here = world.desktop.focused_viewport().id;
    let other = world.desktop.viewports().map(|viewport| viewport.id).find(|id| *id != here).unwrap();
    world.apply(Operation::FocusViewport { viewport: other });
    world.jump(window);
    world.apply(Operation::FocusViewport { viewport: here });
    let send = Operation::SendToSector { node: None, sector: world.sector(2), follow: false };
    assert_eq!(world.start(send.clone()), focus(None));
    assert_eq!(world.path(), &world.path_to(world.sector(0)));
    assert!(!world.desktop.viewport(here).unwrap().camera.rests(world.now));
    assert_eq!(world.desktop.viewport(other).unwrap().path, world.path_to(window));
    assert!(world.desktop.viewport(other).unwrap().camera.rests(world.now));
    world.rest();
    assert_eq!(world.refused(send), Refused::NothingMeant);
}

#[test]
fn a_window_that_is_followed_stays_in_the_picture() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(window);
    let follow = Operation::SendToSector { node: None, sector: world.sector(2), follow: true };
    assert_eq!(world.start(follow.clone()), []);
    assert!(!world.desktop.moving(world.now));
    assert_eq!(world.path().sector(), Some(world.sector(2)));
    assert_eq!(world.refused(follow), Refused::AlreadyThere);
    // From the hub, its tile is followed.
    world.jump(world.sector(2));
    world.apply(Operation::SendToSector { node: None, sector: world.sector(1), follow: true });
    assert_eq!(world.path(), &world.path_to(world.sector(1)));
    assert_eq!(world.selected(), Some(world.app_of(window)));
}

#[test]
fn an_app_joins_its_like_where_it_is_sent_and_who_is_in_its_picker_goes_with_it() {
    let mut world = World::new();
    let [first, _] = [0, 1].map(|_| world.open("foot", 0));
    let like = world.open("foot", 1);
    world.jump(world.app_of(first));
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let other = world.desktop.viewports().last().unwrap().id;
    world.apply(Operation::FocusViewport { viewport: other });
    let app = world.app_of(first);
    world.apply(Operation::SendToSector { node: Some(app), sector: world.sector(1), follow: false });
    assert_eq!(world.app_of(first), world.app_of(like));
    let picker = world.path_to(world.app_of(first));
    assert_eq!(world.desktop.viewports().next().unwrap().path, picker);
    assert_eq!(world.path(), &world.path_to(world.sector(0)));
    let sector = world.sector(0);
    let whole = Operation::SendToSector { node: Some(sector.into()), sector, follow: false };
    assert_eq!(world.refused(whole), Refused::WholeSector);
}
