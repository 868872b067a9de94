//! The system's clock and randomness.

use patchbay_center::ports::World;
use patchbay_model::Timestamp;
use std::time::SystemTime;

/// The machine's own clock and random generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemWorld;

impl World for SystemWorld {
    fn now(&self) -> Timestamp {
        let ms = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Timestamp(match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => ms(after),
            Err(before) => -ms(before.duration()),
        })
    }

    /// # Panics
    /// When the system has no randomness: a token that can be guessed would be worse than a process that stops.
    fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        if let Err(error) = getrandom::fill(&mut id) {
            panic!("the system gives no random bytes: {error}");
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_in_this_century_and_ids_differ() {
        let year = SystemWorld.now().date_time().unwrap().year();
        assert!((2026..2100).contains(&year), "{year}");
        assert_ne!(SystemWorld.id(), SystemWorld.id());
    }
}
