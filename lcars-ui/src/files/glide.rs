//! A number that comes to rest: how far a list is scrolled.

use std::time::Duration;

/// On its way from one value to another, or at rest.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Glide {
    from: f64,
    to: f64,
    start: Duration,
    length: Duration,
}

impl Glide {
    /// At rest.
    pub fn at(value: f64) -> Self {
        Self { from: value, to: value, ..Self::default() }
    }

    /// Where it comes to rest.
    pub fn end(&self) -> f64 {
        self.to
    }

    /// Where it is then.
    pub fn value(&self, now: Duration) -> f64 {
        if self.rests(now) {
            return self.to;
        }
        let part = now.saturating_sub(self.start).as_secs_f64() / self.length.as_secs_f64();
        self.from + (self.to - self.from) * (1.0 - (1.0 - part).powi(3))
    }

    /// Whether the passing of time changes nothing more.
    pub fn rests(&self, now: Duration) -> bool {
        self.from == self.to || now.saturating_sub(self.start) >= self.length
    }

    /// Goes elsewhere from wherever it is. A value that is no number is not gone to.
    pub fn go(&mut self, to: f64, now: Duration, length: Duration) {
        if to.is_finite() {
            *self = Self { from: self.value(now), to, start: now, length };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_jumps_and_comes_to_rest() {
        let ms = Duration::from_millis;
        let mut glide = Glide::at(2.0);
        glide.go(10.0, ms(100), ms(150));
        assert_eq!((glide.value(ms(100)), glide.value(ms(250))), (2.0, 10.0));
        let halfway = glide.value(ms(160));
        glide.go(0.0, ms(160), ms(150));
        assert_eq!(glide.value(ms(160)), halfway);
        assert!(!glide.rests(ms(200)) && glide.rests(ms(310)) && glide.value(ms(400)) == 0.0);
        glide.go(f64::NAN, ms(500), ms(100));
        assert_eq!(glide.end(), 0.0);
        glide.go(3.0, ms(500), Duration::ZERO);
        assert_eq!(glide.value(ms(500)), 3.0);
    }
}
