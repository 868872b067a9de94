use serde_json::{Value, json};

use super::*;

fn check(definition: &Value, errors: &[(&str, &str)]) {
    let found = Flow::from_value("f", definition).err().map_or_else(Vec::new, |refused| refused.errors);
    let found: Vec<(&str, &str)> =
        found.iter().map(|issue| (issue.property_path.as_str(), issue.message.as_str())).collect();
    assert_eq!(found.len(), errors.len(), "{found:#?}");
    for (expect, found) in errors.iter().zip(found) {
        assert!(found.0 == expect.0 && found.1.contains(expect.1), "{found:?} is not {expect:?}");
    }
}

fn widget(name: &str, kind: &str, properties: Value) -> Value {
    json!({"name": name, "type": kind, "transitions": [], "properties": properties})
}

fn with(states: &[Value]) -> Value {
    let mut all = vec![widget("Trigger", "trigger", json!({}))];
    all.extend_from_slice(states);
    json!({"initial_state": "Trigger", "flags": {"allow_concurrent_calls": true}, "status": "any", "states": all})
}

#[test]
fn the_envelope() {
    check(&with(&[]), &[]);
    check(&json!([]), &[("#", "JSON object")]);
    check(&json!({"states": []}), &[("#/initial_state", "missing"), ("#/states", "0")]);
    check(&json!({"initial_state": "T", "states": {}}), &[("#/states", "list")]);
    let mut other = with(&[]);
    other["initial_state"] = json!("Start");
    check(&other, &[("#/initial_state", "\"Start\" is not a widget")]);
    let errors = Flow::parse("f", "{").err().map(|refused| refused.to_string());
    assert!(errors.is_some_and(|text| text.contains("not JSON")));
}

#[test]
fn every_error_is_named_at_once() {
    let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "{{ x"}, "transitions": [
        {"event": "noMatch", "next": "nowhere"},
        {"event": "match", "conditions": [{"type": "rhymes_with", "arguments": ["{{x}}"], "value": ""}]},
        {"event": "match", "next": ""}]});
    check(
        &with(&[
            split,
            widget("pilot_1", "send-to-auto-pilot", json!({})),
            widget("split", "trigger", json!({})),
            widget("", "trigger", json!({})),
            widget("http", "make-http-request", json!({"method": "PUT", "add_twilio_auth": "maybe"})),
            widget("ask", "send-and-wait-for-reply", json!({"timeout": "soon", "body": ["x"]})),
            widget(
                "set",
                "set-variables",
                json!({"variables": [{"value": 1}, {"key": "k", "value": "{% x %}"}]}),
            ),
            widget("sub", "run-subflow", json!({"parameters": {}})),
            widget("flex", "send-to-flex", json!({"priority": "high"})),
        ]),
        &[
            ("#/states/1/properties/input", "invalid Liquid"),
            ("#/states/1/transitions/1/conditions/0/type", "rhymes_with"),
            ("#/states/1/transitions/2/conditions", "at least one"),
            ("#/states/2/type", "\"pilot_1\" has the type \"send-to-auto-pilot\", which is not supported"),
            ("#/states/3/name", "also that of widget 1"),
            ("#/states/4/name", "1 to 128 bytes"),
            ("#/states/5/properties/method", "GET or POST"),
            ("#/states/5/properties/url", "required"),
            ("#/states/5/properties/add_twilio_auth", "true or false"),
            ("#/states/6/properties/timeout", "whole number"),
            ("#/states/6/properties/body", "must be text"),
            ("#/states/7/properties/variables/0/key", "required"),
            ("#/states/7/properties/variables/1/value", "invalid Liquid"),
            ("#/states/8/properties/flow_sid", "required"),
            ("#/states/8/properties/parameters", "list"),
            ("#/states/9/properties/priority", "whole number"),
            ("#/states/1/transitions/0/next", "nowhere"),
        ],
    );
}

#[test]
fn scalars_may_be_numbers_truth_values_or_text() {
    for (timeout, auth) in
        [(json!(5), json!(true)), (json!("5"), json!("true")), (json!("{{x}}"), json!(null))]
    {
        check(
            &with(&[
                widget("ask", "send-and-wait-for-reply", json!({"timeout": timeout})),
                widget("http", "make-http-request", json!({"url": "u", "add_twilio_auth": auth, "body": 1})),
            ]),
            &[],
        );
    }
    // A transition without a next ends the flow, however that is written.
    for next in [json!(null), json!("")] {
        let mut definition = with(&[]);
        definition["states"][0]["transitions"] = json!([{"event": "incomingMessage", "next": next}]);
        check(&definition, &[]);
    }
}

#[test]
fn sizes_at_the_limit_and_one_past() {
    let widgets = |count: usize| {
        let names = (1..count).map(|n| widget(&format!("w{n}"), "trigger", json!({})));
        with(&names.collect::<Vec<_>>())
    };
    check(&widgets(WIDGETS_MAX), &[]);
    check(&widgets(WIDGETS_MAX + 1), &[("#/states", "1001")]);
    let named = |bytes: usize| with(&[widget(&"n".repeat(bytes), "trigger", json!({}))]);
    check(&named(WIDGET_NAME_BYTES_MAX), &[]);
    check(&named(WIDGET_NAME_BYTES_MAX + 1), &[("#/states/1/name", "1 to 128 bytes")]);
    let sized = |bytes: usize| {
        let mut definition = with(&[]);
        definition["description"] = json!("");
        definition["description"] = json!("d".repeat(bytes - definition.to_string().len()));
        definition
    };
    check(&sized(DEFINITION_BYTES_MAX), &[]);
    check(&sized(DEFINITION_BYTES_MAX + 1), &[("#", "at most 1048576")]);
}

#[test]
fn warnings_do_not_refuse() {
    let odd = json!({"name": "odd", "type": "send-message", "transitions": [{"event": "delivered", "next": "odd"}]});
    let function = widget("f", "run-function", json!({"url": null, "function_sid": ""}));
    let http = widget("http", "make-http-request", json!({"url": ""}));
    let flow = Flow::from_value("f", &with(&[odd, function, http])).unwrap();
    let paths: Vec<&str> = flow.warnings().iter().map(|issue| issue.property_path.as_str()).collect();
    let expect = [
        "#/states/1/transitions/0/event",
        "#/states/2/properties/url",
        "#/states/3/properties/url",
        "#/states/2",
        "#/states/3",
        "#/states/1",
    ];
    assert_eq!(paths, expect);
    assert!(!flow.starts_on("incomingMessage"));
}

#[test]
fn a_flow_is_shared_between_handlers() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Flow::from_value("f", &with(&[])).unwrap());
}
