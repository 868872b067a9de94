//! The ports that are the same in the cloud and on a laptop: egress over HTTP, the system's clock and randomness.

mod egress;
mod tls;
mod world;

pub use egress::EgressHttp;
pub use tls::{TlsError, roots};
pub use world::SystemWorld;
