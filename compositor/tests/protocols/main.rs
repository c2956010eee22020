//! Each Wayland protocol, spoken by a real client to the real compositor in one process and one thread.
//!
//! [`fixture`] is the compositor and what people do to it, [`client`] the other end of the socket, [`window`] a toplevel
//! in three lines, [`picture`] what is on the screen. One file a protocol; all of them are one binary, since linking is
//! what takes the time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod alone;
mod client;
mod file_drop;
mod fixture;
mod input;
mod picture;
mod ways_out;
mod window;

mod activation;
mod alpha_modifier;
mod buffer;
mod churn;
mod clipboard;
mod commit_timing;
mod conformance;
mod content_type;
mod cursor;
mod data_control;
mod decoration;
mod dialog;
mod drag;
mod drm_syncobj;
mod faults;
mod fifo;
mod foreign_toplevel_list;
mod fractional_scale;
mod fuzz;
mod geometry;
mod gestures;
mod globals;
mod hostile;
mod idle;
mod image_copy_capture;
mod input_method;
mod kde_decoration;
mod keyboard;
mod keyboard_shortcuts_inhibit;
mod layer_shell;
mod levels;
mod linux_dmabuf;
mod output;
mod output_management;
mod outputs;
mod oversized;
mod panel;
mod pen;
mod pointer;
mod pointer_constraints;
mod pointer_warp;
mod popup;
mod popup_grab;
mod presentation;
mod primary_selection;
mod relative_pointer;
mod screencopy;
mod security_context;
mod session_lock;
mod shm;
mod single_pixel_buffer;
mod subsurface;
mod surface;
mod system_bell;
mod tearing_control;
mod terminal_mouse;
mod terminal_words;
mod terminals;
mod text_input;
mod textures;
mod toplevel;
mod toplevel_capture;
mod toplevel_icon;
mod toplevel_tag;
mod touch;
mod viewporter;
mod virtual_keyboard;
mod virtual_pointer;
mod wlr_foreign_toplevel;
mod xdg_dialog;
mod xdg_foreign;
