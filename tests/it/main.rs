//! Every integration test in one binary: linking once is what takes the time.

// Helpers of tests stand outside of `#[test]`, where clippy would not let them unwrap.
#![allow(clippy::unwrap_used)]

mod architecture;
mod cloudformation;
mod contract_aws;
mod contract_embedded;
mod contract_memory;
mod crash;
mod model;
mod policies;
mod poller;
mod store;
mod stories;
mod stories_calling;
mod stories_channels;
mod stories_crash;
mod stories_queues;
mod stories_refused;
mod stories_transfers;
mod stories_voice;
mod template;
