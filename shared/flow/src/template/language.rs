//! The tags and filters that flows may use: Liquid's standard ones, metered, and our own where the standard ones
//! have no bound, can panic, or are not Studio's.

use std::fmt;
use std::sync::LazyLock;

use liquid_core::model::ValueCow;
use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{
    Error, Expression, Filter, FilterReflection, Language, ParseBlock, ParseFilter, ParseTag, Result,
    Runtime, Value, ValueView,
};
use liquid_lib::stdlib;

use super::for_block::ForBlock;
use super::if_block::IfBlock;
use super::meter::{charge, charge_value};
use super::runtime::FlatRuntime;
use super::value::{flat, weight};
use super::{array_filters, filters, math};

/// What [`super::Template::compile`] understands.
pub(super) static LANGUAGE: LazyLock<Language> = LazyLock::new(build);

/// The standard filters for which an object is more than its text.
const TAKE_OBJECTS: [&str; 9] =
    ["compact", "concat", "default", "first", "last", "map", "reverse", "size", "where"];

fn build() -> Language {
    let mut language = Language::empty();
    // `raw` and `comment` are dealt with before the parser sees a template.
    let blocks: [(&str, Box<dyn ParseBlock>); 6] = [
        ("if", IfBlock::IF.into()),
        ("unless", IfBlock::UNLESS.into()),
        ("case", stdlib::CaseBlock.into()),
        ("capture", stdlib::CaptureBlock.into()),
        ("ifchanged", stdlib::IfChangedBlock.into()),
        ("for", ForBlock.into()),
    ];
    for (name, block) in blocks {
        language.blocks.register(name.to_owned(), block);
    }
    let tags: [(&str, Box<dyn ParseTag>); 5] = [
        ("assign", stdlib::AssignTag.into()),
        ("break", stdlib::BreakTag.into()),
        ("continue", stdlib::ContinueTag.into()),
        ("increment", stdlib::IncrementTag.into()),
        ("decrement", stdlib::DecrementTag.into()),
    ];
    for (name, tag) in tags {
        language.tags.register(name.to_owned(), tag);
    }
    let standard: [Box<dyn ParseFilter>; 30] = [
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
        stdlib::Where.into(),
    ];
    for filter in standard {
        let name = filter.reflection().name().to_owned();
        let takes_objects = TAKE_OBJECTS.contains(&name.as_str());
        language.filters.register(name, Metered { filter, takes_objects }.into());
    }
    for own in filters::ALL.iter().chain(math::ALL).chain(array_filters::ALL) {
        let takes_objects = own.takes_objects;
        language
            .filters
            .register(own.name.to_owned(), Metered { filter: (*own).into(), takes_objects }.into());
    }
    language
}

/// A filter of our own: a function of the input, the evaluated arguments and the runtime.
#[derive(Clone, Copy)]
pub(super) struct OwnFilter {
    pub(super) name: &'static str,
    /// Whether an object is more than its text for this filter.
    pub(super) takes_objects: bool,
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
            arguments.push(flat(argument.evaluate(runtime)?).into_owned());
        }
        (self.filter.run)(input, &arguments, runtime)
    }
}

/// Counts what a filter reads and makes, and gives text filters text where the value is an object. The standard
/// filters grow their input at most by a small factor or by an argument that was itself counted, so checking the
/// result afterwards is enough.
#[derive(Clone)]
struct Metered {
    filter: Box<dyn ParseFilter>,
    takes_objects: bool,
}

impl ParseFilter for Metered {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(MeteredCall { filter: self.filter.parse(arguments)?, takes_objects: self.takes_objects }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.filter.reflection()
    }
}

#[derive(Debug)]
struct MeteredCall {
    filter: Box<dyn Filter>,
    takes_objects: bool,
}

impl fmt::Display for MeteredCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)
    }
}

impl Filter for MeteredCall {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        charge(runtime, weight(input))?;
        let result = if self.takes_objects {
            self.filter.evaluate(input, runtime)?
        } else {
            let input = flat(ValueCow::Borrowed(input));
            self.filter.evaluate(input.as_view(), &FlatRuntime(runtime))?
        };
        charge_value(runtime, weight(&result))?;
        Ok(result)
    }
}
