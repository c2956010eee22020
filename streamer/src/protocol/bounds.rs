//! What is taken from a page, and in which ranges.

use super::{
    FromPage, MAX_COMMAND, MAX_DROPPED, MAX_FORMS, MAX_MESSAGE, MAX_NODE_ID, MAX_PROOF, MAX_STAGED_NAME, MAX_TEXT,
    MAX_TOUCHES, Rejected, Role,
};

impl FromPage {
    /// Reads one message and clamps its numbers.
    ///
    /// # Errors
    /// [`Rejected::Oversized`] or [`Rejected::Malformed`]; the caller counts it and goes on.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        if bytes.len() > MAX_MESSAGE {
            return Err(Rejected::Oversized);
        }
        let mut message: Self = serde_json::from_slice(bytes).map_err(|_| Rejected::Malformed)?;
        message.sanitise()?;
        Ok(message)
    }

    /// Brings every number into its range: positions into 0..=1, distances to what a screen can hold, NaN to 0.
    ///
    /// # Errors
    /// [`Rejected::Oversized`] where a text or list is longer than its limit.
    pub fn sanitise(&mut self) -> Result<(), Rejected> {
        match self {
            Self::Motion { x, y, .. } => clamp_position(x, y),
            Self::Relative { dx, dy, .. } => clamp_distance(dx, dy),
            Self::Button { x, y, .. } => {
                if let (Some(x), Some(y)) = (x.as_mut(), y.as_mut()) {
                    clamp_position(x, y);
                } else {
                    (*x, *y) = (None, None);
                }
            }
            Self::Wheel { dx, dy, v120_x, v120_y, .. } => {
                clamp_distance(dx, dy);
                *v120_x = (*v120_x).clamp(-12_000, 12_000);
                *v120_y = (*v120_y).clamp(-12_000, 12_000);
            }
            Self::Key { code, .. } if code.len() > 32 => return Err(Rejected::Oversized),
            Self::Text { text } if text.len() > MAX_TEXT => return Err(Rejected::Oversized),
            Self::Touch { points, .. } => {
                if points.len() > MAX_TOUCHES {
                    return Err(Rejected::Oversized);
                }
                points.iter_mut().for_each(|p| clamp_position(&mut p.x, &mut p.y));
            }
            Self::Pinch { dx, dy, scale, rotation, .. } => {
                clamp_distance(dx, dy);
                *scale = finite(*scale, 1.0).clamp(0.01, 100.0);
                *rotation = finite(*rotation, 0.0).clamp(-360.0, 360.0);
            }
            Self::Swipe { dx, dy, .. } => clamp_distance(dx, dy),
            Self::Pen { x, y, pressure, tilt_x, tilt_y, .. } => {
                clamp_position(x, y);
                *pressure = finite(*pressure, 0.0).clamp(0.0, 1.0);
                *tilt_x = finite(*tilt_x, 0.0).clamp(-90.0, 90.0);
                *tilt_y = finite(*tilt_y, 0.0).clamp(-90.0, 90.0);
            }
            Self::Resize { width, height, scale } => {
                *width = (*width).clamp(64, 7680);
                *height = (*height).clamp(64, 4320);
                *scale = finite(*scale, 1.0).clamp(0.5, 4.0);
            }
            Self::Activate { id, .. } | Self::FocusNode { id } if id.len() > MAX_NODE_ID => {
                return Err(Rejected::Oversized);
            }
            Self::Command { command } => {
                if !command.is_object() {
                    return Err(Rejected::Malformed);
                }
                if command.to_string().len() > MAX_COMMAND {
                    return Err(Rejected::Oversized);
                }
            }
            Self::Commit { id, hash, proof, .. } => {
                let longest = proof.as_ref().map_or(0, String::len);
                if id.len().max(hash.len()) > MAX_STAGED_NAME || longest > MAX_PROOF {
                    return Err(Rejected::Oversized);
                }
            }
            Self::FileDrag { x, y, .. } => clamp_position(x, y),
            Self::FileDrop { x, y, names } => {
                clamp_position(x, y);
                if names.len() > MAX_DROPPED || names.iter().any(|name| name.len() > 255) {
                    return Err(Rejected::Oversized);
                }
            }
            Self::Clipboard { more, .. } if more.len() > MAX_FORMS => return Err(Rejected::Oversized),
            Self::Discard { id, .. } if id.len() > MAX_STAGED_NAME => return Err(Rejected::Oversized),
            Self::Layout { layout, variant } if layout.len() > 64 || variant.len() > 64 => {
                return Err(Rejected::Oversized);
            }
            Self::Key { .. }
            | Self::Text { .. }
            | Self::Layout { .. }
            | Self::Blur
            | Self::LeaveLock
            | Self::Clipboard { .. }
            | Self::Activate { .. }
            | Self::FocusNode { .. }
            | Self::Stage { .. }
            | Self::Discard { .. }
            | Self::ReducedMotion { .. }
            | Self::Ping { .. } => {}
        }
        Ok(())
    }

    /// The least role that may send this.
    pub fn needs(&self) -> Role {
        match self {
            Self::Ping { .. } | Self::Blur => Role::View,
            _ => Role::Control,
        }
    }
}

fn finite(value: f64, otherwise: f64) -> f64 {
    if value.is_nan() { otherwise } else { value }
}

fn clamp_position(x: &mut f64, y: &mut f64) {
    *x = finite(*x, 0.0).clamp(0.0, 1.0);
    *y = finite(*y, 0.0).clamp(0.0, 1.0);
}

fn clamp_distance(dx: &mut f64, dy: &mut f64) {
    *dx = finite(*dx, 0.0).clamp(-10_000.0, 10_000.0);
    *dy = finite(*dy, 0.0).clamp(-10_000.0, 10_000.0);
}
