//! The tags and filters that flows may use: Liquid's standard ones, metered, and our own where the standard ones
//! have no bound, can panic, or are not Studio's.

use std::fmt;
use std::sync::LazyLock;

use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{
    Error, Expression, Filter, FilterReflection, Language, ParseBlock, ParseFilter, ParseTag, Result,
    Runtime, Value, ValueView,
};
use liquid_lib::stdlib;

use super::for_block::ForBlock;
use super::meter::{charge, charge_value};
use super::value::weight;
use super::{array_filters, filters, math};

/// What [`super::Template::compile`] understands.
pub(super) static LANGUAGE: LazyLock<Language> = LazyLock::new(build);

fn build() -> Language {
    let mut language = Language::empty();
    let blocks: [(&str, Box<dyn ParseBlock>); 8] = [
        ("raw", stdlib::RawBlock.into()),
        ("comment", stdlib::CommentBlock.into()),
        ("if", stdlib::IfBlock.into()),
        ("unless", stdlib::UnlessBlock.into()),
        ("case", stdlib::CaseBlock.into()),
        ("capture", stdlib::CaptureBlock.into()),
        ("ifchanged", stdlib::IfChangedBlock.into()),
        ("for", ForBlock.into()),
    ];
    for (name, block) in blocks {
        language.blocks.register(name.to_owned(), block);
    }
    let tags: [(&str, Box<dyn ParseTag>); 6] = [
        ("assign", stdlib::AssignTag.into()),
        ("break", stdlib::BreakTag.into()),
        ("continue", stdlib::ContinueTag.into()),
        ("cycle", stdlib::CycleTag.into()),
        ("increment", stdlib::IncrementTag.into()),
        ("decrement", stdlib::DecrementTag.into()),
    ];
    for (name, tag) in tags {
        language.tags.register(name.to_owned(), tag);
    }
    let standard: [Box<dyn ParseFilter>; 29] = [
        stdlib::Append.into(),
        stdlib::Capitalize.into(),
        stdlib::Compact.into(),
        stdlib::Concat.into(),
        stdlib::Default.into(),
        stdlib::Downcase.into(),
        stdlib::Escape.into(),
        stdlib::EscapeOnce.into(),
        stdlib::First.into(),
        stdlib::Last.into(),
        stdlib::Lstrip.into(),
        stdlib::Map.into(),
        stdlib::NewlineToBr.into(),
        stdlib::Prepend.into(),
        stdlib::Remove.into(),
        stdlib::RemoveFirst.into(),
        stdlib::ReplaceFirst.into(),
        stdlib::Reverse.into(),
        stdlib::Rstrip.into(),
        stdlib::Size.into(),
        stdlib::Split.into(),
        stdlib::Strip.into(),
        stdlib::StripHtml.into(),
        stdlib::StripNewlines.into(),
        stdlib::Truncate.into(),
        stdlib::TruncateWords.into(),
        stdlib::Upcase.into(),
        stdlib::UrlDecode.into(),
        stdlib::UrlEncode.into(),
    ];
    let own = filters::ALL.iter().chain(math::ALL).chain(array_filters::ALL);
    let own = own.map(|filter| -> Box<dyn ParseFilter> { (*filter).into() });
    for filter in standard.into_iter().chain(own).chain([stdlib::Where.into()]) {
        let name = filter.reflection().name().to_owned();
        language.filters.register(name, Metered(filter).into());
    }
    language
}

/// A filter of our own: a function of the input, the evaluated arguments and the runtime.
#[derive(Clone, Copy)]
pub(super) struct OwnFilter {
    pub(super) name: &'static str,
    /// Fewest and most positional arguments.
    pub(super) arguments: (usize, usize),
    pub(super) run: fn(&dyn ValueView, &[Value], &dyn Runtime) -> Result<Value>,
}

impl FilterReflection for OwnFilter {
    fn name(&self) -> &str {
        self.name
    }

    fn description(&self) -> &str {
        self.name
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for OwnFilter {
    fn parse(&self, mut arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let given: Vec<Expression> = arguments.positional.collect();
        let (min, max) = self.arguments;
        if given.len() < min || given.len() > max || arguments.keyword.next().is_some() {
            let message = format!("{} takes {min} to {max} arguments", self.name);
            return Error::with_msg(message).into_err();
        }
        Ok(Box::new(OwnCall { filter: *self, arguments: given }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

struct OwnCall {
    filter: OwnFilter,
    arguments: Vec<Expression>,
}

impl fmt::Debug for OwnCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for OwnCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.filter.name)
    }
}

impl Filter for OwnCall {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let mut arguments = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            arguments.push(argument.evaluate(runtime)?.into_owned());
        }
        (self.filter.run)(input, &arguments, runtime)
    }
}

/// Counts what a filter reads and makes. The standard filters grow their input at most by a small factor or by
/// an argument that was itself counted, so checking the result afterwards is enough.
#[derive(Clone)]
struct Metered(Box<dyn ParseFilter>);

impl ParseFilter for Metered {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(MeteredCall(self.0.parse(arguments)?)))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct MeteredCall(Box<dyn Filter>);

impl fmt::Display for MeteredCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Filter for MeteredCall {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        charge(runtime, weight(input))?;
        let result = self.0.evaluate(input, runtime)?;
        charge_value(runtime, weight(&result))?;
        Ok(result)
    }
}
