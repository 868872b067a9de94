//! A configuration document into a [`Workflow`], with every fault it has.
//!
//! Read as leniently as real documents need: the `task_routing` wrapper may be missing, numbers may be texts,
//! a filter's name has three spellings, unknown keys are ignored, `null` and empty texts are as if absent.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    Condition, Filter, KnownWorkerReference, OrderBy, Target, WORKFLOW_BYTES_MAX, WORKFLOW_NUMBER_MAX,
    Workflow,
};
use crate::expression::{Expression, Path};

/// Why a document is not a workflow: one fault or more, filter by filter and target by target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct WorkflowError {
    pub faults: Vec<WorkflowFault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowFault {
    /// A JSON pointer (RFC 6901) to what is wrong, e.g. `/task_routing/filters/2/targets/0/expression`; it
    /// may be to a key that is missing. Empty for the document as a whole.
    pub pointer: String,
    pub reason: String,
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.faults.iter().enumerate() {
            let separator = if position > 0 { "; " } else { "" };
            let pointer = if fault.pointer.is_empty() { "the document" } else { &fault.pointer };
            write!(formatter, "{separator}{pointer}: {}", fault.reason)?;
        }
        Ok(())
    }
}

impl Workflow {
    /// Reads a configuration document from its JSON text, up to [`WORKFLOW_BYTES_MAX`].
    pub fn parse(configuration: &str) -> Result<Workflow, WorkflowError> {
        if configuration.len() > WORKFLOW_BYTES_MAX {
            return Err(whole(format!("it is longer than {WORKFLOW_BYTES_MAX} bytes")));
        }
        let document: Value =
            serde_json::from_str(configuration).map_err(|error| whole(format!("it is not JSON: {error}")))?;
        read(&document)
    }

    /// Reads a configuration document that is JSON already, or a JSON text within JSON.
    pub fn from_value(configuration: &Value) -> Result<Workflow, WorkflowError> {
        match configuration {
            Value::String(text) => Workflow::parse(text),
            document => read(document),
        }
    }
}

fn whole(reason: String) -> WorkflowError {
    WorkflowError { faults: vec![WorkflowFault { pointer: String::new(), reason }] }
}

fn read(document: &Value) -> Result<Workflow, WorkflowError> {
    let mut reader = Reader { faults: Vec::new() };
    let workflow = reader.workflow(document);
    if reader.faults.is_empty() { Ok(workflow) } else { Err(WorkflowError { faults: reader.faults }) }
}

/// Where a filter's name stands: the documented key, and those that helper libraries write.
const FILTER_NAME_KEYS: [&str; 3] = ["filter_friendly_name", "friendly_name", "friendlyName"];

struct Reader {
    faults: Vec<WorkflowFault>,
}

/// An object and the pointer to it.
struct Node<'a> {
    object: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Node<'a> {
    /// The value of a key, unless there is nothing in it.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    fn pointer(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }
}

impl Reader {
    fn workflow(&mut self, document: &Value) -> Workflow {
        let Some(document) = self.object(document, String::new()) else { return Workflow::default() };
        let routing = match document.get("task_routing") {
            Some(inner) => self.object(inner, document.pointer("task_routing")),
            None if document.get("filters").is_none() && document.get("default_filter").is_none() => {
                self.fault(document.pointer("task_routing"), "expected `task_routing`, with filters in it");
                None
            }
            None => Some(document),
        };
        let Some(routing) = routing else { return Workflow::default() };
        let filters = self.list(&routing, "filters", Reader::filter);
        let default_filter = routing
            .get("default_filter")
            .and_then(|default| self.object(default, routing.pointer("default_filter")));
        let default_queue = default_filter.and_then(|default| match self.text(&default, "queue") {
            None if default.get("queue").is_none() => {
                self.fault(default.pointer("queue"), "the default filter names no queue");
                None
            }
            queue => queue.map(str::to_owned),
        });
        Workflow { filters, default_queue }
    }

    fn filter(&mut self, node: &Node<'_>) -> Filter {
        let name = FILTER_NAME_KEYS.iter().find_map(|key| self.text(node, key)).unwrap_or_default();
        let condition = self.condition(node, "expression");
        let mut queue: Option<String> = None;
        let targets = match (node.get("targets"), self.text(node, "queue")) {
            (Some(_), _) => self.list(node, "targets", |reader, target| {
                let target = reader.target(target, queue.as_deref());
                queue = Some(target.queue.clone());
                target
            }),
            // An old form, still in the docs' samples: the filter is its own and only target.
            (None, Some(queue)) => vec![Target::of(queue)],
            (None, None) => Vec::new(),
        };
        if targets.is_empty() && node.get("targets").is_none_or(Value::is_array) {
            self.fault(node.pointer("targets"), "a filter needs at least one target");
        }
        Filter { name: name.to_owned(), condition, targets }
    }

