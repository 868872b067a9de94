//! The operator's commands: a file each.

pub mod config;
pub mod discord_gateway;
pub mod dlq;
pub mod doctor;
pub mod erase;
pub mod flow_run;
pub mod simulate;
pub mod token;
