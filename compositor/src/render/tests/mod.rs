//! What the parts do together, on whatever adapter is there; lavapipe where tests run.

mod fixture;
mod golden;
mod hubs;
mod i420;
mod incremental;
mod scenes;
mod shaders;
mod speed;
mod surfaces;
mod terminals;
mod uploads;
mod views;
mod windows;
mod world;
