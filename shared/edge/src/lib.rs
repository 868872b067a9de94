//! What is the same in the cloud and on a laptop: egress over HTTP, the system's clock and randomness, the accounts'
//! document, the counts.

mod accounts;
mod api_keys;
mod count;
mod egress;
mod simulator;
mod smtp;
mod tls;
mod world;

pub use accounts::{Account, AccountDocument, AccountFault, AccountTable, SigningKeyTexts, read_accounts};
pub use api_keys::ApiKeyTable;
pub use count::Count;
pub use egress::EgressHttp;
pub use simulator::{SIMULATOR_HOST, SimulatorHttp};
pub use smtp::SmtpMail;
pub use tls::{TlsError, client_config, roots};
pub use world::SystemWorld;
