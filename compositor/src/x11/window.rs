//! An X window in the hierarchy.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use calloop::channel::Sender;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Physical, Point, Rectangle, Size};

use super::words::{Flags, Order, Place, Properties, Xid};
use crate::compose;
use crate::services::launch::command_of;
use crate::shell::Told;

/// Physical pixels per logical pixel.
pub(super) type Scale = Cell<f64>;

/// The largest side that a window may wish for, X pixels.
const MOST: i32 = 8192;

/// The surface that shows an X window, and what that is told.
#[derive(Debug, Clone)]
pub struct X11Window {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: Xid,
    surface: WlSurface,
    /// It minds no window manager, and is told nothing.
    free: bool,
    /// Of its client, as the server knows it.
    pid: Option<u32>,
    /// What that runs.
    program: String,
    orders: Sender<Order>,
    scale: Rc<Scale>,
    properties: RefCell<Properties>,
    parent: RefCell<Option<WlSurface>>,
    /// Where it was told to be.
    place: Cell<Place>,
    /// The size that it wants.
    wish: Cell<Size<i32, Physical>>,
    flags: Cell<Flags>,
    /// Its program does not listen.
    hangs: Cell<bool>,
    /// What it was told last.
    told: Cell<Option<Told>>,
}

impl PartialEq for X11Window {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl X11Window {
    pub(super) fn new(
        id: Xid,
        surface: WlSurface,
        pid: Option<u32>,
        (orders, scale): (Sender<Order>, Rc<Scale>),
        properties: Properties,
        place: Place,
        free: bool,
    ) -> Self {
        let (wish, place) = (Cell::new(place.size), Cell::new(place));
        let properties = RefCell::new(properties);
        let parent = RefCell::default();
        let (flags, told, hangs) = Default::default();
        let command = pid.and_then(command_of).and_then(|launch| launch.command.into_iter().next());
        let program = command.unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            inner: Rc::new(Inner {
                id,
                surface,
                free,
                pid,
                program,
                orders,
                scale,
                properties,
                parent,
                place,
                wish,
                flags,
                hangs,
                told,
            }),
        }
    }

    pub(super) fn id(&self) -> Xid {
        self.inner.id
    }

    /// The surface that shows it.
    pub(crate) fn wl_surface(&self) -> &WlSurface {
        &self.inner.surface
    }

    /// The process of its client.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.inner.pid
    }

    /// Title and class, as the client gave them: hostile text.
    pub(crate) fn title(&self) -> (String, String) {
        let properties = self.inner.properties.borrow();
        let class = if properties.class.is_empty() { &properties.instance } else { &properties.class };
        // One that says nothing has the name of its program.
        let class = if class.is_empty() { &self.inner.program } else { class };
        let hangs = if self.inner.hangs.get() { " (does not answer)" } else { "" };
        (format!("{}{hangs}", properties.title), class.clone())
    }

    pub(super) fn set_hangs(&self, hangs: bool) {
        self.inner.hangs.set(hangs);
    }

    pub(super) fn describe(&self, properties: Properties) {
        *self.inner.properties.borrow_mut() = properties;
        // Its least and most may be others.
        if let Some(told) = self.inner.told.take() {
            self.tell(told);
        }
    }

    pub(super) fn set_parent(&self, parent: Option<WlSurface>) {
        *self.inner.parent.borrow_mut() = parent;
    }

    /// The surface of the window that it is a dialog of.
    pub(crate) fn parent(&self) -> Option<WlSurface> {
        self.inner.parent.borrow().clone()
    }

    /// Where the server has it.
    pub(super) fn place(&self) -> Place {
        self.inner.place.get()
    }

    /// The size that it cannot be smaller than, as its client says.
    pub(crate) fn least(&self) -> Size<i32, Logical> {
        let least = self.inner.properties.borrow().smallest.unwrap_or_default();
        least.to_f64().to_logical(self.inner.scale.get()).to_i32_ceil()
    }

    /// Whether it has the size that it was told.
    pub(crate) fn answered(&self) -> bool {
        let size = physical_size(compose::window_geometry(&self.inner.surface).size, self.inner.scale.get());
        size == self.place().size
    }

    /// Whether it covers its pane.
    pub(super) fn covers(&self) -> bool {
        self.inner.flags.get().fullscreen
    }

    /// Asks its program to close it.
    pub(crate) fn send_close(&self) {
        self.order(Order::Close { window: self.inner.id });
    }

    /// It wants to be of another size. It gets that where the size is its own choice, and an answer in any case.
    pub(super) fn wishes(&self, size: Size<i32, Physical>) {
        self.inner.wish.set(size);
        self.place_by(self.inner.told.get());
    }

    /// Tells it what it should be, if that is another than before.
    pub(crate) fn tell(&self, told: Told) {
        // What it asks for is answered when it asks.
        let told = Told { answered: false, ..told };
        if self.inner.told.replace(Some(told)) == Some(told) {
            return;
        }
        if self.inner.free {
            return;
        }
        let before = self.place();
        if self.meant(Some(told)) != before {
            self.place_by(Some(told));
        }
        let flags = Flags {
            maximized: told.maximized,
            fullscreen: told.fullscreen,
            activated: told.activated,
            hidden: told.suspended,
        };
        if self.inner.flags.replace(flags) != flags {
            self.order(Order::Tell { window: self.inner.id, flags });
        }
    }

    fn place_by(&self, told: Option<Told>) {
        let place = self.meant(told);
        self.inner.place.set(place);
        self.order(Order::Place { window: self.inner.id, place });
    }

    /// Where it should be, in X pixels.
    fn meant(&self, told: Option<Told>) -> Place {
        let scale = self.inner.scale.get();
        let corner = told.and_then(|told| told.corner).map(|corner| physical_point(corner, scale));
        let properties = self.inner.properties.borrow();
        let given = told.and_then(|told| told.size).map(|size| physical_size(size, scale));
        let covers = told.is_some_and(|told| told.fullscreen);
        if let Some(mode) = properties.emulated.filter(|_| covers) {
            return mode;
        }
        let size = wanted(&properties, self.inner.wish.get(), given, covers);
        Rectangle::new(corner.unwrap_or_else(|| self.place().loc), size)
    }

    fn order(&self, order: Order) {
        if let Err(error) = self.inner.orders.send(order) {
            tracing::debug!(%error, "the X server's window manager is gone");
        }
    }
}

