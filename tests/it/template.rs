//! What the templates and the code must agree on.

use crate::cloudformation::{all, named, read, text};
use patchbay_center::budget::{HANDLER_S_MAX, RECEIVE_COUNT_MAX, VISIBILITY_S};
use patchbay_center::command::RoutingBody;
use patchbay_center::ports::table::TTL_ATTRIBUTE;
use patchbay_local::embedded::QueueOptions;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn resources() -> Value {
    read("template.yaml")["Resources"].take()
}

fn of_type<'r>(resources: &'r Value, kind: &str) -> Vec<(&'r str, &'r Value)> {
    let all = resources.as_object().unwrap().iter();
    all.filter(|(_, one)| one["Type"] == kind)
        .map(|(name, one)| (name.as_str(), &one["Properties"]))
        .collect()
}

#[test]
fn a_message_is_hidden_and_given_up_as_the_handlers_expect() {
    let resources = resources();
    for (queue, function) in [
        ("InboundQueue", "FlowFunction"),
        ("RoutingQueue", "RouterFunction"),
        ("OutboundQueue", "SenderFunction"),
    ] {
        assert_eq!(resources[function]["Properties"]["Timeout"], HANDLER_S_MAX, "{function}");
        let queue = &resources[queue]["Properties"];
        assert_eq!(queue["VisibilityTimeout"], VISIBILITY_S, "{queue}");
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], RECEIVE_COUNT_MAX, "{queue}");
    }
    let QueueOptions { visibility_s, receive_count_max } = QueueOptions::default();
    assert_eq!((visibility_s, receive_count_max), (VISIBILITY_S, RECEIVE_COUNT_MAX));
}

#[test]
fn every_function_is_built_from_a_crate_that_is_there() {
    let resources = resources();
    let functions = of_type(&resources, "AWS::Serverless::Function");
    let folders: BTreeSet<&str> = functions.iter().map(|(_, it)| it["CodeUri"].as_str().unwrap()).collect();
    assert_eq!(folders.len(), 6);
    for (name, function) in functions {
        let folder = function["CodeUri"].as_str().unwrap();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("Cargo.toml");
        let manifest = std::fs::read_to_string(&manifest).unwrap();
        let built = resources[name]["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
        assert!(manifest.contains(&format!("name = \"{built}\"")), "{name} is not built");
    }
}

#[test]
fn every_channel_has_its_webhook_and_is_watched() {
    let channels: BTreeSet<String> =
        patchbay_channels::registry::supported().map(|kind| kind.to_string()).collect();
    let check = |file: &str, prefix: &str, suffix: &str| {
        let resources = read(file)["Resources"].take();
        let names = resources.as_object().unwrap().keys();
        let found: BTreeSet<String> = names
            .filter_map(|name| Some(name.strip_prefix(prefix)?.strip_suffix(suffix)?.to_owned()))
            .collect();
        assert_eq!(found, channels, "{file}: {prefix}…{suffix}");
    };
    check("template.yaml", "WebhookFunction", "");
    check("infra/operations.yaml", "Webhook", "Rejections");
}

#[test]
fn the_table_is_kept_and_what_expires_is_swept() {
    let template = read("template.yaml");
    let table = &template["Resources"]["Table"];
    assert_eq!(table["DeletionPolicy"], "RetainExceptOnCreate");
    let properties = &table["Properties"];
    let expiry = json!({ "AttributeName": TTL_ATTRIBUTE, "Enabled": true });
    assert_eq!(properties["TimeToLiveSpecification"], expiry);
    assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(properties["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(properties["DeletionProtectionEnabled"]["Ref"], "DeletionProtection");
    assert_eq!(template["Parameters"]["DeletionProtection"]["Default"], "true");
}

#[test]
fn what_is_logged_is_kept_for_so_long_and_queues_are_encrypted() {
    let resources = resources();
    let logs = of_type(&resources, "AWS::Logs::LogGroup");
    // The functions' and the HTTP API's.
    assert_eq!(logs.len(), of_type(&resources, "AWS::Serverless::Function").len() + 1);
    for (name, group) in logs {
        assert_eq!(group["RetentionInDays"]["Ref"], "LogRetentionDays", "{name}");
    }
    for (name, queue) in of_type(&resources, "AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
    }
}

#[test]
fn a_sweep_comes_once_a_minute_as_the_router_reads_it() {
    let resources = resources();
    let schedule = &resources["SweepSchedule"]["Properties"];
    assert_eq!(schedule["ScheduleExpression"], "rate(1 minute)");
    let target = &schedule["Target"];
    assert_eq!(named(&target["Arn"]), Some("RoutingQueue"));
    let command: RoutingBody = serde_json::from_str(target["Input"].as_str().unwrap()).unwrap();
    assert_eq!(command, RoutingBody::Sweep);
}

#[test]
fn everything_that_the_center_names_is_watched_and_nothing_else_is() {
    let center = read("template.yaml");
    let exports = center["Outputs"].as_object().unwrap().values().filter_map(|output| {
        text(&output["Export"]["Name"])?.strip_prefix("${AWS::StackName}-").map(str::to_owned)
    });
    let exports: BTreeSet<String> = exports.collect();
    let operations = read("infra/operations.yaml");
    let mut imports = Vec::new();
    all(&operations, "Fn::ImportValue", &mut imports);
    let imports: BTreeSet<String> = imports
        .into_iter()
        .map(|name| text(name).unwrap().strip_prefix("${Center}-").unwrap().to_owned())
        .collect();
    assert_eq!(imports, exports);
    // Both kinds of alarm for each function.
    let names = exports.iter().filter_map(|name| name.strip_suffix("FunctionName"));
    let names: Vec<&str> = names.collect();
    assert_eq!(names.len(), of_type(&center["Resources"], "AWS::Serverless::Function").len());
    for name in names {
        for kind in ["Errors", "Throttles"] {
            assert_eq!(operations["Resources"][format!("{name}{kind}")]["Type"], "AWS::CloudWatch::Alarm");
        }
    }
}
