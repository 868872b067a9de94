//! The whole center in one process: the ports on embedded parts, the command `patchbay`, the simulator.

pub mod blobs;
pub mod cli;
pub mod client;
mod commands;
pub mod directory;
pub mod embedded;
mod load;
mod logging;
pub mod operator;
pub mod serve;
mod simulator;
