//! Writes views as SVG files, to look at the interface without a compositor: `render_svg OUTPUT-FOLDER`.
//!
//! Windows are stand-ins. `chromium --headless=new --screenshot=PICTURE FILE` makes a picture of one.

#![allow(clippy::unwrap_used, reason = "a tool for developers: what goes wrong is to be seen where it does")]

#[path = "render_svg/prompts.rs"]
mod prompts;
#[path = "render_svg/svg.rs"]
mod svg;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lcars_ui::camera::{Motion, Timing};
use lcars_ui::files::{Directories, Entry, Failure, FileName, Kind, Listing, Moment, Progress};
use lcars_ui::geometry::Size;
use lcars_ui::hierarchy::{Desktop, HubMode, NewWindow, NodeId};
use lcars_ui::interface::{AlertLevel, FilesArea, Interface, Sight};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::{FilesAct, UiAction};
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, Launchable, Readings, View};
use svg::svg;

const REST: Duration = Duration::from_secs(100);

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| String::from("."));
    std::fs::create_dir_all(&folder)?;
    let save = |name: &str, size: Size, view: &View| {
        std::fs::write(Path::new(&folder).join(format!("{name}.svg")), svg(size, view))
    };
    let standard = Size { w: 1280.0, h: 720.0 };
    let sizes = [("", standard), ("-phone", Size { w: 360.0, h: 640.0 }), ("-low", Size { w: 640.0, h: 360.0 })];
    for (suffix, size) in sizes.into_iter().chain([
        ("-large", Size { w: 2560.0, h: 1440.0 }),
        ("-wide", Size { w: 1920.0, h: 800.0 }),
        ("-tall", Size { w: 800.0, h: 1280.0 }),
    ]) {
        for (name, operations) in places() {
            let mut desktop = sample(size);
            for operation in operations {
                let _ = desktop.apply(&operation, Duration::ZERO);
            }
            save(&format!("{name}{suffix}"), size, &draw(&desktop, size, REST))?;
        }
    }
    for (name, from, to) in zooms() {
        for percent in [0, 25, 49, 75, 88, 95, 99] {
            let mut desktop = sample(standard);
            for operation in &from {
                let _ = desktop.apply(operation, Duration::ZERO);
            }
            let start = REST;
            let _ = desktop.apply(&to, start);
            // The time at which the eased progress is this far.
            let t = 1.0 - (1.0 - f64::from(percent) / 100.0).cbrt();
            let now = start + Duration::from_secs_f64(0.35 * t);
            save(&format!("zoom-{name}-{percent:02}"), standard, &draw(&desktop, standard, now))?;
        }
    }
    for (name, operations) in places() {
        let mut desktop = sample(standard);
        let area = view::pane_area(&Theme::default(), standard, 1.0, 2.0);
        desktop.resize_output(desktop.focused_output().id, area).unwrap();
        for operation in operations {
            let _ = desktop.apply(&operation, Duration::ZERO);
        }
        save(&format!("{name}-double"), standard, &draw_scaled(&desktop, standard, 2.0, REST))?;
    }
    prompts::all(&save)?;
    directories(standard, &save)?;
    save("many", standard, &draw(&many(standard), standard, REST))?;
    speed(standard);
    Ok(())
}

