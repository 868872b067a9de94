//! Opening hours, checked, and whether the flows that ask for them ask for some that there are.

use super::fault;
use crate::config::ConfigFault;
use patchbay_hours::Schedule;
use patchbay_model::hours::ScheduleDocument;
use serde_json::Value;
use std::collections::BTreeMap;

const SCHEDULES_MAX: usize = 50;

pub(super) fn schedules(
    documents: &[ScheduleDocument],
    faults: &mut Vec<ConfigFault>,
) -> BTreeMap<String, Schedule> {
    let mut found = BTreeMap::new();
    if documents.len() > SCHEDULES_MAX {
        faults.push(fault("/hours".into(), format!("more than {SCHEDULES_MAX} schedules")));
    }
    for (at, document) in documents.iter().enumerate() {
        match Schedule::compile(document) {
            Ok(schedule) => {
                if found.insert(document.name.clone(), schedule).is_some() {
                    faults.push(fault(format!("/hours/{at}/name"), "another schedule has this name"));
                }
            }
            Err(refused) => faults.extend(
                refused.into_iter().map(|inner| fault(format!("/hours/{at}{}", inner.pointer), inner.reason)),
            ),
        }
    }
    found
}

/// Liquid renders what there is not as nothing, so that a misspelt name would be a shop that never opens.
pub(super) fn check_flow(
    flow: &str,
    definition: &Value,
    documents: &[ScheduleDocument],
    faults: &mut Vec<ConfigFault>,
) {
    let known = |name: &str| documents.iter().any(|document| document.name == name);
    let states = definition.get("states").and_then(Value::as_array);
    for (at, state) in states.into_iter().flatten().enumerate() {
        each_text(state, &mut |text| {
            for name in schedules_read(text).filter(|name| !known(name)) {
                let reason = format!("there are no opening hours {name:?}");
                faults.push(ConfigFault::new(format!("flow/{flow}"), format!("#/states/{at}"), reason));
            }
        });
    }
}

/// Calls `act` with every text in a document. Documents are nested as deep as their reader allows (128).
fn each_text(value: &Value, act: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, act)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, act)),
        _ => {}
    }
}

/// The names in `hours.<name>` of a template's expressions and tags.
fn schedules_read(text: &str) -> impl Iterator<Item = &str> {
    let inside = |opening: &'static str, closing: &'static str| {
        text.split(opening).skip(1).filter_map(move |rest| Some(rest.split_once(closing)?.0))
    };
    inside("{{", "}}").chain(inside("{%", "%}")).flat_map(|tag| {
        tag.match_indices("hours.").filter_map(|(at, root)| {
            let before = tag[..at].chars().next_back();
            let is_root = before.is_none_or(|c| !c.is_alphanumeric() && !"_-.'\"".contains(c));
            let rest = &tag[at + root.len()..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (is_root && end > 0).then(|| &rest[..end])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigDocuments;
    use serde_json::json;

    fn shop(name: &str) -> Value {
        json!({ "name": name, "time_zone": "Europe/Paris" })
    }

    fn check(documents: Value, expect: &[(&str, &str)]) {
        let documents: ConfigDocuments = serde_json::from_value(documents).unwrap();
        let faults = documents.compile(1).err().unwrap_or_default();
        let found: Vec<_> =
            faults.iter().map(|fault| (fault.document.as_str(), fault.position.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn schedules_are_checked_under_their_place() {
        let of = |hours: Value| json!({ "workspace": { "hours": hours }, "flows": {} });
        check(of(json!([shop("shop"), shop("bar")])), &[]);
        check(of(json!([shop("shop"), shop("shop")])), &[("workspace", "/hours/1/name")]);
        let bad = json!({ "name": "bar", "time_zone": "Mars", "weekly": [{ "days": ["mon"], "from": "9", "to": "10:00" }] });
        check(
            of(json!([shop("shop"), bad])),
            &[("workspace", "/hours/1/time_zone"), ("workspace", "/hours/1/weekly/0/from")],
        );
        let many = |count: usize| (0..count).map(|n| shop(&format!("s{n}"))).collect::<Vec<_>>();
        check(of(json!(many(SCHEDULES_MAX))), &[]);
        check(of(json!(many(SCHEDULES_MAX + 1))), &[("workspace", "/hours")]);
    }

    #[test]
    fn a_flow_asks_for_hours_that_there_are() {
        let asks = |text: &str| {
            let send = json!({
                "name": "says", "type": "send-message", "transitions": [{ "event": "sent" }, { "event": "failed" }],
                "properties": { "body": text, "from": "{{flow.channel.address}}" },
            });
            let trigger = json!({
                "name": "Trigger", "type": "trigger", "properties": {},
                "transitions": [{ "event": "incomingMessage", "next": "says" }],
            });
            let flow = json!({ "description": "", "states": [trigger, send], "initial_state": "Trigger", "flags": {} });
            json!({ "workspace": { "hours": [shop("shop")] }, "flows": { "greet": flow } })
        };
        let unknown = &[("flow/greet", "#/states/1")];
        check(asks("{{hours.shop.open}} {% if hours.shop.open %}yes{% endif %}"), &[]);
        check(asks("{{ hours.bar.open }}"), unknown);
        check(asks("{% if hours.bar.open %}yes{% endif %}"), unknown);
        check(asks("Within 24 hours.Thank you, {{flow.variables.hours.bar}}"), &[]);
    }
}
