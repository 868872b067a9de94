//! `SCENARIO=routing SEED=n` lives through one history again and tells it; `SEEDS=n` through as many as wanted.

#![allow(clippy::print_stdout, reason = "a failing history is told to whoever looks for it")]

use crate::{Report, Tell, conversation, routing};
use std::panic::catch_unwind;

/// Failures of a scenario after which the others are not looked for.
const FAILURES_MAX: usize = 5;

type Run = fn(u64, Option<Tell>) -> Report;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Lives through `seeds` histories, unless it is told which or how many.
fn check(scenario: &str, run: Run, seeds: u64) {
    if std::env::var("SCENARIO").is_ok_and(|wanted| wanted != scenario) {
        return;
    }
    if let Some(seed) = number("SEED") {
        println!("{:?}", run(seed, Some(|line| println!("{line}"))));
        return;
    }
    let mut sum = Report::new();
    let mut failed = Vec::new();
    for seed in 0..number("SEEDS").unwrap_or(seeds) {
        match catch_unwind(|| run(seed, None)) {
            Ok(report) => report.into_iter().for_each(|(what, count)| *sum.entry(what).or_default() += count),
            Err(_) => {
                println!("SCENARIO={scenario} SEED={seed} fails");
                failed.push(seed);
            }
        }
        if failed.len() >= FAILURES_MAX {
            break;
        }
    }
    println!("{scenario}: {sum:?}");
    assert!(failed.is_empty(), "run again with SCENARIO={scenario} SEED={}", failed[0]);
    // A simulation in which nothing happens proves nothing.
    assert!(sum.values().all(|count| *count > 0), "{sum:?}");
}

#[test]
fn routing_keeps_its_invariants() {
    check("routing", routing::run, 1_500);
}

#[test]
fn conversations_keep_their_invariants() {
    check("conversation", conversation::run, 500);
}

#[test]
fn a_seed_is_one_history() {
    for run in [routing::run, conversation::run] {
        assert_eq!(run(7, None), run(7, None));
    }
}
