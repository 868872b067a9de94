//! Customers: webhooks, built and signed as the provider would, posted when they are due.

use super::Target;
use super::ledger::Ledger;
use crate::client::Connection;
use anyhow::{Context, bail};
use bytes::Bytes;
use futures_util::future::try_join_all;
use hyper::Method;
use patchbay_center::ports::World;
use patchbay_channels::WebhookRequest;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_edge::Account;
use patchbay_edge::SystemWorld;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ChannelKind, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Seconds between building the webhooks and the first one's moment, for each ten thousand of them.
const BUILD_S_PER_10_000: f64 = 0.5;

/// When the messages of the measurement are due.
pub(super) struct Plan {
    pub messages: usize,
    pub rate: f64,
    pub connections: usize,
}

impl Plan {
    fn offset(&self, number: usize) -> Duration {
        Duration::from_secs_f64(number as f64 / self.rate)
    }
}

pub(super) struct Customers {
    url: String,
    account: Account,
    /// Different at every run, so that a second one against the same center meets new customers.
    run: String,
    pub addresses: Vec<String>,
}

impl Customers {
    pub(super) fn new(target: &Target, count: usize) -> Customers {
        let id = SystemWorld.id();
        let addresses = (0..count).map(|number| address(target.account.kind, &id, number)).collect();
        Customers { url: target.url.clone(), account: target.account.clone(), run: hex(&id), addresses }
    }

    pub(super) fn channel(&self) -> (ChannelKind, &str) {
        (self.account.kind, &self.account.name)
    }

    fn webhook(
        &self,
        customer: usize,
        seed: &str,
        text: String,
        at: Timestamp,
    ) -> anyhow::Result<WebhookRequest> {
        let from = self.addresses[customer].clone();
        let seed = format!("{}/{seed}", self.run);
        let message = CustomerMessage::text(from, text, seed, at);
        self.account
            .channel
            .customer_message(&message)
            .context("customers of this channel cannot write texts")
    }

    /// Every customer says the same once.
    pub(super) async fn open(&self, connections: usize, text: &str) -> anyhow::Result<()> {
        let senders = (0..connections).map(|first| async move {
            let mut connection = Connection::open(&self.url).await?;
            for customer in (first..self.addresses.len()).step_by(connections) {
                let seed = format!("{customer}/{text}");
                let request = self.webhook(customer, &seed, text.to_owned(), SystemWorld.now())?;
                let status = Prepared::from(request).post(&mut connection).await?;
                if !(200..300).contains(&status) {
                    bail!("the webhook answered {status} to an opening message");
                }
            }
            Ok(())
        });
        try_join_all(senders).await.map(drop)
    }

    /// The measurement: builds every webhook, then posts each when it is due.
    pub(super) async fn write(&self, plan: &Plan, ledger: &Arc<Ledger>) -> anyhow::Result<()> {
        let lead = Duration::from_secs_f64(1.0 + BUILD_S_PER_10_000 * plan.messages as f64 / 10_000.0);
        let first_at = SystemWorld.now().plus_ms(lead.as_millis() as i64);
        let begun = Instant::now();
        let mut lanes: Vec<Vec<(usize, Prepared)>> = Vec::new();
        lanes.resize_with(plan.connections, Vec::new);
        for number in 0..plan.messages {
            let at = first_at.plus_ms(plan.offset(number).as_millis() as i64);
            let customer = number % self.addresses.len();
            let request = self.webhook(customer, &number.to_string(), Ledger::text(number), at)?;
            lanes[number % plan.connections].push((number, request.into()));
        }
        let mut connections = Vec::with_capacity(plan.connections);
        for _ in 0..plan.connections {
            connections.push(Connection::open(&self.url).await?);
        }
        tokio::time::sleep_until((begun + lead).into()).await;
        let start = ledger.start();
        let senders = lanes.into_iter().zip(connections).map(|(lane, mut connection)| {
            let ledger = ledger.clone();
            let lane: Vec<_> = lane
                .into_iter()
                .map(|(number, request)| (number, start + plan.offset(number), request))
                .collect();
            tokio::spawn(async move {
                for (number, due, request) in lane {
                    ledger.due(number, due);
                    tokio::time::sleep_until(due.into()).await;
                    ledger.answered(number, request.post(&mut connection).await?);
                }
                anyhow::Ok(())
            })
        });
        for sender in try_join_all(senders).await? {
            sender?;
        }
        Ok(())
    }
}

/// A webhook that only needs to be posted.
struct Prepared {
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl From<WebhookRequest> for Prepared {
    fn from(request: WebhookRequest) -> Prepared {
        let query =
            if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
        Prepared {
            path: format!("{}{query}", request.path),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: request.body.into(),
        }
    }
}

impl Prepared {
    async fn post(self, connection: &mut Connection) -> anyhow::Result<u16> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(connection.send(Method::POST, &self.path, &headers, self.body).await?.0)
    }
}

/// An address of the channel's form that no other run uses.
fn address(kind: ChannelKind, run: &[u8; 16], number: usize) -> String {
    let own = digest16(&[&hex(run), &number.to_string()]);
    match kind {
        ChannelKind::Line => format!("U{}", hex(&own)),
        ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => {
            let digits =
                u64::from_be_bytes([0, 0, 0, own[0], own[1], own[2], own[3], own[4]]) % 10_000_000_000;
            format!("+1{digits:010}")
        }
        _ => hex(&own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_model::address::is_e164;

    #[test]
    fn addresses_have_their_channels_form() {
        let run = [3; 16];
        assert!(is_e164(&address(ChannelKind::Sms, &run, 1)));
        assert_eq!(address(ChannelKind::Line, &run, 1).len(), 33);
        assert_ne!(address(ChannelKind::Line, &run, 1), address(ChannelKind::Line, &run, 2));
    }
}
