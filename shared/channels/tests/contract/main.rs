//! What every channel keeps: run over whatever `registry` lists, with each channel's own simulation.

mod capabilities;
mod events;
mod files;
mod inbound;
mod lookup;
mod outbound;
mod properties;
mod settings;
#[path = "../support/mod.rs"]
mod support;
