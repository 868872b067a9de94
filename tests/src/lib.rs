pub mod contract;
pub mod dynoxide;
pub mod harness;
