//! `{% if %}` and `{% unless %}`. Liquid's own compare objects in the order of their hashes, and refuse `contains`
//! on nothing; here an order exists between scalars only, and nothing contains nothing.

use std::cmp::Ordering;
use std::io::Write;

use liquid_core::model::{State, ValueViewCmp};
use liquid_core::parser::{BlockElement, TagToken};
use liquid_core::{
    BlockReflection, Expression, Language, ParseBlock, Renderable, Result, Runtime, TagBlock, TagTokenIter,
    Template, ValueView,
};

use super::value::text_of;

/// One of the two blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct IfBlock {
    start: &'static str,
    end: &'static str,
    /// What the condition must be for the first part.
    wanted: bool,
}

impl IfBlock {
    pub(super) const IF: IfBlock = IfBlock { start: "if", end: "endif", wanted: true };
    pub(super) const UNLESS: IfBlock = IfBlock { start: "unless", end: "endunless", wanted: false };
}

impl BlockReflection for IfBlock {
    fn start_tag(&self) -> &str {
        self.start
    }

    fn end_tag(&self) -> &str {
        self.end
    }

    fn description(&self) -> &str {
        "renders the first part whose condition holds"
    }
}

impl ParseBlock for IfBlock {
    fn parse(
        &self,
        arguments: TagTokenIter<'_>,
        mut tokens: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let mut parts = Vec::new();
        let mut condition = Some((Condition::parse(arguments)?, self.wanted));
        let mut body = Vec::new();
        while let Some(element) = tokens.next()? {
            match element {
                BlockElement::Tag(mut tag) if tag.name() == "else" => {
                    tag.tokens().expect_nothing()?;
                    parts.push((condition.take(), Template::new(body)));
                    body = tokens.parse_all(options)?;
                    break;
                }
                BlockElement::Tag(tag) if tag.name() == "elsif" => {
                    let next = Some((Condition::parse(tag.into_tokens())?, true));
                    let done = std::mem::replace(&mut condition, next);
                    parts.push((done, Template::new(std::mem::take(&mut body))));
                }
                element => body.push(element.parse(&mut tokens, options)?),
            }
        }
        parts.push((condition, Template::new(body)));
        tokens.assert_empty();
        Ok(Box::new(Conditional { parts }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

/// The parts in order; the last has no condition when it is an `else`.
#[derive(Debug)]
struct Conditional {
    parts: Vec<(Option<(Condition, bool)>, Template)>,
}

impl Renderable for Conditional {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        for (condition, body) in &self.parts {
            let holds = match condition {
                Some((condition, wanted)) => condition.holds(runtime)? == *wanted,
                None => true,
            };
            if holds {
                return body.render_to(writer, runtime);
            }
        }
        Ok(())
    }
}

/// Comparisons joined by `and` and `or`: `and` binds closer, as in Liquid's standard library for Rust.
#[derive(Debug)]
struct Condition {
    /// Any of these, each of which is all of those.
    alternatives: Vec<Vec<Comparison>>,
}

impl Condition {
    fn parse(mut arguments: TagTokenIter<'_>) -> Result<Condition> {
        let mut alternatives = vec![vec![]];
        loop {
            let left = arguments.expect_next("Value expected.")?.expect_value().into_result()?;
            let mut token: Option<TagToken<'_>> = arguments.next();
            let mut right = None;
            if let Some(operator) = token.as_ref().and_then(|token| Operator::read(token.as_str())) {
                right =
                    Some((operator, arguments.expect_next("Value expected.")?.expect_value().into_result()?));
                token = arguments.next();
            }
            let comparison = Comparison { left, right };
            match alternatives.last_mut() {
                Some(all) => all.push(comparison),
                None => alternatives.push(vec![comparison]),
            }
            match token {
                None => return Ok(Condition { alternatives }),
                Some(token) if token.as_str() == "and" => {}
                Some(token) if token.as_str() == "or" => alternatives.push(vec![]),
                Some(token) => return token.raise_custom_error("\"and\" or \"or\" expected.").into_err(),
            }
        }
    }

    fn holds(&self, runtime: &dyn Runtime) -> Result<bool> {
        for all in &self.alternatives {
            let mut holds = true;
            for comparison in all {
                holds = holds && comparison.holds(runtime)?;
            }
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[derive(Debug)]
struct Comparison {
    left: Expression,
    right: Option<(Operator, Expression)>,
}

impl Comparison {
    fn holds(&self, runtime: &dyn Runtime) -> Result<bool> {
        let left = self.left.evaluate(runtime)?;
        let Some((operator, right)) = &self.right else {
            return Ok(left.query_state(State::Truthy));
        };
        let right = right.evaluate(runtime)?;
        let (left, right) = (left.as_view(), right.as_view());
        let order = || match (left.as_scalar(), right.as_scalar()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => None,
        };
        Ok(match operator {
            Operator::Equal => ValueViewCmp::new(left) == ValueViewCmp::new(right),
            Operator::NotEqual => ValueViewCmp::new(left) != ValueViewCmp::new(right),
            Operator::Less => order() == Some(Ordering::Less),
            Operator::Greater => order() == Some(Ordering::Greater),
            Operator::AtMost => order().is_some_and(Ordering::is_le),
            Operator::AtLeast => order().is_some_and(Ordering::is_ge),
            Operator::Contains => contains(left, right),
        })
    }
}

fn contains(left: &dyn ValueView, right: &dyn ValueView) -> bool {
    if let Some(array) = left.as_array() {
        array.values().any(|item| ValueViewCmp::new(item) == ValueViewCmp::new(right))
    } else if let Some(object) = left.as_object() {
        right.as_scalar().is_some_and(|key| object.contains_key(key.to_kstr().as_str()))
    } else {
        !left.is_nil() && !right.is_nil() && text_of(left).contains(&text_of(right))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Contains,
}

impl Operator {
    fn read(text: &str) -> Option<Operator> {
        Some(match text {
            "==" => Operator::Equal,
            "!=" | "<>" => Operator::NotEqual,
            "<" => Operator::Less,
            ">" => Operator::Greater,
            "<=" => Operator::AtMost,
            ">=" => Operator::AtLeast,
            "contains" => Operator::Contains,
            _ => return None,
        })
    }
}
