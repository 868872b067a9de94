//! `World` with a clock that a test moves and ids that count.

use crate::ports::World;
use patchbay_model::Timestamp;
use patchbay_model::id::digest16;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

#[derive(Debug)]
pub struct MemoryWorld {
    now_ms: AtomicI64,
    ids: AtomicU64,
}

impl MemoryWorld {
    pub fn at(now: Timestamp) -> MemoryWorld {
        MemoryWorld { now_ms: AtomicI64::new(now.0), ids: AtomicU64::new(0) }
    }

    pub fn advance_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn advance_s(&self, s: i64) {
        self.advance_ms(s * 1000);
    }
}

impl World for MemoryWorld {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::SeqCst))
    }

    fn id(&self) -> [u8; 16] {
        // All 128 bits differ from one id to the next, as the real ones' do: contacts keep the upper 96 only.
        digest16(&["id", &self.ids.fetch_add(1, Ordering::SeqCst).to_string()])
    }
}
