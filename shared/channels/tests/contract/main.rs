//! What every channel keeps: run over whatever `registry` lists, with each channel's own simulation.

mod events;
mod inbound;
mod outbound;
mod settings;
#[path = "../support/mod.rs"]
mod support;
