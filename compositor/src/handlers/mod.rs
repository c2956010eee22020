//! One Wayland protocol, one file: each translates a client's request into a call on [`State`](crate::state::State).

mod activation;
mod compositor;
mod cursor_shape;
mod data_control;
pub(crate) mod data_device;
mod decoration;
mod fractional_scale;
pub(crate) mod input_method;
mod layer_shell;
mod output;
mod pointer_constraints;
mod pointer_gestures;
mod presentation;
mod primary_selection;
mod relative_pointer;
pub(crate) mod screencopy;
mod seat;
mod security_context;
mod session_lock;
mod shm;
mod single_pixel_buffer;
mod tablet;
pub(crate) mod text_input;
mod viewporter;
pub(crate) mod virtual_keyboard;
mod xdg_shell;
mod xdg_wm_base;
