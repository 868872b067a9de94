//! `patchbay discord-gateway`: holds the socket over which Discord tells a bot what people write, and hands that to the
//! center's webhook, signed.

mod forward;
mod session;
mod socket;
#[cfg(test)]
mod tests;

use crate::serve::stop;
use anyhow::Context;
use clap::Args;
use forward::Forwarder;
use patchbay_center::ports::{Http, World};
use patchbay_channels::discord::gateway::Forwarding;
use patchbay_edge::{EgressHttp, SystemWorld};
use session::{End, Session};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Events that wait for the center. Beyond that the socket is let go, and Discord keeps them until it is resumed.
const WAITING_MAX: usize = 1_000;
/// Private messages, reactions to them, typing in them (Discord, "Gateway", "List of intents").
const PRIVATE_INTENTS: u64 = 1 << 12 | 1 << 13 | 1 << 14;
/// The same in servers, and what the messages there say.
const GUILD_INTENTS: u64 = 1 << 9 | 1 << 10 | 1 << 11 | 1 << 15;

#[derive(Debug, Args)]
pub struct DiscordGateway {
    /// The account's webhook: https://<public URL>/webhooks/discord/<account>
    #[arg(long)]
    webhook: String,
    /// The bot's token
    #[arg(long, env = "DISCORD_BOT_TOKEN", hide_env_values = true)]
    token: String,
    /// The account's gateway_secret
    #[arg(long, env = "DISCORD_GATEWAY_SECRET", hide_env_values = true)]
    secret: String,
    /// Also what is written in servers, for which the bot needs Message Content Intent
    #[arg(long)]
    guilds: bool,
    /// Where Discord's Gateway is
    #[arg(long, default_value = "wss://gateway.discord.gg")]
    gateway: String,
}

/// How a bot connects.
struct Connection {
    token: String,
    intents: u64,
    gateway: String,
    /// Between two connections: the first wait, and the longest.
    wait: (Duration, Duration),
}

/// Forwards until the process is told to stop.
pub async fn run(options: DiscordGateway) -> anyhow::Result<()> {
    let DiscordGateway { webhook, token, secret, guilds, gateway } = options;
    let forwarding =
        Forwarding::read(&secret).context("the secret is not whsec_ and 24 to 64 bytes in base64")?;
    let intents = if guilds { PRIVATE_INTENTS | GUILD_INTENTS } else { PRIVATE_INTENTS };
    let wait = (Duration::from_secs(5), Duration::from_secs(300));
    let connection = Connection { token, intents, gateway, wait };
    let http: Arc<dyn Http> = Arc::new(EgressHttp::new()?);
    let forwarder = Forwarder::new(webhook, forwarding, http, Arc::new(SystemWorld));
    tokio::select! {
        ended = hold(&connection, forwarder, &SystemWorld) => ended,
        () = stop::asked() => Ok(()),
    }
}

/// Keeps a session for as long as there is something that can be done about its ends.
async fn hold(connection: &Connection, forwarder: Forwarder, world: &dyn World) -> anyhow::Result<()> {
    let (events, waiting) = mpsc::channel(WAITING_MAX);
    let forwarding = forwarder.run(waiting);
    tokio::pin!(forwarding);
    let mut session = Session::default();
    let (first, longest) = connection.wait;
    let mut wait = first;
    loop {
        let held = async {
            let socket = socket::connect(session.url(&connection.gateway)).await?;
            session::run(socket, connection, &mut session, &events, world).await
        };
        let ended = tokio::select! {
            ended = held => ended,
            refused = &mut forwarding => return refused,
        };
        match ended {
            Ok(End::Resume { greeted }) if greeted => wait = first,
            Ok(End::Resume { .. }) => {}
            Ok(End::Afresh) => session = Session::default(),
            Ok(End::Refused { code, reason }) => {
                anyhow::bail!("Discord closed the Gateway for good, {code}: {reason}")
            }
            Err(error) => tracing::warn!("the Gateway is out of reach: {error:#}"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(longest);
    }
}
