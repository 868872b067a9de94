//! The command line.

use crate::commands::{config, discord_gateway, dlq, doctor, erase, flow_run, simulate, token};
use crate::load::{self, LoadOptions};
use crate::logging;
use crate::operator::{Endpoint, Operator};
use crate::serve::{self, ServeOptions};
use clap::{Args, Parser, Subcommand};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// An omnichannel contact center in one process.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the center until it is told to stop
    Serve(Serve),
    /// Checks, compares or applies a configuration directory
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Shows what the queues have given up, or sends it again
    #[command(subcommand)]
    Dlq(DlqCommand),
    /// Erases everything about a customer in a running center
    Erase {
        /// SID, phone number (+…) or e-mail address
        contact: String,
        #[command(flatten)]
        center: Endpoint,
    },
    /// Runs flows without a center
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Makes a token for a center whose settings one has
    Token(token::Token),
    /// Plays providers and customers of a center that runs elsewhere
    Simulate(simulate::Simulate),
    /// Hands what people write to a Discord bot to the center's webhook
    DiscordGateway(discord_gateway::DiscordGateway),
    /// Measures a center: customers write, agents listen
    Load(LoadOptions),
    /// Looks whether a center could start here, and asks providers whether they know its accounts
    Doctor(Serve),
    /// Says which version this is
    Version,
}

#[derive(Debug, Args)]
struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "PATCHBAY_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where data is kept
    #[arg(long, env = "PATCHBAY_DATA", default_value = ".patchbay")]
    data: PathBuf,
    /// The configuration directory
    #[arg(long, env = "PATCHBAY_CONFIG", default_value = "config")]
    config: PathBuf,
    /// Where providers reach us, if not where we listen: scheme and host
    #[arg(long, env = "PATCHBAY_PUBLIC_URL")]
    public_url: Option<String>,
    /// The folder of the pages, with what was built in it
    #[arg(long, env = "PATCHBAY_PAGES", default_value = "desktop")]
    pages: PathBuf,
}

impl From<Serve> for ServeOptions {
    fn from(serve: Serve) -> ServeOptions {
        let Serve { listen, data, config, public_url, pages } = serve;
        ServeOptions { listen, data, config, public_url, pages }
    }
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Says everything that is wrong with a directory
    Lint {
        #[arg(long, env = "PATCHBAY_CONFIG", default_value = "config")]
        config: PathBuf,
    },
    /// Says what applying a directory would change in a running center
    Plan(Running),
    /// Puts a directory's workspace and flows in force in a running center
    Apply(Running),
}

/// A running center and a directory for it.
#[derive(Debug, Args)]
struct Running {
    #[arg(long, env = "PATCHBAY_CONFIG", default_value = "config")]
    config: PathBuf,
    #[command(flatten)]
    center: Endpoint,
}

#[derive(Debug, Subcommand)]
enum DlqCommand {
    /// A line of JSON for each dead letter, a hundred per queue at the most
    List {
        /// Of one queue only
        #[arg(long)]
        queue: Option<dlq::QueueArg>,
        /// With their bodies, in which customers' words are
        #[arg(long)]
        bodies: bool,
        #[command(flatten)]
        center: Endpoint,
    },
    /// Sends dead letters again
    Redrive {
        /// Of one queue only
        #[arg(long)]
        queue: Option<dlq::QueueArg>,
        #[command(flatten)]
        center: Endpoint,
    },
}

#[derive(Debug, Subcommand)]
enum FlowCommand {
    /// Plays a flow in the terminal: type what the customer writes
    Run(flow_run::FlowRun),
}

impl Cli {
    /// Runs the command; says on standard error what went wrong.
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Serve(options) => {
                let metrics = logging::start();
                finish(on_runtime(serve::serve(options.into(), metrics)))
            }
            Command::Config(ConfigCommand::Lint { config }) => finish(config::lint(&config)),
            Command::Config(ConfigCommand::Plan(Running { config, center })) => {
                finish(on_runtime(async { config::plan(&config, &Operator::at(center).await?).await }))
            }
            Command::Config(ConfigCommand::Apply(Running { config, center })) => {
                finish(on_runtime(async { config::apply(&config, &Operator::at(center).await?).await }))
            }
            Command::Flow(FlowCommand::Run(options)) => finish(on_runtime(flow_run::run(options))),
            Command::Dlq(DlqCommand::List { queue, bodies, center }) => {
                finish(on_runtime(async { dlq::list(&Operator::at(center).await?, queue, bodies).await }))
            }
            Command::Dlq(DlqCommand::Redrive { queue, center }) => {
                finish(on_runtime(async { dlq::redrive(&Operator::at(center).await?, queue).await }))
            }
            Command::Erase { contact, center } => {
                finish(on_runtime(async { erase::run(&Operator::at(center).await?, &contact).await }))
            }
            Command::Token(options) => finish(token::run(&options)),
            Command::Simulate(options) => {
                logging::start();
                finish(on_runtime(simulate::run(options)))
            }
            Command::DiscordGateway(options) => {
                logging::start();
                finish(on_runtime(discord_gateway::run(options)))
            }
            Command::Load(options) => finish(on_runtime(load::run(options))),
            Command::Doctor(options) => finish(on_runtime(async { doctor::run(&options.into()).await })),
            Command::Version => finish(version()),
        }
    }
}

#[allow(clippy::print_stdout, reason = "the command's answer")]
fn version() -> anyhow::Result<()> {
    println!("patchbay {}", env!("CARGO_PKG_VERSION"));
    Ok(())
}

fn on_runtime<E: Into<anyhow::Error>>(work: impl Future<Output = Result<(), E>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work).map_err(Into::into)
}

#[allow(clippy::print_stderr, reason = "the command's answer")]
fn finish<E: Into<anyhow::Error>>(result: Result<(), E>) -> ExitCode {
    match result.map_err(Into::into) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("patchbay: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
