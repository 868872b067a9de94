//! Channels: each provider is a pair of translations between its own wire format and the project's words.
//!
//! One folder per channel, the same file names in each: `mod.rs` (the `Channel` implementation, capabilities,
//! settings), `verify.rs`, `normalise.rs`, `render.rs`, `outcome.rs`, `simulate.rs`, `tests.rs`. A new channel
//! is a folder, its `pub mod` below and its line in `registry.rs`; the contract suite of `tests/contract/` then runs over it.
//!
//! Architecture invariant: nothing here calls anybody, reads a clock or draws a random number. A webhook is
//! verified over its raw bytes before anything is parsed, and `Verified` cannot be made in any other way.

pub mod bounds;
pub mod channel;
mod consent;
pub mod delivery;
mod document;
mod identifier;
mod json;
mod jwt;
mod lookup;
mod meta;
pub mod params;
mod path;
pub mod registry;
pub mod settings;
pub mod signature;
pub mod simulate;
mod standard;
#[cfg(test)]
mod testing;
pub mod text;
mod twilio;
pub mod webhook;

pub mod custom;
pub mod discord;
pub mod email;
pub mod google;
pub mod instagram;
pub mod line;
pub mod messenger;
pub mod sms;
pub mod telegram;
pub mod voice;
pub mod webchat;
pub mod whatsapp;

pub use channel::{Capabilities, Channel, TextUnit};
pub use delivery::{
    DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause, Rendered, SessionFrame, Undeliverable,
};
pub use registry::{open, open_simulated};
pub use settings::SettingsError;
pub use signature::Verified;
pub use simulate::Simulated;
pub use webhook::{Headers, Normalised, Problem, Rejection, WebhookReply, WebhookRequest};
