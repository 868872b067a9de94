//! Workflows and expressions that others run, read from the folder that `PATCHBAY_CORPUS` names.

#![allow(clippy::disallowed_methods, reason = "the environment names the corpus")]
#![allow(clippy::print_stdout, reason = "says what was read, or that nothing was")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path as FilePath, PathBuf};

use patchbay_model::Timestamp;
use patchbay_routing::workflow::{OrderBy, Position, TaskView, place};
use patchbay_routing::{Expression, Path, Workflow};
use serde_json::{Value, json};

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PATCHBAY_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: PATCHBAY_CORPUS is not set");
    }
    folder
}

fn json_files(folder: &FilePath) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<_> = entries
        .map(|entry| entry.expect("a directory entry").path())
        .flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    found.sort();
    found
}

/// A sample whose filters are the name of a variable in the program around it.
fn is_a_template(document: &Value) -> bool {
    document.pointer("/task_routing/filters").is_some_and(Value::is_string)
}

#[test]
fn every_workflow_is_read_and_places_a_task() {
    let Some(corpus) = corpus() else { return };
    let (mut read, mut templates, mut filters) = (0, 0, 0);
    for file in json_files(&corpus.join("workflows")) {
        let name = file.display();
        let text = fs::read_to_string(&file).expect("a readable file");
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let workflow = match (Workflow::parse(&text), is_a_template(&document)) {
            (Ok(workflow), false) => workflow,
            (Err(error), true) => {
                assert!(error.faults.iter().any(|fault| fault.pointer == "/task_routing/filters"), "{name}");
                templates += 1;
                continue;
            }
            (Err(error), false) => panic!("{name}: {error}"),
            (Ok(_), true) => panic!("{name}: filters that are a text were read"),
        };
        read += 1;
        let written = document.pointer("/task_routing/filters").or(document.pointer("/filters"));
        let written = written.and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(workflow.filters.len(), written, "{name}");
        filters += written;
        for filter in &workflow.filters {
            let attributes = filter.targets.iter().flat_map(|target| [&target.condition, &target.skip_if]);
            for condition in attributes.chain([&filter.condition]).flatten() {
                reads_back(&condition.expression, &condition.text);
            }
        }
        let (attributes, now) = (json!({}), Timestamp(0));
        let task =
            TaskView { attributes: &attributes, priority: 0, entered: now, position: Position::Outside };
        println!("{name}: {:?}", place(&workflow, &task, now));
    }
    println!("{read} workflows with {filters} filters, {templates} templates refused");
    assert!(read > 0, "the corpus has workflows");
}

fn reads_back(expression: &Expression, text: &str) {
    let canonical = expression.to_string();
    assert_eq!(Expression::parse(&canonical).as_ref(), Ok(expression), "{text} as {canonical}");
}

#[test]
fn every_expression_is_read_as_its_kind() {
    let Some(corpus) = corpus() else { return };
    let lines = fs::read_to_string(corpus.join("expressions/expressions.jsonl")).expect("the expressions");
    let mut counts = BTreeMap::<String, u32>::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let field = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{line}: no {key}"));
        let (kind, text) = (field("kind"), field("expression"));
        match kind {
            "workflow_filter" | "target_expression" | "task_queue_target_workers" | "skip_if" => {
                let expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
                reads_back(&expression, text);
            }
            "known_worker_sid" | "known_worker_friendly_name" => {
                let path = Path::parse(text).unwrap_or_else(|| panic!("{text} is not a path"));
                assert!(path.below("task").is_some(), "{text}");
            }
            "order_by" => {
                OrderBy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            }
            "worker_attributes" => {
                let attributes: Value =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert!(attributes.is_object(), "{text}");
            }
            other => panic!("{line}: nobody reads expressions of kind {other}"),
        }
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    println!("{counts:?}");
    assert!(!counts.is_empty(), "the corpus has expressions");
}
