//! From a definition's JSON to a [`Flow`], or to everything that is wrong with it at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::limits::{DEFINITION_BYTES_MAX, WIDGET_NAME_BYTES_MAX, WIDGETS_MAX};
use crate::properties::{Properties, scalar};
use crate::widgets::{self, Widget};

/// A flow that can be run: every widget's type is supported, every transition leads somewhere, every template is
/// compiled.
#[derive(Debug)]
pub struct Flow {
    name: String,
    description: String,
    initial: String,
    states: BTreeMap<String, State>,
    warnings: Vec<FlowIssue>,
}

/// One widget of a flow.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) widget: Box<dyn Widget>,
    transitions: Vec<Transition>,
}

#[derive(Debug)]
struct Transition {
    event: String,
    next: Option<String>,
}

/// One finding, in the shape of Studio's Validate answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowIssue {
    pub message: String,
    /// JSON pointer into the definition: `#/states/3/properties/timeout`.
    pub property_path: String,
}

impl FlowIssue {
    pub(crate) fn new(message: impl Into<String>, path: impl Into<String>) -> Self {
        Self { message: message.into(), property_path: path.into() }
    }
}

/// Why a definition is refused: every error of it.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("the flow definition has {} errors, first: {}", .errors.len(), first(.errors))]
pub struct FlowErrors {
    pub errors: Vec<FlowIssue>,
    pub warnings: Vec<FlowIssue>,
}

fn first(errors: &[FlowIssue]) -> String {
    errors.first().map(|issue| format!("{} ({})", issue.message, issue.property_path)).unwrap_or_default()
}

impl Flow {
    /// Reads a definition's JSON text. `name` is only for people. Refuses with every error at once.
    pub fn parse(name: &str, json: &str) -> Result<Flow, FlowErrors> {
        let refuse =
            |message: String| FlowErrors { errors: vec![FlowIssue::new(message, "#")], warnings: Vec::new() };
        if json.len() > DEFINITION_BYTES_MAX {
            return Err(refuse(format!(
                "the definition is {} bytes long; at most {DEFINITION_BYTES_MAX} are allowed",
                json.len()
            )));
        }
        let value = serde_json::from_str(json).map_err(|error| refuse(format!("not JSON: {error}")))?;
        let mut reader = Reader::default();
        let flow = reader.flow(name, &value);
        match flow {
            Some(flow) if reader.errors.is_empty() => Ok(Flow { warnings: reader.warnings, ..flow }),
            _ => Err(FlowErrors { errors: reader.errors, warnings: reader.warnings }),
        }
    }

    /// The same for a definition that was already read as JSON.
    pub fn from_value(name: &str, value: &Value) -> Result<Flow, FlowErrors> {
        Flow::parse(name, &value.to_string())
    }

    /// The name given to [`Flow::parse`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition's description.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What is odd but does not prevent running: unreachable widgets, events that never happen.
    pub fn warnings(&self) -> &[FlowIssue] {
        &self.warnings
    }

    /// Whether the flow does something when `event` (`incomingMessage`, `incomingConversationMessage`,
    /// `incomingRequest`, `incomingParent`) starts it: channels that fit two events choose by this.
    pub fn starts_on(&self, event: &str) -> bool {
        self.next(&self.initial, event).is_some()
    }

    pub(crate) fn initial(&self) -> &str {
        &self.initial
    }

    pub(crate) fn state(&self, widget: &str) -> Option<&State> {
        self.states.get(widget)
    }

    /// Where `widget` leads by `event`; `None` ends the flow.
    pub(crate) fn next(&self, widget: &str, event: &str) -> Option<&str> {
        let transitions = &self.states.get(widget)?.transitions;
        transitions.iter().find(|transition| transition.event == event)?.next.as_deref()
    }
}

#[derive(Default)]
struct Reader {
    errors: Vec<FlowIssue>,
    warnings: Vec<FlowIssue>,
}

impl Reader {
    fn error(&mut self, message: impl Into<String>, path: impl Into<String>) {
        self.errors.push(FlowIssue::new(message, path));
    }

