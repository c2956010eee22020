//! A desktop as in the mock-ups, with coloured windows standing in for programs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use lcars_ui::files::Directories;
use lcars_ui::geometry::Size;
use lcars_ui::hierarchy::{Desktop, NewWindow, NodeId, SectorId, WindowId};
use lcars_ui::interface::{FilesArea, Interface, Sight};
use lcars_ui::operation::Operation;
use lcars_ui::scene::Look;
use lcars_ui::semantics::{Action, UiAction};
use lcars_ui::shells::Shells;
use lcars_ui::theme::{Colour, Theme};
use lcars_ui::view::{self, Inputs, Launchable, Readings, View};
use smithay::utils::{Physical, Rectangle, Size as PixelSize};

use super::fixture::{buffer_rect, gpu, rect, surface};
use super::golden;
use crate::render::{
    IconShown, Pictures, Piece, PixelFormat, ScenePainter, SurfaceTexture, Target, TerminalShown, Thumbnails,
    WindowShown, placed, scaled,
};

pub const SIZE: Size = Size { w: 1280.0, h: 720.0 };

/// A desktop, and a clock that only tests move.
pub struct World {
    pub desktop: Desktop,
    pub interface: Interface,
    pub theme: Theme,
    pub directories: Directories,
    pub shells: Shells,
    /// Where files were in the last view.
    pub files: Vec<FilesArea>,
    pub scale: f64,
    pub now: Duration,
}

impl World {
    /// The sectors and apps of the mock-ups, all of them seen, at the overview.
    pub fn new(scale: f64) -> Self {
        let theme = Theme::default();
        let sectors = ["Build", "Research", "Studio", "Comms", "Logs"].map(|name| (name, None));
        let desktop = Desktop::new(&sectors, view::pane_area(&theme, SIZE, scale, 1.0)).expect("a desktop");
        let mut world = Self {
            desktop,
            interface: Interface::default(),
            theme,
            directories: Directories::default(),
            shells: Shells::default(),
            files: Vec::new(),
            scale,
            now: Duration::ZERO,
        };
        let apps = [
            (0, "Firefox", 3),
            (0, "Text Editor", 1),
            (0, "foot", 2),
            (0, "Gimp", 1),
            (0, "Files", 1),
            (0, "Thunderbird", 1),
            (1, "Zotero", 1),
            (3, "WeeChat", 1),
        ];
        for (sector, name, count) in apps {
            for number in 1..=count {
                let title = if count == 1 { String::from(name) } else { format!("{name} — page {number}") };
                let sector = Some(world.sector(sector));
                let new = NewWindow { app_id: name, title: &title, name: Some(name), sector, ..NewWindow::default() };
                world.desktop.add_window(new, world.now).expect("room for a window");
            }
        }
        let all: Vec<WindowId> = world.desktop.tree().windows().map(|window| window.id).collect();
        all.into_iter().for_each(|id| world.apply(Operation::Jump { to: Some(id.into()) }));
        world.apply(Operation::Jump { to: None });
        world
    }

    pub fn sector(&self, place: usize) -> SectorId {
        self.desktop.tree().sectors[place].id
    }

    pub fn app(&self, name: &str) -> NodeId {
        let mut apps = self.desktop.tree().sectors.iter().flat_map(|sector| &sector.apps);
        apps.find(|app| app.title == name).expect("an app of that name").id.into()
    }

    /// Does something, and lets every camera come to rest.
    pub fn apply(&mut self, operation: Operation) {
        self.desktop.apply(&operation, self.now).expect("nothing is in its way");
        self.now += Duration::from_secs(2);
    }

    pub fn at(mut self, to: impl Into<NodeId>) -> Self {
        self.apply(Operation::Jump { to: Some(to.into()) });
        self
    }

    pub fn hub(self) -> Self {
        let build = self.sector(0);
        self.at(build)
    }

    pub fn view(&self) -> View {
        let launchable = |name: &str| Launchable { entry: name.into(), name: name.into(), ..Launchable::default() };
        let launcher = ["Calculator", "Inkscape", "LibreOffice", "Monitor", "Terminal", "Writer"].map(launchable);
        let readings = Readings { cpu: 0.23, memory_used: 3_328_599_654, memory_total: 8 << 30, network: 4.2e6 };
        view::build(&Inputs {
            scale: self.scale,
            directories: &self.directories,
            shells: &self.shells,
            readings: &readings,
            launcher: &launcher,
            ..Inputs::of(&self.desktop, &self.interface, &self.theme, SIZE, self.now)
        })
    }

    /// Lets something happen to the interface, as somebody does who sees what is drawn.
    pub fn with<R>(&mut self, happen: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let view = self.view();
        let plain = view.sight(&self.desktop, self.desktop.focused_viewport(), &self.shells, &[]);
        let sight = Sight { files: &self.files, ..plain };
        happen(&mut self.interface, &sight)
    }

