//! The command `patchbay`.

use clap::Parser;
use patchbay_local::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    Cli::parse().run()
}
