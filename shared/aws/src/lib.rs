//! The ports on AWS: DynamoDB, SQS and API Gateway's sockets. The only crate that names an AWS SDK.

mod error;
mod expression;
mod item;
mod push;
mod queue;
mod sdk;
mod table;
pub mod wiring;

pub use push::GatewayPush;
pub use queue::{QueueUrls, SqsQueue};
pub use table::DynamoTable;
pub use wiring::{Settings, SettingsError};
