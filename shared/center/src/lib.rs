//! What each function does, over ports: webhook, flow, router, agent, sender.
pub mod capacity;
pub mod memory;
pub mod ports;
pub mod rules;
