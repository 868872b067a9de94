//! Misbehaviour that is ordered: what goes wrong with the next of something.

use super::{Effect, Network};
use serde::{Deserialize, Serialize};

/// Times that one order may go wrong.
pub const ORDERED_MAX: u32 = 1_000;
/// Milliseconds that a callback comes late.
pub const LATE_MS: u64 = 3_000;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misbehaviour {
    /// A phone that is called is engaged.
    Busy,
    /// Nobody takes the call.
    NoAnswer,
    /// The phone cannot be reached.
    Failed,
    /// A machine answers.
    Machine,
    /// A callback comes late, behind what is told after it.
    CallbackLate,
    CallbackTwice,
    /// What is told at once is told from its end.
    CallbacksReversed,
    /// A document comes after 15 seconds: nobody waits for it any more.
    DocumentLate,
    DocumentMalformed,
    /// A recording's sound is not there yet.
    MediaMissing,
    /// A queue breaks.
    QueueError,
}

impl Network {
    /// Has the next `times` of something go wrong; 0 takes it back. At most `ORDERED_MAX`.
    pub fn order(&mut self, what: Misbehaviour, times: u32) {
        match times.min(ORDERED_MAX) {
            0 => drop(self.orders.remove(&what)),
            times => drop(self.orders.insert(what, times)),
        }
    }

    /// Has nothing go wrong any more.
    pub fn behave(&mut self) {
        self.orders.clear();
    }

    /// What is still to go wrong.
    pub fn ordered(&self) -> impl Iterator<Item = (Misbehaviour, u32)> {
        self.orders.iter().map(|(what, times)| (*what, *times))
    }

    /// Whether it goes wrong this time.
    pub(super) fn spoils(&mut self, what: Misbehaviour) -> bool {
        let Some(times) = self.orders.get_mut(&what) else { return false };
        *times -= 1;
        if *times == 0 {
            self.orders.remove(&what);
        }
        true
    }

    /// What is told, as it arrives.
    pub(super) fn deliver(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        if self.orders.is_empty() {
            return effects;
        }
        let (mut told, mut others): (Vec<Effect>, Vec<Effect>) =
            effects.into_iter().partition(|effect| matches!(effect, Effect::Tell { .. }));
        if told.len() > 1 && self.spoils(Misbehaviour::CallbacksReversed) {
            told.reverse();
        }
        for mut tell in told {
            if let Effect::Tell { after_ms, .. } = &mut tell
                && self.spoils(Misbehaviour::CallbackLate)
            {
                *after_ms = LATE_MS;
            }
            if self.spoils(Misbehaviour::CallbackTwice) {
                others.push(tell.clone());
            }
            others.push(tell);
        }
        others
    }
}
