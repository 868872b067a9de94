//! What all parts of a simulation share: the clock, the dice, whether faults are on.

use crate::faults::{Fault, Faults};
use fastrand::Rng;
use patchbay_center::ports::World;
use patchbay_model::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// Where a history is told as it goes, a line for each thing that happens.
pub type Tell = fn(&str);

pub(crate) struct SimWorld {
    state: Mutex<State>,
    tell: Option<Tell>,
}

/// When every history begins.
const START: Timestamp = Timestamp(1_800_000_000_000);

struct State {
    now: Timestamp,
    rng: Rng,
    faults: Faults,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SimWorld {
    pub fn new(seed: u64, tell: Option<Tell>) -> SimWorld {
        let mut rng = Rng::with_seed(seed);
        let faults = Faults::draw(&mut rng);
        let state = State { now: START, rng, faults };
        SimWorld { state: Mutex::new(state), tell }
    }

    /// Tells what happens, if anybody listens.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        if let Some(tell) = self.tell {
            tell(&format!("{} {}", self.now().0 - START.0, what()));
        }
    }

    pub fn dice<T>(&self, throw: impl FnOnce(&mut Rng) -> T) -> T {
        throw(&mut lock(&self.state).rng)
    }

    /// Whether something with this chance in a thousand happens now.
    pub fn chance(&self, of: impl FnOnce(&Faults) -> u32) -> bool {
        let state = &mut *lock(&self.state);
        let per_mille = of(&state.faults);
        per_mille > 0 && state.rng.u32(0..1000) < per_mille
    }

    pub fn fault(&self) -> Option<Fault> {
        if self.chance(|faults| faults.before) {
            return Some(Fault::Before);
        }
        self.chance(|faults| faults.after).then_some(Fault::After)
    }

    /// No more faults; those that there were. That a read is behind is none: it always may be.
    pub fn calm(&self) -> Faults {
        let faults = &mut lock(&self.state).faults;
        let calm = Faults { stale: faults.stale, ..Faults::default() };
        std::mem::replace(faults, calm)
    }

    /// Faults from now on.
    pub fn stir(&self, faults: Faults) {
        lock(&self.state).faults = faults;
    }

    pub fn advance_ms(&self, ms: i64) {
        let state = &mut *lock(&self.state);
        state.now = state.now.plus_ms(ms);
    }
}

impl World for SimWorld {
    fn now(&self) -> Timestamp {
        lock(&self.state).now
    }

    fn id(&self) -> [u8; 16] {
        self.dice(|rng| rng.u128(..)).to_be_bytes()
    }
}

/// A point at which others may run: ready when it is polled again.
pub(crate) fn yield_point() -> impl Future<Output = ()> + Send {
    Gate(false)
}

struct Gate(bool);

impl Future for Gate {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