/// The size that a window gets: what it is given, if it can be that large; its own choice where nothing is given.
pub(super) fn wanted(
    properties: &Properties,
    wish: Size<i32, Physical>,
    given: Option<Size<i32, Physical>>,
    covers: bool,
) -> Size<i32, Physical> {
    let size = given.unwrap_or(wish);
    let bounded = |value: i32, least: Option<i32>, most: Option<i32>| {
        let most = most.filter(|_| !covers).unwrap_or(MOST).clamp(1, MOST);
        // What is given counts for more than what is needed: it is larger than the room already where it has to be.
        let least = least.filter(|_| given.is_none()).unwrap_or(1).clamp(1, most);
        value.clamp(least, most)
    };
    let (least, most) = (properties.smallest, properties.largest);
    Size::from((
        bounded(size.w, least.map(|size| size.w), most.map(|size| size.w)),
        bounded(size.h, least.map(|size| size.h), most.map(|size| size.h)),
    ))
}

pub(super) fn physical_size(size: Size<i32, Logical>, scale: f64) -> Size<i32, Physical> {
    size.to_f64().to_physical(scale).to_i32_round()
}

pub(super) fn physical_point(point: Point<i32, Logical>, scale: f64) -> Point<i32, Physical> {
    point.to_f64().to_physical(scale).to_i32_round()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(w: i32, h: i32) -> Size<i32, Physical> {
        Size::from((w, h))
    }

    #[test]
    fn a_window_fills_its_place_unless_it_cannot() {
        let free = Properties::default();
        assert_eq!(wanted(&free, size(300, 200), Some(size(1000, 600)), false), size(1000, 600));
        let fixed = Properties { smallest: Some(size(300, 200)), largest: Some(size(300, 200)), ..free.clone() };
        assert_eq!(wanted(&fixed, size(300, 200), Some(size(1000, 600)), false), size(300, 200));
        assert_eq!(wanted(&fixed, size(300, 200), Some(size(1000, 600)), true), size(1000, 600), "it covers the pane");
        let large = Properties { smallest: Some(size(2000, 100)), ..free.clone() };
        assert_eq!(wanted(&large, size(2000, 100), Some(size(1000, 600)), false), size(1000, 600));
        assert_eq!(wanted(&large, size(10, 10), None, false), size(2000, 100), "its own choice is a possible one");
    }

    #[test]
    fn hostile_sizes_are_bounded() {
        let mad = Properties {
            smallest: Some(size(i32::MAX, i32::MAX)),
            largest: Some(size(i32::MIN, 0)),
            ..Properties::default()
        };
        for given in [None, Some(size(800, 600))] {
            let size = wanted(&mad, size(i32::MAX, -5), given, false);
            assert!((1..=MOST).contains(&size.w) && (1..=MOST).contains(&size.h), "{size:?}");
        }
    }
}
