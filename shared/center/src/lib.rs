//! What each function does, over ports: webhook, flow, router, agent, sender.

pub mod accounts;
pub mod agent;
pub mod api_key;
mod attributes;
pub mod budget;
mod calls;
pub mod capacity;
pub mod center;
pub mod codec;
pub mod command;
pub mod config;
pub mod contacts;
pub mod egress;
pub mod floor;
pub mod frames;
pub mod history;
pub mod inbound;
pub mod keys;
mod mail;
pub mod media;
pub mod memory;
pub mod metric;
pub mod notify;
pub mod oidc;
pub mod outbound;
pub mod ports;
pub mod router;
pub mod rules;
pub mod search;
pub mod sender;
pub mod socket;
pub mod softphone;
pub mod store;
pub mod token;
pub mod webchat;
pub mod webhook;
mod window;

#[cfg(test)]
mod costs;
#[cfg(test)]
mod sizing;
#[cfg(test)]
pub(crate) mod testing;

pub use center::{Center, ChannelAccount, ChannelAccounts, Ports};
