//! What is stored, read back by the API.

use super::customers::Customers;
use super::ledger::Ledger;
use crate::client::Connection;
use anyhow::Context;
use hyper::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the histories hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stored {
    /// Messages that are there.
    pub found: usize,
    /// Messages that the center has accepted and that are not there.
    pub lost: usize,
    /// Messages that are there more than once.
    pub doubled: usize,
}

/// Reads every customer's history and compares it with what was accepted.
pub(super) async fn stored(
    connection: &mut Connection,
    customers: &Customers,
    ledger: &Ledger,
) -> anyhow::Result<Stored> {
    let workers = connection.workers().await?;
    let (worker, _) = workers.first().context("the center has no workers")?;
    let token = connection.sign_in(worker, "supervisor").await?;
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    for address in &customers.addresses {
        history(connection, &token, customers, address, ledger, &mut copies).await?;
    }
    let numbers = 0..ledger.latencies().count();
    Ok(Stored {
        found: copies.len(),
        lost: numbers.filter(|number| ledger.was_accepted(*number) && !copies.contains_key(number)).count(),
        doubled: copies.values().filter(|copies| **copies > 1).count(),
    })
}

async fn history(
    connection: &mut Connection,
    token: &str,
    customers: &Customers,
    address: &str,
    ledger: &Ledger,
    copies: &mut BTreeMap<usize, usize>,
) -> anyhow::Result<()> {
    let (kind, account) = customers.channel();
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("channel", kind.as_str()), ("account", account), ("address", address)])
        .finish();
    let found = connection.json(Method::GET, &format!("/api/contacts?{query}"), Some(token), None).await?;
    let contact = found["contacts"][0]["sid"].as_str().context("a customer has no contact")?.to_owned();
    let mut before = String::new();
    loop {
        let path = format!("/api/contacts/{contact}/messages?limit=100{before}");
        let page = connection.json(Method::GET, &path, Some(token), None).await?;
        let messages = page["messages"].as_array().context("no messages")?;
        for number in messages.iter().filter_map(|message| ledger.number(message["text"].as_str()?)) {
            *copies.entry(number).or_default() += 1;
        }
        match messages.first() {
            Some(first) if page["more"] == Value::Bool(true) => before = format!("&before={}", first["seq"]),
            _ => return Ok(()),
        }
    }
}
