//! The contract of the ports: one suite of checks that every implementation passes, on AWS, embedded and in
//! memory. A check takes an implementation and panics where it does not keep the contract.
//!
//! Checks use partitions, groups and deduplication ids of their own, so that one table and one set of queues
//! can serve all of them, one after the other.

pub mod blob;
pub mod push;
pub mod queue;
pub mod table;
