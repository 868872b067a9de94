//! The whole center in one process: the ports on embedded parts.
pub mod embedded;
