//! `patchbay erase`: everything about a customer goes.

use crate::operator::Operator;
use anyhow::{Context, bail};
use serde_json::Value;
use std::time::Duration;

/// Milliseconds between two looks, and how many looks there are.
const LOOK_MS: u64 = 500;
const LOOKS_MAX: usize = 1_200;

/// Asks the center to erase a contact, named by SID, phone number or e-mail address, and waits until nothing is left.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn run(center: &Operator, contact: &str) -> anyhow::Result<()> {
    let sid = find(center, contact).await?;
    let mut erasure = center.json("DELETE", &format!("/api/contacts/{sid}"), None).await?;
    let sid = erasure["contact_sid"].as_str().context("the center names no contact")?.to_owned();
    for _ in 0..LOOKS_MAX {
        if erasure["finished_at"].is_i64() {
            println!("{sid}: erased, {} items", erasure["items"]);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        erasure = center.json("GET", &format!("/api/erasures/{sid}"), None).await?;
    }
    bail!("{sid}: it still goes on; ask again later")
}

/// The SID of a contact.
async fn find(center: &Operator, contact: &str) -> anyhow::Result<String> {
    if !contact.starts_with('+') && !contact.contains('@') {
        return Ok(contact.to_owned());
    }
    let name: String = url::form_urlencoded::byte_serialize(contact.as_bytes()).collect();
    let found = center.json("GET", &format!("/api/contacts?identity={name}"), None).await?;
    sid_of(&found).with_context(|| format!("nobody has {contact}"))
}

fn sid_of(found: &Value) -> Option<String> {
    found["contacts"][0]["sid"].as_str().map(str::to_owned)
}
