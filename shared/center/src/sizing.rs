//! What a center of so many agents asks of an AWS account, computed from what each scenario was counted to do, and held
//! against the default quotas. The table stands in docs/OPERATIONS.md, and the test says when it is out of date.

use crate::costs::{Operations, connect, heartbeat, inbound, price, receipt, reply, task_life};
use crate::testing::ANN;
use patchbay_model::ChannelKind;
use std::path::Path;

/// What an agent is taken to do in an hour; all of it by SMS, the dearest channel.
mod hourly {
    pub(super) const TASKS: f64 = 6.0;
    pub(super) const MESSAGES_IN: f64 = 10.0 * TASKS;
    pub(super) const MESSAGES_OUT: f64 = 8.0 * TASKS;
    /// Sent and delivered.
    pub(super) const RECEIPTS: f64 = 2.0 * MESSAGES_OUT;
    /// docs/PROTOCOL.md: every five minutes.
    pub(super) const HEARTBEATS: f64 = 12.0;
    /// API Gateway closes a socket after two hours.
    pub(super) const CONNECTS: f64 = 0.5;
}

/// The busiest second has so many times the work of the mean one.
const PEAK: f64 = 3.0;
/// Seconds that a function runs, and that a sender waits for a provider besides.
const FUNCTION_S: f64 = 0.1;
const PROVIDER_S: f64 = 0.4;
/// Seconds over which clients spread when all of them lose their sockets at once (docs/PROTOCOL.md).
const RECONNECT_S: f64 = 60.0;
/// Hours in which an agent works in a month.
const MONTH_H: f64 = 160.0;
/// Write units per second of one partition (DynamoDB, "Best practices for designing and using partition keys").
const PARTITION_WRITES: f64 = 1_000.0;
/// Write units of a task's entry in its waiting list: put and deleted in transactions.
const WAITING_WRITES: f64 = 4.0;

const AGENTS: [f64; 3] = [100.0, 10_000.0, 1_000_000.0];

/// What is asked for in a second; of the table units, of queues messages.
#[derive(Clone, Copy, Default)]
struct Load {
    writes: f64,
    reads: f64,
    fifo: f64,
    standard: f64,
    http: f64,
    frames: f64,
    at_once: f64,
    dollars: f64,
}

impl Load {
    /// Of one agent in the mean second.
    fn of_agent() -> Load {
        let scenarios: [(f64, f64, Operations); 6] = [
            (hourly::MESSAGES_IN, 0.0, inbound(ChannelKind::Sms, ANN)),
            (hourly::MESSAGES_OUT, PROVIDER_S, reply(ChannelKind::Sms, ANN)),
            (hourly::RECEIPTS, 0.0, receipt()),
            (hourly::TASKS, 0.0, task_life()),
            (hourly::HEARTBEATS, 0.0, heartbeat()),
            (hourly::CONNECTS, 0.0, connect()),
        ];
        let mut load = Load { dollars: 60.0 * price::SOCKET_MINUTE / 1e6 / 3_600.0, ..Load::default() };
        for (per_hour, provider_s, operations) in scenarios {
            let per_s = per_hour / 3_600.0;
            load.writes += per_s * operations.units.write_tenths as f64 / 10.0;
            load.reads += per_s * operations.units.read_tenths as f64 / 10.0;
            load.fifo += per_s * operations.fifo as f64;
            load.standard += per_s * operations.standard as f64;
            load.http += per_s * operations.http as f64;
            load.frames += per_s * operations.pushes as f64;
            load.at_once += per_s * (operations.functions as f64 * FUNCTION_S + provider_s);
            load.dollars += per_s * operations.dollars() / 1e6;
        }
        load
    }
}

/// Rounded up to two digits that count, in groups of three.
fn rounded_up(need: f64) -> String {
    let unit = 10_f64.powf((need.max(1.0).log10().floor() - 1.0).max(0.0));
    // What is a whole number but for a rounding error stays one, and nought has no sign.
    let digits = format!("{:.0}", (need / unit - 1e-6).ceil().max(0.0) * unit + 0.0);
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A line of the table: what is needed, in bold where it is more than an account has by default.
fn line(what: &str, default: Option<f64>, need: impl Fn(f64) -> f64) -> String {
    let default_text = default.map_or("–".to_owned(), rounded_up);
    let cells = AGENTS.map(|agents| {
        let need = need(agents);
        let text = rounded_up(need);
        if default.is_some_and(|default| need > default) { format!("**{text}**") } else { text }
    });
    format!("| {what} | {default_text} | {} |\n", cells.join(" | "))
}

fn table() -> String {
    let one = Load::of_agent();
    let per_s = |of_one: f64| move |agents: f64| agents * of_one * PEAK;
    let messages = (hourly::MESSAGES_IN + hourly::MESSAGES_OUT) / 3_600.0;
    let waiting_writes = hourly::TASKS / 3_600.0 * WAITING_WRITES;
    let mut table = String::from("| in the busiest second | default | 100 agents | 10,000 | 1,000,000 |\n");
    table += "|---|---|---|---|---|\n";
    table += &line("messages of customers and agents", None, per_s(messages));
    table += &line("Lambda: functions at once", Some(1_000.0), per_s(one.at_once));
    table += &line(
        "API Gateway: requests and frames of the account",
        Some(10_000.0),
        per_s(one.http + one.frames),
    );
    table +=
        &line("API Gateway: new sockets, when all reconnect", Some(500.0), |agents| agents / RECONNECT_S);
    table += &line("SQS: messages of the FIFO queues", Some(70_000.0), per_s(one.fifo));
    table += &line("SQS: messages of the routing queue", None, per_s(one.standard));
    table += &line("DynamoDB: write units of the table", Some(40_000.0), per_s(one.writes));
    table += &line("DynamoDB: read units of the table", Some(40_000.0), per_s(one.reads));
    table += &line("task queues that tasks must spread over", None, |agents| {
        (agents * waiting_writes * PEAK / PARTITION_WRITES).ceil()
    });
    let twice = 2.0;
    let requests = one.http.max(one.frames);
    table += &line(
        "to set: `RequestsPerSecond`, twice what the busier API gets",
        Some(2_000.0),
        per_s(twice * requests),
    );
    table += &line(
        "to set: `WebhookConcurrency`, twice what one channel with all of it needs",
        None,
        per_s(twice * one.http * FUNCTION_S),
    );
    let sender = hourly::MESSAGES_OUT / 3_600.0 * (FUNCTION_S + PROVIDER_S);
    table += &line(
        "to set: `QueueConcurrency`, twice what the sender needs",
        Some(1_000.0),
        per_s(twice * sender),
    );
    table += &line("US$ per month for AWS", None, |agents| agents * one.dollars * 3_600.0 * MONTH_H);
    table
}

#[test]
fn numbers_are_rounded_up_and_grouped() {
    let check = |need: f64, text: &str| assert_eq!(rounded_up(need), text);
    check(0.0, "0");
    check(0.2, "1");
    check(7.0, "7");
    check(99.1, "100");
    check(121.0, "130");
    check(1_000.0, "1,000");
    check(260.000_000_01, "260");
    check(1_234_567.0, "1,300,000");
}

#[test]
fn the_operations_manual_has_the_table_of_today() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let table = table();
    assert!(manual.contains(&table), "docs/OPERATIONS.md, section Sizing, is to have this table:\n\n{table}");
}
