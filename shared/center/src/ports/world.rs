//! Clock and randomness, as arguments.

use patchbay_model::Timestamp;

pub trait World: Send + Sync {
    fn now(&self) -> Timestamp;
    /// 128 unpredictable bits.
    fn id(&self) -> [u8; 16];
}