    fn flow(&mut self, name: &str, json: &Value) -> Option<Flow> {
        let Some(top) = json.as_object() else {
            self.error("a flow definition is a JSON object", "#");
            return None;
        };
        let initial = top.get("initial_state").and_then(scalar).unwrap_or_default();
        if initial.is_empty() {
            self.error("initial_state is missing", "#/initial_state");
        }
        let Some(states) = top.get("states").and_then(Value::as_array) else {
            self.error("states must be a list of widgets", "#/states");
            return None;
        };
        if states.is_empty() || states.len() > WIDGETS_MAX {
            let message = format!("a flow has 1 to {WIDGETS_MAX} widgets, this one has {}", states.len());
            self.error(message, "#/states");
            return None;
        }
        let mut indices = BTreeMap::new();
        let mut parsed = BTreeMap::new();
        for (index, state) in states.iter().enumerate() {
            let Some(widget_name) = self.widget_name(index, state, &mut indices) else {
                continue;
            };
            if let Some(state) = self.state(index, &widget_name, state) {
                parsed.insert(widget_name, state);
            }
        }
        self.check_targets(states, &indices);
        if !initial.is_empty() && !indices.contains_key(&initial) {
            self.error(format!("initial_state {initial:?} is not a widget of this flow"), "#/initial_state");
        }
        let description = top.get("description").and_then(scalar).unwrap_or_default();
        let flow = Flow { name: name.to_owned(), description, initial, states: parsed, warnings: Vec::new() };
        if self.errors.is_empty() {
            self.warn_unreachable(&flow, &indices);
        }
        Some(flow)
    }

    fn widget_name(
        &mut self,
        index: usize,
        state: &Value,
        indices: &mut BTreeMap<String, usize>,
    ) -> Option<String> {
        let path = format!("#/states/{index}/name");
        let name = state.get("name").and_then(scalar).unwrap_or_default();
        if name.is_empty() || name.len() > WIDGET_NAME_BYTES_MAX {
            self.error(format!("a widget's name has 1 to {WIDGET_NAME_BYTES_MAX} bytes"), path);
            return None;
        }
        if let Some(other) = indices.insert(name.clone(), index) {
            self.error(format!("the name {name:?} is also that of widget {other}"), path);
            return None;
        }
        Some(name)
    }

    fn state(&mut self, index: usize, name: &str, state: &Value) -> Option<State> {
        let path = format!("#/states/{index}");
        let type_name = state.get("type").and_then(scalar).unwrap_or_default();
        let Some(kind) = widgets::TYPES.iter().find(|kind| kind.name == type_name) else {
            let message = format!("widget {name:?} has the type {type_name:?}, which is not supported");
            self.error(message, format!("{path}/type"));
            return None;
        };
        let transitions: Vec<Transition> = transitions(state)
            .map(|(_, transition)| Transition {
                event: transition.get("event").and_then(scalar).unwrap_or_default(),
                next: target(transition),
            })
            .collect();
        for (at, transition) in transitions.iter().enumerate() {
            if !kind.events.contains(&transition.event.as_str()) {
                let message = format!("a {type_name} widget never leaves by {:?}", transition.event);
                self.warnings.push(FlowIssue::new(message, format!("{path}/transitions/{at}/event")));
            }
        }
        let mut properties = Properties::new(state, &path, &mut self.errors, &mut self.warnings);
        let widget = (kind.parse)(&mut properties);
        Some(State { widget, transitions })
    }

    fn check_targets(&mut self, states: &[Value], indices: &BTreeMap<String, usize>) {
        for (index, state) in states.iter().enumerate() {
            for (at, transition) in transitions(state) {
                if let Some(next) = target(transition)
                    && !indices.contains_key(&next)
                {
                    let message =
                        format!("the transition leads to {next:?}, which is not a widget of this flow");
                    self.error(message, format!("#/states/{index}/transitions/{at}/next"));
                }
            }
        }
    }

    fn warn_unreachable(&mut self, flow: &Flow, indices: &BTreeMap<String, usize>) {
        let mut reached = BTreeSet::new();
        let mut open = vec![flow.initial.as_str()];
        while let Some(name) = open.pop() {
            if reached.insert(name)
                && let Some(state) = flow.states.get(name)
            {
                open.extend(state.transitions.iter().filter_map(|transition| transition.next.as_deref()));
            }
        }
        for (name, index) in indices.iter().filter(|(name, _)| !reached.contains(name.as_str())) {
            let message = format!("nothing leads to widget {name:?}");
            self.warnings.push(FlowIssue::new(message, format!("#/states/{index}")));
        }
    }
}

fn transitions(state: &Value) -> impl Iterator<Item = (usize, &Value)> {
    state.get("transitions").and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// Where a transition leads; missing, null and empty end the flow.
pub(crate) fn target(transition: &Value) -> Option<String> {
    transition.get("next").and_then(scalar).filter(|next| !next.is_empty())
}

#[cfg(test)]
mod tests;