    fn target(&mut self, node: &Node<'_>, inherited: Option<&str>) -> Target {
        let queue = match self.text(node, "queue").or(inherited) {
            Some(queue) => queue,
            None => {
                if node.get("queue").is_none() {
                    self.fault(node.pointer("queue"), "the first target of a filter must name a queue");
                }
                ""
            }
        };
        let order_by =
            self.text(node, "order_by").map(OrderBy::parse).unwrap_or_else(|| Ok(OrderBy::default()));
        Target {
            condition: self.condition(node, "expression"),
            priority: self.number(node, "priority"),
            timeout_s: self.number(node, "timeout"),
            order_by: order_by.unwrap_or_else(|error| {
                self.fault(node.pointer("order_by"), error);
                OrderBy::default()
            }),
            skip_if: self.condition(node, "skip_if"),
            known_worker: self.known_worker(node),
            ..Target::of(queue)
        }
    }

    fn known_worker(&mut self, node: &Node<'_>) -> Option<KnownWorkerReference> {
        let sid = self.task_path(node, "known_worker_sid").map(KnownWorkerReference::Sid);
        let name = self.task_path(node, "known_worker_friendly_name").map(KnownWorkerReference::FriendlyName);
        if sid.is_some() && name.is_some() {
            let reason = "a target has either known_worker_sid or known_worker_friendly_name";
            self.fault(node.pointer("known_worker_friendly_name"), reason);
        }
        sid.or(name)
    }

    fn task_path(&mut self, node: &Node<'_>, key: &str) -> Option<Path> {
        let text = self.text(node, key)?;
        let path = Path::parse(text.trim()).and_then(|path| path.below("task"));
        if path.is_none() {
            self.fault(node.pointer(key), "expected a task attribute, as in `task.known_worker`");
        }
        path
    }

    fn condition(&mut self, node: &Node<'_>, key: &str) -> Option<Condition> {
        let text = self.text(node, key)?;
        match Expression::parse(text) {
            Ok(expression) => Some(Condition { text: text.to_owned(), expression }),
            Err(error) => {
                self.fault(node.pointer(key), error);
                None
            }
        }
    }

    fn number(&mut self, node: &Node<'_>, key: &str) -> Option<u32> {
        let value = node.get(key)?;
        let number = match value {
            Value::Number(number) => whole_number(&number.to_string()),
            Value::String(text) => whole_number(text.trim()),
            _ => None,
        };
        if number.is_none() {
            self.fault(node.pointer(key), format_args!("expected a number from 0 to {WORKFLOW_NUMBER_MAX}"));
        }
        number
    }

    fn text<'a>(&mut self, node: &Node<'a>, key: &str) -> Option<&'a str> {
        let value = node.get(key)?;
        if !value.is_string() {
            self.fault(node.pointer(key), "expected a text");
        }
        value.as_str()
    }

    fn list<T>(
        &mut self,
        node: &Node<'_>,
        key: &str,
        mut read: impl FnMut(&mut Self, &Node<'_>) -> T,
    ) -> Vec<T> {
        let pointer = node.pointer(key);
        match node.get(key) {
            None => Vec::new(),
            Some(Value::Array(members)) => {
                let mut items = Vec::with_capacity(members.len());
                for (position, member) in members.iter().enumerate() {
                    if let Some(member) = self.object(member, format!("{pointer}/{position}")) {
                        items.push(read(self, &member));
                    }
                }
                items
            }
            Some(_) => {
                self.fault(pointer, "expected a list");
                Vec::new()
            }
        }
    }

    fn object<'a>(&mut self, value: &'a Value, pointer: String) -> Option<Node<'a>> {
        match value {
            Value::Object(object) => Some(Node { object, pointer }),
            _ => {
                self.fault(pointer, "expected an object");
                None
            }
        }
    }

    fn fault(&mut self, pointer: String, reason: impl fmt::Display) {
        self.faults.push(WorkflowFault { pointer, reason: reason.to_string() });
    }
}

impl Target {
    /// Any worker of a queue, for ever.
    fn of(queue: &str) -> Target {
        Target {
            queue: queue.to_owned(),
            condition: None,
            priority: None,
            timeout_s: None,
            order_by: OrderBy::default(),
            skip_if: None,
            known_worker: None,
        }
    }
}

/// `30`, and `30.0` as some programs write it.
fn whole_number(text: &str) -> Option<u32> {
    let number = crate::expression::Number::parse(text)?.as_whole()?;
    u32::try_from(number).ok().filter(|number| *number <= WORKFLOW_NUMBER_MAX)
}

#[cfg(test)]
mod tests;
