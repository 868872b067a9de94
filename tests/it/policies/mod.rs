//! What each function's role allows, against what the function asked AWS for while a center lived through everything that
//! the rights are for. A right that nothing needs is as wrong as one that is missing.

mod functions;
mod life;
mod objects;
mod played;

use crate::cloudformation::{each, named, read, text};
use patchbay_channels::registry::supported;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// An action, and the resource of the template that it is for.
type Right = (String, String);

/// The template's functions with the names that they have here, and their folder.
fn functions() -> Vec<(String, &'static str, &'static str)> {
    let webhook = |kind| (format!("WebhookFunction{kind}"), functions::WEBHOOK, "webhook");
    let others = [
        ("FlowFunction", functions::FLOW, "flow"),
        ("RouterFunction", functions::ROUTER, "router"),
        ("SenderFunction", functions::SENDER, "sender"),
        ("AgentFunction", functions::AGENT, "agent"),
        ("ApiFunction", functions::API, "api"),
    ];
    let others = others.map(|(name, function, folder)| (name.to_owned(), function, folder));
    supported().map(webhook).chain(others).collect()
}

/// The connections of our socket API: their ids cannot be known.
const CONNECTIONS: &str =
    "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/agent/*/@connections/*";
const PARAMETER: &str =
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${SettingsParameter}";

fn statements(role: &Value) -> Vec<&Value> {
    let policies = each(&role["Properties"]["Policies"]);
    policies.into_iter().flat_map(|policy| each(&policy["PolicyDocument"]["Statement"])).collect()
}

/// The part of our bucket that a right is for.
fn area(text: &str) -> Option<&str> {
    text.strip_prefix("${MediaBucket.Arn}/")?.strip_suffix("/*")
}

fn resource(value: &Value) -> String {
    if let Some(area) = text(value).and_then(area) {
        return format!("MediaBucket/{area}");
    }
    match (named(value), text(value)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(CONNECTIONS)) => "SocketApi".to_owned(),
        (None, Some(PARAMETER)) => "SettingsParameter".to_owned(),
        (None, other) => panic!("a right for {other:?}"),
    }
}

/// Policies that stand beside a role, because only one of several alike has them.
fn beside<'t>(template: &'t Value, role: &str) -> Vec<&'t Value> {
    let resources = template["Resources"].as_object().unwrap().values();
    let policies = resources.filter(|it| it["Type"] == "AWS::IAM::Policy");
    let of_role = policies
        .map(|it| &it["Properties"])
        .filter(|policy| each(&policy["Roles"]).into_iter().any(|of| named(of) == Some(role)));
    of_role.flat_map(|policy| each(&policy["PolicyDocument"]["Statement"])).collect()
}

fn granted(template: &Value, role: &str) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    let mut grant = |statement: &Value, once: bool| {
        assert_eq!(statement["Effect"], "Allow");
        for action in each(&statement["Action"]) {
            for of in each(&statement["Resource"]) {
                let action = action.as_str().unwrap();
                assert!(!action.contains('*'), "{action}");
                let new = rights.insert((action.to_owned(), resource(of)));
                assert!(new || !once, "{action} is granted twice");
            }
        }
    };
    statements(&template["Resources"][role]).into_iter().for_each(|own| grant(own, true));
    // What stands beside may take a condition away.
    beside(template, role).into_iter().for_each(|beside| grant(beside, false));
    rights
}

/// What Lambda does in a function's name, or a function once, when it starts.
fn needed_by_the_platform(template: &Value, name: &str, folder: &str) -> BTreeSet<Right> {
    let function = &template["Resources"][name]["Properties"];
    let logs = named(&function["LoggingConfig"]["LogGroup"]).unwrap();
    let mut rights =
        BTreeSet::from(["logs:CreateLogStream", "logs:PutLogEvents"].map(|it| (it.into(), logs.into())));
    for source in template["Resources"].as_object().unwrap().values() {
        let source = &source["Properties"];
        if source["EventSourceArn"].is_object() && named(&source["FunctionName"]) == Some(name) {
            let queue = named(&source["EventSourceArn"]).unwrap();
            // AWS Lambda, "Configuring a queue to use with Lambda", "Execution role permissions".
            let actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
            rights.extend(actions.map(|action| (action.into(), queue.into())));
        }
    }
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(folder).join("src/main.rs");
    if std::fs::read_to_string(main).unwrap().contains("Needs::Accounts") {
        rights.insert(("ssm:GetParameter".into(), "SettingsParameter".into()));
    }
    rights
}

#[tokio::test]
async fn every_role_allows_what_its_function_does_and_nothing_else() {
    let template = read("template.yaml");
    let lived = life::live().await;
    let mut wrong = Vec::new();
    for (name, function, folder) in functions() {
        let role = named(&template["Resources"][&name]["Properties"]["Role"]).unwrap();
        let granted = granted(&template, role);
        let mut needed = lived.aws.rights(function);
        if name == "WebhookFunctionwebchat" {
            needed.extend(lived.aws.rights(functions::WEBCHAT));
        }
        if name == "WebhookFunctionemail" {
            // Mails are not played here: `center/src/mail/tests.rs` reads them there and stores their files there.
            let mails = [("s3:GetObject", "MediaBucket/ses"), ("s3:PutObject", "MediaBucket/media/mail")];
            needed.extend(mails.map(|(action, area)| (action.to_owned(), area.to_owned())));
        }
        if name == "WebhookFunctionvoice" {
            // Calls are not played here: `center/src/inbound/tests/call.rs` has their turns, which are the flow function's
            // own, and so are their rights.
            let of_turns = lived.aws.rights(functions::FLOW);
            needed.extend(of_turns.into_iter().filter(|(action, _)| !action.starts_with("sqs:Change")));
        }
        needed.extend(needed_by_the_platform(&template, &name, folder));
        wrong.extend(granted.difference(&needed).map(|right| format!("{role}: nothing needs {right:?}")));
        wrong.extend(needed.difference(&granted).map(|right| format!("{role}: lacks {right:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What strangers call may put problems and nothing else.
    assert_eq!(lived.aws.put_into(functions::WEBHOOK), BTreeSet::from(["G#problems".to_owned()]));
    for statement in statements(&template["Resources"]["WebhookRolesms"]) {
        if statement["Action"] == "dynamodb:PutItem" {
            let keys = &statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"];
            assert_eq!(each(keys), ["G#problems"]);
        }
    }
}

#[test]
fn every_role_of_the_template_is_compared_or_the_schedules() {
    let template = read("template.yaml");
    let resources = template["Resources"].as_object().unwrap();
    let of_type = |kind: &str| -> BTreeSet<&str> {
        resources.iter().filter(|(_, it)| it["Type"] == kind).map(|(name, _)| name.as_str()).collect()
    };
    let functions = functions();
    let names: BTreeSet<&str> = functions.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(of_type("AWS::Serverless::Function"), names);
    let roles = names.iter().map(|name| named(&resources[*name]["Properties"]["Role"]).unwrap());
    let mut roles: BTreeSet<&str> = roles.collect();
    assert_eq!(roles.len(), functions.len(), "each function has a role of its own");
    roles.insert("SweepRole");
    assert_eq!(of_type("AWS::IAM::Role"), roles);
    let target = named(&resources["SweepSchedule"]["Properties"]["Target"]["Arn"]).unwrap();
    assert_eq!(
        granted(&template, "SweepRole"),
        BTreeSet::from([("sqs:SendMessage".to_owned(), target.to_owned())])
    );
}
