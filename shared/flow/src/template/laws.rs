//! Whatever a well-formed template does, it renders or says why not, within its bounds.

use patchbay_model::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{Outside, RenderError, Template, language};
use crate::NoFlows;
use crate::context::Context;
use crate::limits::RENDERED_BYTES_MAX;

fn context() -> Context {
    let mut context = Context::default();
    context.flow.variables.insert("text".to_owned(), json!("Grüße, a b c <b>&amp;</b>"));
    context.flow.variables.insert("number".to_owned(), json!(-7));
    context.flow.variables.insert("huge".to_owned(), json!(i64::MIN));
    context.flow.variables.insert("fraction".to_owned(), json!(1e300));
    context.flow.variables.insert("list".to_owned(), json!([3, "b", null, {"n": 1}, [1], 2.5, true, "B"]));
    context.flow.variables.insert("long".to_owned(), json!("xy".repeat(8000)));
    context.flow.variables.insert("object".to_owned(), json!({"n": {"m": [1]}, "s": "t"}));
    context
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "text",
            "number",
            "huge",
            "fraction",
            "list",
            "long",
            "object",
            "object.n.m[0]",
            "list.last",
            "none"
        ])
        .prop_map(|name| format!("flow.variables.{name}")),
        select(vec![
            "x",
            "forloop.index",
            "nil",
            "true",
            "empty",
            "blank",
            "''",
            "'a'",
            "'%d.%m.%Y %H:%M %z %j %L'"
        ])
        .prop_map(str::to_owned),
        any::<i32>().prop_map(|n| n.to_string()),
        select(vec!["0", "-1", "999999999999999999", "-999999999999999999", "0.5"]).prop_map(str::to_owned),
        "'[%0-9a-zA-Z^:_ é#-]{0,8}'",
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let names: Vec<String> = language::LANGUAGE.filters.plugin_names().map(str::to_owned).collect();
    let filter = (select(names), prop::collection::vec(value(), 0..3)).prop_map(|(name, arguments)| {
        match arguments.len() {
            0 => format!(" | {name}"),
            _ => format!(" | {name}: {}", arguments.join(", ")),
        }
    });
    (value(), prop::collection::vec(filter, 0..4)).prop_map(|(value, filters)| value + &filters.concat())
}

fn template() -> impl Strategy<Value = String> {
    let operator = select(vec!["==", "!=", "<", ">", "<=", ">=", "contains", "and", "or"]);
    let leaf = prop_oneof![
        expression().prop_map(|e| format!("{{{{ {e} }}}}")),
        expression().prop_map(|e| format!("{{% assign x = {e} %}}")),
        "[ a-zé.]{0,5}",
        select(vec!["{% break %}", "{% continue %}", "{% increment x %}", "{% decrement y %}",])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let inner = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (value(), operator.clone(), value(), inner.clone(), inner.clone()).prop_map(
                |(a, op, b, yes, no)| format!("{{% if {a} {op} {b} %}}{yes}{{% else %}}{no}{{% endif %}}")
            ),
            (value(), inner.clone())
                .prop_map(|(list, body)| format!("{{% for x in {list} %}}{body}{{% endfor %}}")),
            (value(), value(), value(), inner.clone()).prop_map(|(a, b, limit, body)| {
                format!("{{% for i in ({a}..{b}) reversed limit:{limit} offset:1 %}}{body}{{% endfor %}}")
            }),
            inner.clone().prop_map(|body| format!("{{% capture x %}}{body}{{% endcapture %}}{{{{ x }}}}")),
            inner.clone().prop_map(|body| format!("{{% ifchanged %}}{body}{{% endifchanged %}}")),
            (value(), value(), inner)
                .prop_map(|(a, b, body)| format!("{{% case {a} %}}{{% when {b} %}}{body}{{% endcase %}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_well_formed_template_ends(source in template(), ms in -1_000_000_000_000_000_i64..1_000_000_000_000_000) {
        let compiled = Template::compile(&source);
        // Most must compile, or this law says little: too many rejects fail it.
        prop_assume!(compiled.is_ok());
        let template = compiled.unwrap();
        let (context, outside) = (context(), Outside { library: &NoFlows, now: Timestamp(ms) });
        let first = template.render(&context, outside);
        prop_assert_eq!(&first, &template.render(&context, outside));
        match first {
            Ok(text) => prop_assert!(text.len() <= RENDERED_BYTES_MAX),
            Err(RenderError::Limit(_, max)) => prop_assert!(max > 0),
            Err(RenderError::Failed(reason)) => prop_assert!(!reason.is_empty()),
        }
    }
}
