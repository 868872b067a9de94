//! Laws of every channel, for thousands of inputs each: whatever a provider sends comes in or is told, whatever is
//! said goes out within the limits or is refused.

mod inbound;
mod mutant;
mod outbound;

use crate::support::channels;
use patchbay_channels::Simulated;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// Tries a law with as many cases on each channel that the registry lists, side by side. `prepare` is done once for
/// each of them.
fn every_channel<S: Strategy, P>(
    cases: u32,
    strategy: impl Fn() -> S + Sync,
    prepare: impl Fn(&dyn Simulated) -> P + Sync,
    law: impl Fn(&dyn Simulated, &P, S::Value) -> TestCaseResult + Sync,
) {
    std::thread::scope(|scope| {
        for channel in channels() {
            let (strategy, prepare, law) = (&strategy, &prepare, &law);
            scope.spawn(move || {
                let prepared = prepare(&*channel);
                let config = Config { cases, failure_persistence: None, ..Config::default() };
                let tried = TestRunner::new(config).run(&strategy(), |case| law(&*channel, &prepared, case));
                if let Err(failure) = tried {
                    panic!("{}: {failure}", channel.kind());
                }
            });
        }
    });
}