/// The files of a hub, in several states and moments.
fn directories(size: Size, save: &impl Fn(&str, Size, &View) -> std::io::Result<()>) -> std::io::Result<()> {
    let names = "assets/ benches/ src/ tests/ themes/ build.rs Cargo.toml CHANGELOG.md clippy.toml LICENSE README.md rustfmt.toml theme.css zoom.md";
    let ui = listing("/home/ada/src/lcars-ui", names);
    let src =
        listing("/home/ada/src/lcars-ui/src", "files/ view/ lib.rs scene.rs label.rs film.mkv song.ogg x.zip run*");
    let many: Vec<String> = (0..50_000).map(|n| format!("measurement {n}.csv")).collect();
    let many = Arc::new(listing_of("/data/measurements", many.iter().map(String::as_str)));
    let mut gone = listing("/home/ada/gone", "a b c");
    gone.progress = Progress::Gone;
    let mut denied = Listing::reading("/root");
    denied.progress = Progress::Failed(Failure::Denied);
    let (ui, src, gone, denied) = (Arc::new(ui), Arc::new(src), Arc::new(gone), Arc::new(denied));
    let empty = Arc::new(listing("/home/ada/empty", ""));
    for (name, listing) in [("many", &many), ("gone", &gone), ("denied", &denied), ("empty", &empty), ("files", &src)] {
        let mut shown = Shown::new(size);
        save(&format!("directory-{name}"), size, &shown.view(listing, REST))?;
    }
    for (suffix, size) in [
        ("", size),
        ("-phone", Size { w: 360.0, h: 640.0 }),
        ("-low", Size { w: 640.0, h: 360.0 }),
        ("-tall", Size { w: 800.0, h: 1280.0 }),
        ("-large", Size { w: 2560.0, h: 1440.0 }),
    ] {
        let mut shown = Shown::new(size);
        shown.view(&ui, REST);
        for name in ["src", "Cargo.toml"] {
            let file = FileName::new(name.as_bytes()).unwrap().id();
            shown.act(UiAction::Files { act: FilesAct::Pick { file } });
        }
        save(&format!("directory{suffix}"), size, &shown.view(&ui, REST))?;
    }
    for (name, from, to) in [("in", &ui, &src), ("out", &src, &ui)] {
        for part in [10, 30, 50, 70, 90] {
            let mut shown = Shown::new(size);
            shown.view(from, REST);
            shown.view(to, REST);
            let whole: f64 = if name == "in" { 0.35 } else { 0.25 };
            let t = 1.0 - (1.0 - f64::from(part) / 100.0).cbrt();
            save(
                &format!("directory-{name}-{part}"),
                size,
                &shown.view(to, REST + Duration::from_secs_f64(whole * t)),
            )?;
        }
    }
    Ok(())
}

fn listing(path: &str, names: &str) -> Listing {
    listing_of(path, names.split_whitespace())
}

fn listing_of<'a>(path: &str, names: impl Iterator<Item = &'a str>) -> Listing {
    let entry = |(i, name): (usize, &str)| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        let media = match name.rsplit('.').next() {
            Some("rs" | "toml" | "md" | "css" | "csv" | "LICENSE") => "text/plain",
            Some("mkv") => "video/x-matroska",
            Some("ogg") => "audio/ogg",
            Some("zip") => "application/zip",
            _ => "",
        };
        let mode = if kind == Kind::Directory || name.ends_with('*') { 0o755 } else { 0o644 };
        let seconds = NOON - (i as i64) * 40_000 * (1 + i as i64 % 5);
        Entry {
            size: 137 * (i as u64 % 14 + 1).pow(4),
            modified: Some(Moment { seconds, ahead: 0 }),
            mode,
            media: media.into(),
            ..Entry::named(FileName::new(name.trim_end_matches(['/', '*']).as_bytes()).unwrap(), kind)
        }
    };
    Listing::new(path, names.enumerate().map(entry).collect(), Progress::Whole)
}

/// A moment that is taken for now.
const NOON: i64 = 1_795_273_200;

/// A hub that shows files.
struct Shown {
    desktop: Desktop,
    interface: Interface,
    files: Vec<FilesArea>,
    size: Size,
}

impl Shown {
    fn new(size: Size) -> Self {
        let mut desktop = sample(size);
        let build = desktop.tree().sectors.first().map(|sector| NodeId::from(sector.id));
        desktop.apply(&Operation::Jump { to: build }, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Mode { mode: HubMode::Directory }, Duration::ZERO).unwrap();
        Self { desktop, interface: Interface::default(), files: Vec::new(), size }
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        let sight = Sight {
            nodes: &[],
            pane: viewport.id,
            level: viewport.path.level(),
            sector: viewport.path.sector(),
            selected: viewport.selected,
            tree: self.desktop.tree(),
            shells: &Shells::default(),
            launcher: &[],
            prompt: None,
            files: &self.files,
        };
        work(&mut self.interface, &sight)
    }

    fn act(&mut self, action: UiAction) {
        self.with(|interface, sight| interface.act(&action, sight));
    }

    fn view(&mut self, listing: &Arc<Listing>, now: Duration) -> View {
        let viewport = self.desktop.focused_viewport();
        let (pane, sector) = (viewport.id, viewport.path.sector().unwrap());
        let listing = Arc::new(Listing { at_terminal: true, ..listing.as_ref().clone() });
        let directories = Directories {
            by_sector: [(sector, listing)].into(),
            now: Moment { seconds: NOON, ahead: 0 },
            ..Directories::default()
        };
        let (motion, timing) = (Motion::Full, Timing::default());
        let mut view = None;
        // The first view tells how many tiles there is room for.
        for _ in 0..2 {
            self.with(|interface, sight| {
                interface.follow_files(&[(pane, sector)], &directories, sight, now, motion, &timing);
            });
            let drawn = draw_with(&self.desktop, &self.interface, &directories, self.size, 1.0, now);
            self.files.clone_from(&drawn.files);
            view = Some(drawn);
        }
        view.unwrap()
    }
}

