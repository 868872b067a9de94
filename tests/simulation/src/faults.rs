//! Which faults a history has: each seed draws its own mixture, so that some histories have one kind in plenty.

use fastrand::Rng;

/// Chances in a thousand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// A call fails and has no effect.
    pub before: u32,
    /// A call has its effect and fails.
    pub after: u32,
    /// A transaction meets another one.
    pub conflict: u32,
    /// An eventually consistent read is behind.
    pub stale: u32,
    /// A handler dies where it stands.
    pub crash: u32,
    /// A queue delivers a message twice.
    pub duplicate: u32,
    /// A message becomes visible while its handler still runs.
    pub zombie: u32,
    /// A handler stands still for seconds, and its messages become visible meanwhile.
    pub stall: u32,
    /// The clock jumps.
    pub jump: u32,
    /// Somebody else's server is too busy.
    pub busy: u32,
    /// Somebody outside does again what was answered.
    pub again: u32,
}

impl Faults {
    pub fn draw(rng: &mut Rng) -> Faults {
        let mut chance = |max: u32| if rng.bool() { rng.u32(1..=max) } else { 0 };
        Faults {
            before: chance(40),
            after: chance(40),
            conflict: chance(60),
            stale: chance(600),
            crash: chance(25),
            duplicate: chance(200),
            zombie: chance(60),
            stall: chance(20),
            jump: chance(10),
            busy: chance(100),
            again: chance(200),
        }
    }
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Before,
    After,
}
