//! Reads a widget's properties: every scalar may be a number, a truth value or its text, and every mistake is
//! noted with its path instead of ending the reading.

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::definition::{FlowIssue, target};
use crate::template::Template;

/// The text of a scalar; `None` for null, lists and objects.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A key with its template, as `variables` and `parameters` hold them.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: Template,
    /// The rendered value is JSON (`"type": "object"`).
    pub(crate) is_json: bool,
}

/// A branch of a split: all of its conditions, and where it leads.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) next: Option<String>,
}

/// One widget's JSON with a place for what is wrong with it.
pub(crate) struct Properties<'a> {
    state: &'a Value,
    map: Option<&'a Map<String, Value>>,
    path: &'a str,
    errors: &'a mut Vec<FlowIssue>,
    warnings: &'a mut Vec<FlowIssue>,
}

impl<'a> Properties<'a> {
    pub(crate) fn new(
        state: &'a Value,
        path: &'a str,
        errors: &'a mut Vec<FlowIssue>,
        warnings: &'a mut Vec<FlowIssue>,
    ) -> Self {
        let map = state.get("properties").and_then(Value::as_object);
        Self { state, map, path, errors, warnings }
    }

    /// Notes that property `key` is odd.
    pub(crate) fn warn(&mut self, message: impl Into<String>, key: &str) {
        self.warnings.push(FlowIssue::new(message, format!("{}/properties/{key}", self.path)));
    }

    /// Notes that property `key` is wrong.
    pub(crate) fn refuse(&mut self, message: impl Into<String>, key: &str) {
        self.errors.push(FlowIssue::new(message, format!("{}/properties/{key}", self.path)));
    }

    /// A scalar's text; `None` when it is missing, null or empty.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.map?.get(key)?;
        if value.is_array() || value.is_object() {
            self.refuse(format!("{key} must be text"), key);
            return None;
        }
        scalar(value).filter(|text| !text.is_empty())
    }

    /// A compiled template; `None` when the property is missing, null or empty.
    pub(crate) fn template(&mut self, key: &str) -> Option<Template> {
        let source = self.text(key)?;
        let path = format!("{}/properties/{key}", self.path);
        Some(compile(&source, path, self.errors))
    }

    /// A template that must be there. One that is there but empty is odd: flows that are published as examples leave
    /// blank what each installation fills in.
    pub(crate) fn required(&mut self, key: &str) -> Template {
        if let Some(template) = self.template(key) {
            return template;
        }
        match self.map.and_then(|map| map.get(key)) {
            None | Some(Value::Null) => self.refuse(format!("{key} is required"), key),
            Some(_) => self.warn(format!("{key} is empty"), key),
        }
        Template::Literal(String::new())
    }

    /// A template whose value is a whole number; one without Liquid is checked now.
    pub(crate) fn number(&mut self, key: &str) -> Option<Template> {
        let template = self.template(key)?;
        if let Some(text) = template.literal()
            && text.trim().parse::<i64>().is_err()
        {
            self.refuse(format!("{key} must be a whole number, not {text:?}"), key);
        }
        Some(template)
    }

    /// A truth value or its text; false when missing.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        match self.text(key).as_deref() {
            Some("true") => true,
            Some("false") | None => false,
            Some(other) => {
                let message = format!("{key} must be true or false, not {other:?}");
                self.refuse(message, key);
                false
            }
        }
    }

    /// A list of scalars, as texts.
    pub(crate) fn texts(&mut self, key: &str) -> Vec<String> {
        match self.map.and_then(|map| map.get(key)) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
            Some(_) => {
                self.refuse(format!("{key} must be a list"), key);
                Vec::new()
            }
        }
    }

    /// A list of `{key, value, type?, index?}`, in the order of `index` where every item has one.
    pub(crate) fn pairs(&mut self, key: &str) -> Vec<Pair> {
        let items = match self.map.and_then(|map| map.get(key)) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.refuse(format!("{key} must be a list"), key);
                return Vec::new();
            }
        };
        let index = |item: &Value| item.get("index").and_then(scalar)?.trim().parse::<i64>().ok();
        let mut order: Vec<usize> = (0..items.len()).collect();
        if items.iter().all(|item| index(item).is_some()) {
            order.sort_by_key(|at| index(&items[*at]));
        }
        order.into_iter().filter_map(|at| self.pair(key, at, &items[at])).collect()
    }

    fn pair(&mut self, list: &str, at: usize, item: &Value) -> Option<Pair> {
        let path = format!("{}/properties/{list}/{at}", self.path);
        let Some(key) = item.get("key").and_then(scalar).filter(|key| !key.is_empty()) else {
            self.errors.push(FlowIssue::new("key is required", format!("{path}/key")));
            return None;
        };
        let source = match item.get("value") {
            None | Some(Value::Null) => String::new(),
            Some(value) => scalar(value).unwrap_or_else(|| value.to_string()),
        };
        let value = compile(&source, format!("{path}/value"), self.errors);
        let is_json = item.get("type").and_then(Value::as_str) == Some("object")
            || item.get("parse_as_json").and_then(scalar).as_deref() == Some("true");
        Some(Pair { key, value, is_json })
    }

    /// The `match` transitions of a split, in document order.
    pub(crate) fn branches(&mut self) -> Vec<Branch> {
        let transitions = self.state.get("transitions").and_then(Value::as_array);
        let mut branches = Vec::new();
        for (at, transition) in transitions.into_iter().flatten().enumerate() {
            if transition.get("event").and_then(Value::as_str) != Some("match") {
                continue;
            }
            let path = format!("{}/transitions/{at}/conditions", self.path);
            let json = transition.get("conditions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if json.is_empty() {
                self.errors
                    .push(FlowIssue::new("a match transition has at least one condition", path.clone()));
            }
            let conditions = json
                .iter()
                .enumerate()
                .filter_map(|(index, json)| Condition::parse(json, &format!("{path}/{index}"), self.errors))
                .collect();
            branches.push(Branch { conditions, next: target(transition) });
        }
        branches
    }
}

/// Compiles `source`; a template that does not compile is noted and replaced by nothing.
pub(crate) fn compile(source: &str, path: String, errors: &mut Vec<FlowIssue>) -> Template {
    Template::compile(source).unwrap_or_else(|error| {
        errors.push(FlowIssue::new(error.to_string(), path));
        Template::Literal(String::new())
    })
}
