//! The ports on AWS: DynamoDB, SQS, API Gateway's sockets and S3; Lambda's events; the accounts' document. The only crate
//! that names an AWS SDK.

mod blob;
mod dead_letters;
mod error;
mod expression;
mod item;
pub mod lambda;
mod parameter;
mod push;
mod queue;
mod sdk;
mod settings;
mod table;
pub mod wiring;

pub use blob::S3Blob;
pub use dead_letters::SqsDeadLetters;
pub use parameter::ParameterError;
pub use push::GatewayPush;
pub use queue::{QueueUrls, SqsQueue};
pub use settings::{AccountsError, Opened, open_accounts};
pub use table::DynamoTable;
pub use wiring::{Needs, Settings, SettingsError, StartError};
