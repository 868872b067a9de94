pub mod contract;
pub mod dynoxide;
