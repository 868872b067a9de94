//! The command `patchbay`.

use clap::Parser;
use patchbay_local::cli::Cli;
use std::process::ExitCode;

/// A sixth less processor time per message than the system's own (`make bench`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    Cli::parse().run()
}
