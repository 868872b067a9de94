//! Liquid as Studio uses it: compiled once when a flow is saved, rendered against an execution's context within
//! bounds. An undefined variable renders empty, `"now"` is the step's moment, objects print as JSON.
//!
//! Supported tags: `if elsif else unless case for break continue assign capture comment raw ifchanged
//! increment decrement`. Left out on purpose: `include` and `render` (a flow has one file), `tablerow` and
//! `cycle` (HTML tables).

mod array_filters;
mod filters;
mod for_block;
mod if_block;
mod language;
mod math;
mod meter;
mod prepare;
mod runtime;
mod value;

use liquid_core::Renderable;
use patchbay_model::Timestamp;
use thiserror::Error;

use crate::context::Context;
use crate::limits::RENDERED_BYTES_MAX;
use crate::step::FlowLibrary;

/// A property's text, with or without Liquid in it.
#[derive(Debug)]
pub(crate) enum Template {
    Literal(String),
    Liquid(liquid_core::Template),
}

/// What a template reads that is not of its execution.
#[derive(Clone, Copy)]
pub(crate) struct Outside<'a> {
    pub(crate) library: &'a dyn FlowLibrary,
    pub(crate) now: Timestamp,
}

/// Why a template does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TemplateError {
    #[error("the template is {0} bytes long; at most {max} are allowed", max = crate::limits::TEMPLATE_BYTES_MAX)]
    TooLong(usize),
    #[error("a tag or expression is longer than {max} bytes", max = prepare::TAG_BYTES_MAX)]
    TagTooLong,
    #[error("blocks are nested deeper than {max}", max = crate::limits::TEMPLATE_NESTING_MAX)]
    NestedTooDeep,
    #[error("brackets are nested deeper than {max}", max = crate::limits::PATH_NESTING_MAX)]
    PathTooDeep,
    #[error("the number {0} is too large")]
    NumberTooLarge(String),
    #[error("invalid Liquid: {0}")]
    Syntax(String),
}

/// Why a template does not render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RenderError {
    /// A bound was hit: its name and its value.
    Limit(&'static str, u64),
    /// Liquid refused an operation (a division by zero, a filter on the wrong type).
    Failed(String),
}

impl Template {
    /// Compiles `source`; text without Liquid stays what it is, whatever its length up to the template limit.
    pub(crate) fn compile(source: &str) -> Result<Template, TemplateError> {
        let Some(prepared) = prepare::prepare(source)? else {
            return Ok(Template::Literal(source.to_owned()));
        };
        liquid_core::parser::parse(&prepared, &language::LANGUAGE)
            .map(|elements| Template::Liquid(liquid_core::Template::new(elements)))
            .map_err(|error| TemplateError::Syntax(first_lines(&error.to_string(), 6)))
    }

    /// The text when it has no Liquid in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self {
            Template::Literal(text) => Some(text),
            Template::Liquid(_) => None,
        }
    }

    /// The text with `context`'s values and what lies outside of it.
    pub(crate) fn render(&self, context: &Context, outside: Outside<'_>) -> Result<String, RenderError> {
        let template = match self {
            Template::Literal(text) => return Ok(text.clone()),
            Template::Liquid(template) => template,
        };
        let runtime = runtime::ContextRuntime::new(context, outside);
        let mut out = meter::LimitedWriter::new(RENDERED_BYTES_MAX);
        let result = template.render_to(&mut out, &runtime);
        if out.exceeded {
            return Err(RenderError::Limit("rendered template bytes", RENDERED_BYTES_MAX as u64));
        }
        if let Some((name, max)) = meter::exceeded(&runtime) {
            return Err(RenderError::Limit(name, max));
        }
        // Further lines show values, objects in no certain order among them.
        result.map_err(|error| RenderError::Failed(first_lines(&error.to_string(), 1)))?;
        Ok(out.into_text())
    }
}

/// Liquid's errors carry a trace and lists of what is available; the first lines say what is wrong.
fn first_lines(message: &str, lines: usize) -> String {
    let message = message.trim_start_matches("liquid: ");
    let kept: Vec<&str> =
        message.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(lines).collect();
    kept.join("; ").chars().take(400).collect()
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
