//! What each function does, over ports: webhook, flow, router, agent, sender.

pub mod capacity;
pub mod center;
pub mod codec;
pub mod command;
pub mod config;
pub mod egress;
pub mod frames;
pub mod keys;
pub mod memory;
pub mod metric;
pub mod notify;
pub mod ports;
pub mod router;
pub mod rules;
pub mod store;
pub mod token;

pub use center::{Center, ChannelAccount, ChannelAccounts, Ports};
