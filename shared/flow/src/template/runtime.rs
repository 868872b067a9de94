//! Where Liquid finds its variables: first those that the template assigned, then the execution's context.

use std::cell::RefCell;
use std::collections::BTreeSet;

use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, ValueCow, try_find};
use liquid_core::runtime::{PartialStore, Registers, Renderable};
use liquid_core::{Error, Object, ObjectView, Result, Runtime, Value, ValueView};
use patchbay_model::Timestamp;

use super::value::{MISSING, flat, from_json, weight};
use super::{Outside, meter};
use crate::context::{Context, Key, walk};

/// Opening hours, as the library has them: `hours.<name>.open`.
const HOURS: &str = "hours";

/// The step's moment, for the `date` filter.
#[derive(Clone, Copy, Default)]
pub(super) struct Now(pub(super) Timestamp);

/// Variables over an execution's context. Only what a template reads is converted to Liquid's values.
pub(super) struct ContextRuntime<'a> {
    context: &'a Context,
    outside: Outside<'a>,
    assigned: RefCell<Object>,
    counters: RefCell<Object>,
    registers: Registers,
}

impl<'a> ContextRuntime<'a> {
    pub(super) fn new(context: &'a Context, outside: Outside<'a>) -> Self {
        let registers = Registers::default();
        *registers.get_mut::<Now>() = Now(outside.now);
        Self { context, outside, assigned: RefCell::default(), counters: RefCell::default(), registers }
    }

    fn find(&self, path: &[Key]) -> Option<ValueCow<'_>> {
        let found = match path {
            [root, name, rest @ ..] if root.text == HOURS => {
                let moment = self.outside.library.hours(&name.text, self.outside.now)?;
                walk(&moment, rest).map(|json| from_json(&json))
            }
            path => self.context.find(path).map(|json| from_json(&json)),
        };
        found.map(ValueCow::Owned)
    }
}

/// `found`, or the missing value when there is nothing or only null.
pub(super) fn or_missing(found: Option<ValueCow<'_>>) -> ValueCow<'_> {
    match found {
        Some(value) if !value.is_nil() => value,
        _ => ValueCow::Borrowed(&MISSING),
    }
}

impl Runtime for ContextRuntime<'_> {
    fn partials(&self) -> &dyn PartialStore {
        &NoPartials
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        None
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        Context::ROOTS.iter().chain([&HOURS]).map(|root| KStringCow::from_static(root)).collect()
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        self.get(path).ok()
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        let Some(root) = path.first().map(|root| root.to_kstr()) else {
            return Ok(or_missing(None));
        };
        for layer in [&self.assigned, &self.counters] {
            let layer = layer.borrow();
            if layer.contains_key(root.as_str()) {
                let found = try_find(layer.as_value(), path).map(|value| ValueCow::Owned(value.into_owned()));
                meter::charge(self, found.as_ref().map_or(0, |value| weight(value)))?;
                return Ok(or_missing(found));
            }
        }
        let path: Vec<Key> =
            path.iter().map(|key| Key { text: key.to_kstr().to_string(), index: key.to_integer() }).collect();
        let found = self.find(&path);
        meter::charge(self, found.as_ref().map_or(0, |value| weight(value)))?;
        Ok(or_missing(found))
    }

    fn set_global(&self, name: KString, val: Value) -> Option<Value> {
        self.assigned.borrow_mut().insert(name, val)
    }

    fn set_index(&self, name: KString, val: Value) -> Option<Value> {
        self.counters.borrow_mut().insert(name, val)
    }

    fn get_index<'a>(&'a self, name: &str) -> Option<ValueCow<'a>> {
        self.counters.borrow().get(name).map(|value| ValueCow::Owned(value.clone()))
    }

    fn registers(&self) -> &Registers {
        &self.registers
    }
}

/// The variables of one turn of a loop over what is around it.
pub(super) struct LoopFrame<'a> {
    pub(super) parent: &'a dyn Runtime,
    pub(super) data: Object,
}

impl Runtime for LoopFrame<'_> {
    fn partials(&self) -> &dyn PartialStore {
        self.parent.partials()
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        self.parent.name()
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        let mut roots = self.parent.roots();
        roots.extend(self.data.keys().map(|key| KStringCow::from_ref(key.as_str())));
        roots
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        self.get(path).ok()
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        match path.first() {
            Some(root) if self.data.contains_key(root.to_kstr().as_str()) => {
                let found = try_find(self.data.as_value(), path);
                meter::charge(self, found.as_ref().map_or(0, |value| weight(value)))?;
                Ok(or_missing(found))
            }
            _ => self.parent.get(path),
        }
    }

    fn set_global(&self, name: KString, val: Value) -> Option<Value> {
        self.parent.set_global(name, val)
    }

    fn set_index(&self, name: KString, val: Value) -> Option<Value> {
        self.parent.set_index(name, val)
    }

    fn get_index<'a>(&'a self, name: &str) -> Option<ValueCow<'a>> {
        self.parent.get_index(name)
    }

    fn registers(&self) -> &Registers {
        self.parent.registers()
    }
}

/// The variables around a text filter's arguments: objects are their text.
pub(super) struct FlatRuntime<'a>(pub(super) &'a dyn Runtime);

impl Runtime for FlatRuntime<'_> {
    fn partials(&self) -> &dyn PartialStore {
        self.0.partials()
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        self.0.name()
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        self.0.roots()
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        self.0.try_get(path).map(flat)
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        self.0.get(path).map(flat)
    }

    fn set_global(&self, name: KString, val: Value) -> Option<Value> {
        self.0.set_global(name, val)
    }

    fn set_index(&self, name: KString, val: Value) -> Option<Value> {
        self.0.set_index(name, val)
    }

    fn get_index<'a>(&'a self, name: &str) -> Option<ValueCow<'a>> {
        self.0.get_index(name)
    }

    fn registers(&self) -> &Registers {
        self.0.registers()
    }
}

/// A flow has no partial templates, and no tag that asks for one.
#[derive(Debug)]
struct NoPartials;

impl PartialStore for NoPartials {
    fn contains(&self, _name: &str) -> bool {
        false
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    fn try_get(&self, _name: &str) -> Option<std::sync::Arc<dyn Renderable>> {
        None
    }

    fn get(&self, name: &str) -> Result<std::sync::Arc<dyn Renderable>> {
        Error::with_msg("flows have no partial templates").context("name", name.to_owned()).into_err()
    }
}
