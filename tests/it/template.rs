//! The numbers of `template.yaml` that the code relies on.

use patchbay_center::budget::{HANDLER_S_MAX, RECEIVE_COUNT_MAX, VISIBILITY_S};
use patchbay_local::embedded::QueueOptions;
use std::path::Path;

fn template() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// The lines of a resource: those that are indented deeper than its name.
fn resource<'t>(template: &'t str, name: &str) -> Vec<&'t str> {
    let mut lines = template.lines().skip_while(|line| *line != format!("  {name}:"));
    assert!(lines.next().is_some(), "there is no resource {name}");
    lines.take_while(|line| line.is_empty() || line.starts_with("   ")).collect()
}

/// The number behind `key:` in a resource.
fn number(template: &str, name: &str, key: &str) -> u32 {
    let key = format!("{key}: ");
    let values: Vec<&str> = resource(template, name)
        .into_iter()
        .filter_map(|line| line.split_once(&key).map(|(_, value)| value))
        .collect();
    let [value] = values[..] else { panic!("{name} has {} of {key}", values.len()) };
    value.trim_end_matches('}').parse().unwrap()
}

#[test]
fn a_message_is_hidden_and_given_up_as_the_handlers_expect() {
    let template = template();
    for (queue, function) in [
        ("InboundQueue", "FlowFunction"),
        ("RoutingQueue", "RouterFunction"),
        ("OutboundQueue", "SenderFunction"),
    ] {
        assert_eq!(number(&template, function, "Timeout"), HANDLER_S_MAX, "{function}");
        assert_eq!(number(&template, queue, "VisibilityTimeout"), VISIBILITY_S, "{queue}");
        assert_eq!(number(&template, queue, "maxReceiveCount"), RECEIVE_COUNT_MAX, "{queue}");
    }
    let QueueOptions { visibility_s, receive_count_max } = QueueOptions::default();
    assert_eq!((visibility_s, receive_count_max), (VISIBILITY_S, RECEIVE_COUNT_MAX));
}

#[test]
fn every_function_is_built_from_a_crate_that_is_there() {
    let template = template();
    let folders: Vec<&str> =
        template.lines().filter_map(|line| line.trim().strip_prefix("CodeUri: ")).collect();
    assert_eq!(folders.len(), 6);
    for folder in folders {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let name = text.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"');
        assert!(template.contains(&format!("Binary: {name}}}")), "{name} is not built");
    }
}
