//! DynamoDB's and SQS's rules as pure functions: every implementation of the ports that is not the service
//! itself decides with these, so that what passes locally passes in the cloud.

pub mod queue;
pub mod table;
