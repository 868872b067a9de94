//! What each function does, over ports: webhook, flow, router, agent, sender.
pub mod capacity;
pub mod ports;
