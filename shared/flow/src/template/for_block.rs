//! `{% for %}` with Studio's bound: at most [`LOOP_TURNS_MAX`] turns, the rest of a list is left out. A range is
//! counted, never built, so `(1..1000000000)` costs no more than `(1..15)`.

use std::io::Write;

use liquid_core::model::KString;
use liquid_core::parser::{BlockElement, TryMatchToken};
use liquid_core::runtime::{Interrupt, InterruptRegister};
use liquid_core::{
    BlockReflection, Error, Expression, Language, Object, ParseBlock, Renderable, Result, Runtime, TagBlock,
    TagTokenIter, Template, Value, ValueView,
};

use super::meter::{MeteredWriter, charge};
use super::runtime::LoopFrame;
use super::value::weight;
use crate::limits::LOOP_TURNS_MAX;

/// Work of one turn besides what it reads and writes: makes empty loops inside one another end too.
const TURN_BYTES: usize = 256;

#[derive(Clone, Copy, Debug)]
pub(super) struct ForBlock;

impl BlockReflection for ForBlock {
    fn start_tag(&self) -> &str {
        "for"
    }

    fn end_tag(&self) -> &str {
        "endfor"
    }

    fn description(&self) -> &str {
        "repeats its content for each item, at most 15 times"
    }
}

impl ParseBlock for ForBlock {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut tokens: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let name =
            arguments.expect_next("Identifier expected.")?.expect_identifier().into_result()?.to_owned();
        arguments
            .expect_next("\"in\" expected.")?
            .expect_str("in")
            .into_result_custom_msg("\"in\" expected.")?;
        let source = match arguments.expect_next("Array or range expected.")?.expect_value() {
            TryMatchToken::Matches(list) => Source::List(list),
            TryMatchToken::Fails(token) => {
                let (first, last) = token.expect_range().into_result()?;
                Source::Range(first, last)
            }
        };
        let (mut limit, mut offset, mut reversed, mut empty) = (None, None, false, None);
        while let Some(token) = arguments.next() {
            match token.as_str() {
                "limit" => limit = Some(attribute(&mut arguments)?),
                "offset" => offset = Some(attribute(&mut arguments)?),
                "reversed" => reversed = true,
                _ => {
                    return token
                        .raise_custom_error("\"limit\", \"offset\" or \"reversed\" expected.")
                        .into_err();
                }
            }
        }
        let mut body = Vec::new();
        while let Some(element) = tokens.next()? {
            match element {
                BlockElement::Tag(mut tag) if tag.name() == "else" => {
                    tag.tokens().expect_nothing()?;
                    empty = Some(Template::new(tokens.parse_all(options)?));
                    break;
                }
                element => body.push(element.parse(&mut tokens, options)?),
            }
        }
        tokens.assert_empty();
        let body = Template::new(body);
        Ok(Box::new(For { name: name.into(), source, limit, offset, reversed, body, empty }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

fn attribute(arguments: &mut TagTokenIter<'_>) -> Result<Expression> {
    arguments.expect_next("\":\" expected.")?.expect_str(":").into_result_custom_msg("\":\" expected.")?;
    arguments.expect_next("Value expected.")?.expect_value().into_result()
}

#[derive(Debug)]
enum Source {
    List(Expression),
    Range(Expression, Expression),
}

#[derive(Debug)]
struct For {
    name: KString,
    source: Source,
    limit: Option<Expression>,
    offset: Option<Expression>,
    reversed: bool,
    body: Template,
    empty: Option<Template>,
}

impl For {
    /// The items of this loop, already cut to `offset`, `limit` and the bound.
    fn items(&self, runtime: &dyn Runtime) -> Result<Vec<Value>> {
        let offset = self.offset.as_ref().map_or(Ok(0), |e| whole(e, runtime))?.max(0);
        let limit = self.limit.as_ref().map_or(Ok(i64::MAX), |e| whole(e, runtime))?.max(0);
        let turns = usize::try_from(limit).unwrap_or(usize::MAX).min(LOOP_TURNS_MAX);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(match &self.source {
            Source::Range(first, last) => {
                let (first, last) = (whole(first, runtime)?, whole(last, runtime)?);
                let range = first.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX))..=last;
                if self.reversed {
                    // Liquid takes limit and offset first and then turns the part around.
                    let end = range.start().saturating_add(limit.saturating_sub(1)).min(*range.end());
                    (*range.start()..=end).rev().take(turns).map(Value::scalar).collect()
                } else {
                    range.take(turns).map(Value::scalar).collect()
                }
            }
            Source::List(list) => {
                let list = list.evaluate(runtime)?;
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                let mut part: Vec<Value> = if let Some(array) = list.as_array() {
                    array.values().skip(offset).take(limit).map(|v| v.to_value()).collect()
                } else if let Some(object) = list.as_object() {
                    let pair = |(key, value): (liquid_core::model::KStringCow<'_>, &dyn ValueView)| {
                        Value::Array(vec![Value::scalar(key.into_owned()), value.to_value()])
                    };
                    let mut members: Vec<_> = object.iter().collect();
                    members.sort_by(|a, b| a.0.cmp(&b.0));
                    members.into_iter().skip(offset).take(limit).map(pair).collect()
                } else {
                    // As in Shopify's Liquid, text is a list of itself and nothing is no list.
                    let text = list.to_kstr();
                    if text.is_empty() { Vec::new() } else { vec![Value::scalar(text.into_owned())] }
                };
                if self.reversed {
                    part.reverse();
                }
                part.truncate(turns);
                part
            }
        })
    }
}

/// A whole number; text that holds one counts, anything else is refused.
fn whole(expression: &Expression, runtime: &dyn Runtime) -> Result<i64> {
    let value = expression.evaluate(runtime)?;
    if value.is_nil() {
        return Ok(0);
    }
    value
        .as_scalar()
        .and_then(|scalar| scalar.to_integer())
        .ok_or_else(|| Error::with_msg("whole number expected").context("value", value.to_kstr().to_string()))
}

impl Renderable for For {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let items = self.items(runtime)?;
        let length = items.len() as i64;
        if items.is_empty() {
            return self.empty.as_ref().map_or(Ok(()), |empty| empty.render_to(writer, runtime));
        }
        for (index, item) in (0i64..).zip(items) {
            charge(runtime, TURN_BYTES + weight(&item))?;
            let mut forloop = Object::new();
            for (key, number) in [
                ("length", length),
                ("index", index + 1),
                ("index0", index),
                ("rindex", length - index),
                ("rindex0", length - index - 1),
            ] {
                forloop.insert(key.into(), Value::scalar(number));
            }
            forloop.insert("first".into(), Value::scalar(index == 0));
            forloop.insert("last".into(), Value::scalar(index == length - 1));
            let mut data = Object::new();
            data.insert("forloop".into(), Value::Object(forloop));
            data.insert(self.name.clone(), item);
            let frame = LoopFrame { parent: runtime, data };
            self.body.render_to(&mut MeteredWriter { inner: writer, runtime }, &frame)?;
            let interrupt = runtime.registers().get_mut::<InterruptRegister>().reset();
            if matches!(interrupt, Some(Interrupt::Break)) {
                break;
            }
        }
        Ok(())
    }
}
