//! The operator's commands: a file each.

pub mod config;
pub mod doctor;
pub mod flow_run;