    /// Does something with the interface, and what follows from it for the desktop.
    pub fn act(&mut self, action: &UiAction) {
        let requests = self.with(|interface, sight| interface.act(action, sight));
        for (_, action) in requests {
            if let Action::Do(operation) = action {
                self.apply(operation);
            }
        }
    }

    /// In device pixels.
    pub fn extent(&self) -> PixelSize<i32, Physical> {
        ((SIZE.w * self.scale) as i32, (SIZE.h * self.scale) as i32).into()
    }
}

/// Compares the picture of a desktop with the golden one of that name.
fn check(world: &World, name: &str) {
    let scale = world.scale;
    let name = if scale == 1.0 { format!("view-{name}") } else { format!("view-{name}-scale-{scale}") };
    let view = world.view();
    let pieces = ScenePainter::new().pieces(gpu(), &view.scene, scale, &mut StandIns::new(scale));
    let mut target = Target::new(gpu(), world.extent());
    target.draw(&pieces, view.background.premultiplied(), true).expect("drawn");
    golden::check(&name, &target.pixels().expect("pixels"));
}

/// The same at the scales of a usual and of a dense screen.
pub fn at_both_scales(name: &str, make: impl Fn(World) -> World) {
    for scale in [1.0, 2.0] {
        check(&make(World::new(scale)), name);
    }
}

/// Windows that are a bar, a column and lines, each in a colour of its own. They fill their frames.
pub struct StandIns {
    scale: f64,
    pub thumbnails: Thumbnails,
    made: HashMap<(u64, i32, i32), Piece>,
}

impl StandIns {
    pub fn new(scale: f64) -> Self {
        Self { scale, thumbnails: Thumbnails::new(gpu(), 256 << 20), made: HashMap::new() }
    }

    fn piece(&mut self, window: u64, size: PixelSize<i32, Physical>) -> Piece {
        let scale = self.scale;
        let made = self.made.entry((window, size.w, size.h)).or_insert_with(|| {
            let buffer = PixelSize::new(size.w, size.h);
            let texture = SurfaceTexture::new(gpu(), buffer, PixelFormat::Xrgb8888).expect("a texture");
            let pixels = stand_in(window as i32, size, scale);
            texture.upload(gpu(), &pixels, size.w * 4, &[buffer_rect(0, 0, size.w, size.h)]).expect("honest memory");
            Piece::surface(surface(&Arc::new(texture), 0, 0))
        });
        made.clone()
    }
}

fn stand_in(window: i32, size: PixelSize<i32, Physical>, scale: f64) -> Vec<u8> {
    const HUES: [u32; 7] = [0x7d_9b_d6, 0x99_cc_99, 0xff_cc_66, 0xcc_99_cc, 0xe2_9e_87, 0x9f_9a_f8, 0xf0_54_4f];
    let own = HUES[window as usize % HUES.len()];
    let (w, h) = ((f64::from(size.w) / scale) as i32, (f64::from(size.h) / scale) as i32);
    let mut parts = vec![
        (rect(0, 0, w + 1, h + 1), 0x18_1a_20),
        (rect(0, 32, 160.min(w / 4), h), 0x22_24_2c),
        (rect(0, 0, w + 1, 32), 0x2b_2d_36),
        (rect(12, 10, 90.min(w / 3), 12), own),
    ];
    let line = |line: i32| (rect(200, 56 + line * 32, (120 + (line * 97 + window * 41) % 360).min(w / 2), 10), own);
    parts.extend((0..(h / 32 - 3).max(0)).map(line));
    let mut pixels = vec![0; size.w as usize * size.h as usize * 4];
    for (part, hex) in parts {
        let edge = |length: i32, most: i32| ((f64::from(length) * scale).round() as i32).clamp(0, most) as usize;
        let (left, right) = (edge(part.loc.x, size.w), edge(part.loc.x + part.size.w, size.w));
        let bytes = hex.to_le_bytes();
        for y in edge(part.loc.y, size.h)..edge(part.loc.y + part.size.h, size.h) {
            let row = y * size.w as usize;
            pixels[(row + left) * 4..(row + right) * 4]
                .chunks_exact_mut(4)
                .for_each(|pixel| pixel.copy_from_slice(&bytes));
        }
    }
    pixels
}

impl Pictures for StandIns {
    fn window(&mut self, shown: &WindowShown) -> Vec<Piece> {
        let size = shown.full.to_i32_round();
        let id = shown.window.get();
        let pieces = [self.piece(id, size)];
        let place = placed(shown.rect, shown.full, size.to_f64());
        if shown.look == Look::Live {
            let whole: Rectangle<f64, Physical> = Rectangle::from_size(size.to_f64());
            return scaled(&pieces, whole, place, shown.clip, shown.opacity);
        }
        self.thumbnails.update(id, &pieces, size);
        self.thumbnails.piece(id, place, shown.clip, shown.opacity).into_iter().collect()
    }

    fn terminal(&mut self, _shown: &TerminalShown) -> Vec<Piece> {
        Vec::new()
    }

    fn icon(&mut self, _name: &str, _side: u32) -> IconShown {
        IconShown::Missing(Colour::rgb(0x4b_42_68))
    }
}
