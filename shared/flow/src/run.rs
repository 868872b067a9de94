//! What a widget can see and do while a step runs.

use std::ops::RangeInclusive;

use patchbay_model::Timestamp;
use serde_json::{Map, Value};

use crate::effect::{Effect, EffectId, EndReason};
use crate::problem::{Problem, ProblemKind};
use crate::properties::Pair;
use crate::state::{FlowState, Frame, Waiting};
use crate::step::FlowLibrary;
use crate::template::{Outside, RenderError, Template};

/// What follows when a widget has done its part.
pub(crate) enum Next {
    /// Leave by the transition of this event.
    Leave(&'static str),
    /// Go to this widget; `None` ends the flow.
    To(Option<String>),
    /// Stay until an input comes.
    Wait(Waiting),
    /// Run another flow and come back.
    Call { flow: String, revision: String, trigger: Map<String, Value> },
}

/// The execution must end here; the problem that says why is already noted.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) EndReason);

/// A JSON object of these members.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// One call of [`crate::step`] in progress.
pub(crate) struct Run<'a> {
    pub(crate) state: FlowState,
    pub(crate) library: &'a dyn FlowLibrary,
    pub(crate) now: Timestamp,
    pub(crate) effects: Vec<Effect>,
    pub(crate) problems: Vec<Problem>,
    /// Effects that the present widget has asked for.
    pub(crate) widget_effects: usize,
}

impl Run<'_> {
    /// The innermost flow. A state without frames has not begun, and then there is nothing to run.
    pub(crate) fn frame(&self) -> Result<&Frame, Stop> {
        self.state.frames.last().ok_or(Stop(EndReason::Broken))
    }

    pub(crate) fn frame_mut(&mut self) -> Result<&mut Frame, Stop> {
        self.state.frames.last_mut().ok_or(Stop(EndReason::Broken))
    }

    pub(crate) fn problem(&mut self, kind: ProblemKind) {
        let (flow, widget) = match self.state.frames.last() {
            Some(frame) => (frame.context.flow.flow_sid.clone(), frame.widget.clone()),
            None => Default::default(),
        };
        self.problems.push(Problem { flow, widget, kind });
    }

    /// Notes that a bound was hit.
    pub(crate) fn limit(&mut self, limit: &str, max: u64) -> Stop {
        self.problem(ProblemKind::LimitReached { limit: limit.to_owned(), max });
        Stop(EndReason::LimitReached)
    }

    /// Renders a property. One that Liquid refuses is noted and empty, as in Studio; a bound ends the execution.
    pub(crate) fn text(&mut self, template: &Template, property: &str) -> Result<String, Stop> {
        let outside = Outside { library: self.library, now: self.now };
        match template.render(&self.frame()?.context, outside) {
            Ok(text) => Ok(text),
            Err(RenderError::Limit(name, max)) => Err(self.limit(&format!("{name} of {property}"), max)),
            Err(RenderError::Failed(reason)) => {
                self.problem(ProblemKind::NotRendered { property: property.to_owned(), reason });
                Ok(String::new())
            }
        }
    }

    /// Renders an optional property; blank is none.
    pub(crate) fn optional(
        &mut self,
        template: Option<&Template>,
        property: &str,
    ) -> Result<Option<String>, Stop> {
        let Some(template) = template else {
            return Ok(None);
        };
        Ok(Some(self.text(template, property)?).filter(|text| !text.trim().is_empty()))
    }

    /// Renders an optional whole number; what is none is noted and left out.
    pub(crate) fn number(
        &mut self,
        template: Option<&Template>,
        property: &str,
    ) -> Result<Option<i64>, Stop> {
        let Some(text) = self.optional(template, property)? else {
            return Ok(None);
        };
        let number = text.trim().parse().ok();
        if number.is_none() {
            let reason = format!("{text:?} is not a whole number; the default is used");
            self.problem(ProblemKind::BadValue { property: property.to_owned(), reason });
        }
        Ok(number)
    }

    /// Renders an optional whole number of these; one outside is noted and moved to the nearest.
    pub(crate) fn within(
        &mut self,
        template: Option<&Template>,
        property: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, Stop> {
        let Some(number) = self.number(template, property)? else {
            return Ok(None);
        };
        let (min, max) = (*range.start(), *range.end());
        let nearest = number.clamp(min.into(), max.into());
        if nearest != number {
            let reason = format!("{number} is not from {min} to {max}; {nearest} is used");
            self.problem(ProblemKind::BadValue { property: property.to_owned(), reason });
        }
        Ok(Some(u32::try_from(nearest).unwrap_or(max)))
    }

    /// Renders a value that is text, or JSON when `is_json`.
    pub(crate) fn value(
        &mut self,
        template: &Template,
        is_json: bool,
        property: &str,
    ) -> Result<Value, Stop> {
        let text = self.text(template, property)?;
        if !is_json {
            return Ok(Value::String(text));
        }
        Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
            let reason = format!("not JSON ({error}); the text is kept");
            self.problem(ProblemKind::BadValue { property: property.to_owned(), reason });
            Value::String(text)
        }))
    }

    /// Renders the values of `pairs`, as texts.
    pub(crate) fn pairs(&mut self, pairs: &[Pair], property: &str) -> Result<Vec<(String, String)>, Stop> {
        pairs.iter().map(|pair| Ok((pair.key.clone(), self.text(&pair.value, property)?))).collect()
    }

    /// The id of the present widget's next effect.
    pub(crate) fn effect_id(&mut self) -> Result<EffectId, Stop> {
        let id = EffectId::new(self.state.steps, &self.frame()?.widget, self.widget_effects);
        self.widget_effects += 1;
        Ok(id)
    }

    pub(crate) fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Replaces what the present widget leaves behind.
    pub(crate) fn set_outputs(&mut self, outputs: Map<String, Value>) -> Result<(), Stop> {
        let frame = self.frame_mut()?;
        frame.context.widgets.insert(frame.widget.clone(), Value::Object(outputs));
        Ok(())
    }

    /// Adds to what the present widget leaves behind.
    pub(crate) fn add_outputs(&mut self, more: Map<String, Value>) -> Result<(), Stop> {
        let frame = self.frame_mut()?;
        let outputs =
            frame.context.widgets.entry(frame.widget.clone()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(outputs) = outputs {
            outputs.extend(more);
        }
        Ok(())
    }
}
