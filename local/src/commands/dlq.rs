//! `patchbay dlq list|redrive`: what the queues have given up.

use crate::operator::Operator;
use anyhow::Context;
use clap::ValueEnum;
use serde_json::{Value, json};

/// Dead letters of one queue that are shown: as many as an answer holds.
const PAGE: usize = 100;

/// A queue by name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum QueueArg {
    Inbound,
    Routing,
    Outbound,
}

impl QueueArg {
    fn name(self) -> &'static str {
        match self {
            QueueArg::Inbound => "inbound",
            QueueArg::Routing => "routing",
            QueueArg::Outbound => "outbound",
        }
    }
}

/// The queues that are meant: one, or all.
fn meant(queue: Option<QueueArg>) -> Vec<QueueArg> {
    queue.map_or_else(|| QueueArg::value_variants().to_vec(), |queue| vec![queue])
}

/// Prints a line of JSON for each dead letter. Bodies hold customers' words: they are shown when asked for.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn list(center: &Operator, queue: Option<QueueArg>, bodies: bool) -> anyhow::Result<()> {
    for queue in meant(queue).into_iter().map(QueueArg::name) {
        let answer =
            center.json("GET", &format!("/api/dead-letters?queue={queue}&limit={PAGE}"), None).await?;
        for letter in answer["dead_letters"].as_array().context("the center lists no dead letters")? {
            println!("{}", line(queue, letter, bodies));
        }
    }
    Ok(())
}

fn line(queue: &str, letter: &Value, bodies: bool) -> Value {
    let mut line = json!({ "queue": queue });
    for (name, value) in letter.as_object().into_iter().flatten() {
        if (bodies || name != "body") && !value.is_null() {
            line[name] = value.clone();
        }
    }
    line
}

/// Sends all of them again.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn redrive(center: &Operator, queue: Option<QueueArg>) -> anyhow::Result<()> {
    for queue in meant(queue).into_iter().map(QueueArg::name) {
        let mut total = 0;
        loop {
            let answer =
                center.json("POST", "/api/dead-letters/redrive", Some(&json!({ "queue": queue }))).await?;
            total += answer["redriven"].as_u64().context("the center does not say how many")?;
            if answer["more"] != true {
                break;
            }
        }
        println!("{queue}: {total} sent again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_when_asked_for() {
        let letter = json!({ "message_id": "1", "body": "hello", "group": null, "receive_count": 5 });
        let check = |bodies: bool, expect: Value| assert_eq!(line("inbound", &letter, bodies), expect);
        check(false, json!({ "queue": "inbound", "message_id": "1", "receive_count": 5 }));
        check(true, json!({ "queue": "inbound", "message_id": "1", "body": "hello", "receive_count": 5 }));
        assert_eq!(meant(None).len(), 3);
        assert_eq!(
            meant(Some(QueueArg::Routing)).into_iter().map(QueueArg::name).collect::<Vec<_>>(),
            ["routing"]
        );
    }
}
