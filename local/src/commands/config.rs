//! `patchbay config lint|plan|apply`.

use crate::directory::{Directory, Faults};
use crate::operator::Operator;
use anyhow::bail;
use patchbay_center::config::{ConfigDocuments, ConfigFault};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Says everything that is wrong with a directory, or how much there is in it.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub fn lint(path: &Path) -> Result<(), Faults> {
    let directory = Directory::read(path)?;
    directory.lint()?;
    let workspace = &directory.documents.workspace;
    println!(
        "{}: {} accounts, {} workers, {} task queues, {} workflows, {} flows, no faults",
        path.display(),
        directory.accounts.len(),
        workspace.workers.len(),
        workspace.task_queues.len(),
        workspace.workflows.len(),
        directory.documents.flows.len(),
    );
    Ok(())
}

#[derive(Deserialize)]
struct InForce {
    version: u64,
    documents: ConfigDocuments,
}

/// Says which documents differ from those in force.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn plan(path: &Path, center: &Operator) -> anyhow::Result<()> {
    let directory = Directory::read(path)?;
    directory.lint()?;
    let answer = center.json("GET", "/api/config", None).await?;
    let in_force: InForce = serde_json::from_value(answer)?;
    let known: BTreeSet<String> = center.workers().await?.into_iter().collect();
    println!("in force: version {}", in_force.version);
    let changes = changes(&directory.documents, &in_force.documents, &known);
    if changes.is_empty() {
        println!("nothing would change");
    }
    for change in changes {
        println!("{change}");
    }
    Ok(())
}

/// What applying `wanted` changes, a line each; `known` are the workers that there are.
fn changes(wanted: &ConfigDocuments, in_force: &ConfigDocuments, known: &BTreeSet<String>) -> Vec<String> {
    let mut lines = Vec::new();
    let (before, after) = (json(&in_force.workspace), json(&wanted.workspace));
    for (key, value) in after.as_object().into_iter().flatten() {
        if key != "workers" && before.get(key) != Some(value) {
            lines.push(format!("~ workspace {key}"));
        }
    }
    for worker in &wanted.workspace.workers {
        if !known.contains(&worker.friendly_name) {
            lines.push(format!("+ worker {}", worker.friendly_name));
        }
    }
    for (name, flow) in &wanted.flows {
        match in_force.flows.get(name) {
            None => lines.push(format!("+ flow {name}")),
            Some(old) if old != flow => lines.push(format!("~ flow {name}")),
            Some(_) => {}
        }
    }
    for name in in_force.flows.keys().filter(|name| !wanted.flows.contains_key(*name)) {
        lines.push(format!("- flow {name}"));
    }
    lines
}

fn json(workspace: &patchbay_model::Workspace) -> Value {
    serde_json::to_value(workspace).unwrap_or_default()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    message: String,
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    document: String,
    position: String,
    reason: String,
}

/// Puts the directory's documents in force. The center checks them again; its faults come with file and line.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn apply(path: &Path, center: &Operator) -> anyhow::Result<()> {
    let directory = Directory::read(path)?;
    let body = serde_json::to_value(&directory.documents)?;
    let (status, answer) = center.call("POST", "/api/config", Some(&body)).await?;
    if status == 200 {
        let applied: Value = serde_json::from_slice(&answer)?;
        println!(
            "version {} is in force: {} workers are new, {} changed",
            applied["version"], applied["workers_created"], applied["workers_updated"],
        );
        return Ok(());
    }
    let refused: Refused = serde_json::from_slice(&answer).unwrap_or_default();
    if refused.faults.is_empty() {
        bail!("the center answered {status}: {}", refused.message);
    }
    let located = refused
        .faults
        .into_iter()
        .map(|fault| directory.locate(&ConfigFault::new(fault.document, fault.position, fault.reason)));
    Err(Faults(located.collect()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn documents(workspace: Value, flows: Value) -> ConfigDocuments {
        serde_json::from_value(json!({ "workspace": workspace, "flows": flows })).unwrap()
    }

    #[test]
    fn a_plan_names_what_is_new_changed_or_gone() {
        let before = documents(json!({ "task_queues": [] }), json!({ "a": 1, "b": 1, "c": 1 }));
        let after = documents(
            json!({ "task_queues": [{ "friendly_name": "All" }], "workers": [{ "friendly_name": "Ann" }, { "friendly_name": "Bo" }] }),
            json!({ "b": 2, "c": 1, "d": 1 }),
        );
        let known = BTreeSet::from(["Ann".to_owned()]);
        let lines = changes(&after, &before, &known);
        assert_eq!(lines, ["~ workspace task_queues", "+ worker Bo", "~ flow b", "+ flow d", "- flow a"]);
        assert!(changes(&before, &before, &known).is_empty());
    }
}