fn app(desktop: &Desktop, name: &str) -> Option<NodeId> {
    let mut apps = desktop.tree().sectors.iter().flat_map(|sector| &sector.apps);
    apps.find(|app| app.title == name).map(|app| app.id.into())
}

fn places() -> Vec<(&'static str, Vec<Operation>)> {
    let size = Size { w: 1280.0, h: 720.0 };
    let desktop = sample(size);
    let build = desktop.tree().sectors.first().map(|sector| NodeId::from(sector.id));
    let mut with_another = desktop.clone();
    let new = Operation::NewSector { name: None, colour: None };
    let _ = with_another.apply(&new, Duration::ZERO);
    let empty = with_another.tree().sectors.last().map(|sector| NodeId::from(sector.id));
    let hub = Operation::Jump { to: build };
    let mode = |mode| Operation::Mode { mode };
    vec![
        ("overview", vec![]),
        ("hub", vec![hub.clone()]),
        ("hub-command", vec![hub.clone(), mode(HubMode::Command)]),
        ("hub-directory", vec![hub.clone(), mode(HubMode::Directory)]),
        ("hub-empty", vec![new, Operation::Jump { to: empty }]),
        ("focus", vec![Operation::Jump { to: app(&desktop, "Text Editor") }]),
        ("picker", vec![Operation::Jump { to: app(&desktop, "Firefox") }]),
        (
            "split",
            vec![
                Operation::Jump { to: app(&desktop, "Text Editor") },
                Operation::Split { axis: Axis::Horizontal },
                Operation::FocusPane { direction: lcars_ui::operation::Direction::Right },
                Operation::Jump { to: None },
                Operation::FocusPane { direction: lcars_ui::operation::Direction::Left },
            ],
        ),
        ("split-hubs", vec![hub.clone(), Operation::Split { axis: Axis::Vertical }]),
    ]
}

fn zooms() -> Vec<(&'static str, Vec<Operation>, Operation)> {
    let desktop = sample(Size { w: 1280.0, h: 720.0 });
    let build = desktop.tree().sectors.first().map(|sector| NodeId::from(sector.id));
    let logs = desktop.tree().sectors.get(4).map(|sector| NodeId::from(sector.id));
    let hub = Operation::Jump { to: build };
    let editor = app(&desktop, "Text Editor");
    let firefox = app(&desktop, "Firefox");
    let split = vec![
        Operation::Jump { to: editor },
        Operation::Split { axis: Axis::Horizontal },
        Operation::Jump { to: build },
        Operation::Select { node: editor.unwrap() },
    ];
    vec![
        ("overview-hub", vec![], hub.clone()),
        ("overview-logs", vec![], Operation::Jump { to: logs }),
        (
            "hub-picker",
            vec![hub.clone(), Operation::Select { node: firefox.unwrap() }],
            Operation::Jump { to: firefox },
        ),
        ("picker-focus", vec![Operation::Jump { to: firefox }], Operation::ZoomIn { into: None }),
        ("split-focus", split, Operation::Jump { to: editor }),
        ("hub-focus", vec![hub, Operation::Select { node: editor.unwrap() }], Operation::Jump { to: editor }),
    ]
}

/// The desktop of the mock-ups.
fn sample(size: Size) -> Desktop {
    let colours = [1, 2, 3, 5, 6, 4].map(lcars_ui::hierarchy::SectorColour::new);
    let names = ["Build", "Research", "Studio", "Comms", "Logs"];
    let sectors: Vec<_> = names.into_iter().zip(colours).collect();
    let theme = Theme::default();
    let mut desktop = Desktop::new(&sectors, view::pane_area(&theme, size, 1.0, 1.0)).unwrap();
    let ids: Vec<_> = desktop.tree().sectors.iter().map(|sector| sector.id).collect();
    let apps: [(usize, &str, usize); 15] = [
        (0, "Firefox", 3),
        (0, "Text Editor", 1),
        (0, "foot", 2),
        (0, "Gimp", 1),
        (0, "Files", 1),
        (0, "Thunderbird", 1),
        (1, "Firefox", 5),
        (1, "Zotero", 1),
        (1, "Evince", 1),
        (2, "Gimp", 1),
        (2, "Inkscape", 2),
        (2, "Blender", 1),
        (3, "Thunderbird", 1),
        (3, "WeeChat", 1),
        (4, "Journal", 1),
    ];
    for (sector, name, count) in apps {
        for n in 0..count {
            let title = format!("{name} window {}", n + 1);
            let new = NewWindow {
                app_id: name,
                title: &title,
                name: Some(name),
                sector: ids.get(sector).copied(),
                ..NewWindow::default()
            };
            desktop.add_window(new, Duration::ZERO).unwrap();
        }
    }
    let seen: Vec<_> = desktop.tree().windows().map(|window| window.id).collect();
    for id in seen {
        let _ = desktop.apply(&Operation::Jump { to: Some(id.into()) }, Duration::ZERO);
    }
    let editor = app(&desktop, "Text Editor");
    let _ = desktop.apply(&Operation::Jump { to: editor }, Duration::ZERO);
    let _ = desktop.apply(&Operation::Jump { to: None }, Duration::ZERO);
    desktop
        .add_window(
            NewWindow { app_id: "foot", title: "new", sector: ids.first().copied(), ..NewWindow::default() },
            REST,
        )
        .unwrap();
    desktop
}

/// Fifty windows in eight sectors.
fn many(size: Size) -> Desktop {
    let sectors: Vec<_> = (1..=8).map(|number| (format!("Sector {number}"), None)).collect();
    let mut desktop = Desktop::new(&sectors, view::pane_area(&Theme::default(), size, 1.0, 1.0)).unwrap();
    let ids: Vec<_> = desktop.tree().sectors.iter().map(|sector| sector.id).collect();
    for number in 0..50 {
        let app_id = format!("App {}", number / 2);
        let sector = ids.get(number % 8).copied();
        let new = NewWindow { app_id: &app_id, title: "window", sector, ..NewWindow::default() };
        desktop.add_window(new, Duration::ZERO).unwrap();
    }
    desktop
}

fn draw(desktop: &Desktop, size: Size, now: Duration) -> View {
    draw_scaled(desktop, size, 1.0, now)
}

fn draw_scaled(desktop: &Desktop, size: Size, ui_scale: f64, now: Duration) -> View {
    let mut interface = Interface::default();
    let comms = desktop.tree().sectors.get(3).map(|sector| sector.id);
    interface.alerts.add(AlertLevel::Caution, "update ready: firefox", None, Duration::ZERO);
    interface.alerts.add(AlertLevel::Danger, "rsync ended with 1", comms, Duration::ZERO);
    interface.alerts.dismiss(1);
    interface.alerts.dismiss(2);
    draw_with(desktop, &interface, &Directories::default(), size, ui_scale, now)
}

fn draw_with(
    desktop: &Desktop,
    interface: &Interface,
    directories: &Directories,
    size: Size,
    ui_scale: f64,
    now: Duration,
) -> View {
    let theme = Theme::default();
    let launch = ["Calculator", "Inkscape", "LibreOffice", "Monitor", "Terminal", "Writer", "Zed"];
    let launcher: Vec<_> = launch
        .iter()
        .map(|name| Launchable { entry: name.to_lowercase(), name: (*name).into(), ..Launchable::default() })
        .collect();
    let readings = Readings { cpu: 0.23, memory_used: 3_328_599_654, memory_total: 8 << 30, network: 4.2e6 };
    view::build(&Inputs {
        ui_scale,
        directories,
        readings: &readings,
        launcher: &launcher,
        ..Inputs::of(desktop, interface, &theme, size, now)
    })
}

/// How long the pictures of a zoom take to lay out.
fn speed(size: Size) {
    for (name, from, to) in zooms() {
        let mut desktop = sample(size);
        for operation in &from {
            let _ = desktop.apply(operation, Duration::ZERO);
        }
        let _ = desktop.apply(&to, REST);
        let begun = std::time::Instant::now();
        let pictures = 100;
        let mut primitives = 0;
        for i in 0..pictures {
            let view = draw(&desktop, size, REST + Duration::from_micros(3500 * i));
            primitives += view.scene.len();
        }
        let each = begun.elapsed().as_secs_f64() * 1e3 / f64::from(pictures as u32);
        println!("{name}: {each:.3} ms a picture, {} primitives", primitives / pictures as usize);
    }
}
