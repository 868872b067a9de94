//! Expressions and attributes for property tests, from a small world so that they meet.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Expression, Literal, Operand, Operator, Path};

pub(crate) fn attributes() -> impl Strategy<Value = Value> {
    let scalar = select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(1),
        json!(2.0),
        json!(1.5),
        json!("1"),
        json!("x"),
        json!("it's \\ \n é"),
        json!(""),
    ]);
    let value = scalar.prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            btree_map(key(), inner, 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    });
    btree_map(key(), value, 0..4).prop_map(|members| members.into_iter().collect())
}

/// For any scope: names are bare or begin with `task.` or `worker.`.
pub(crate) fn expression() -> impl Strategy<Value = Expression> {
    let truth = prop_oneof![
        path().prop_map(Operand::Path),
        any::<bool>().prop_map(|value| Operand::Literal(Literal::Bool(value))),
        Just(Operand::Literal(Literal::Null)),
    ];
    let leaf = prop_oneof![4 => comparison(), 1 => truth.prop_map(Expression::Truth)];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Expression::all),
            vec(inner.clone(), 0..4).prop_map(Expression::any),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
}

fn comparison() -> impl Strategy<Value = Expression> {
    let constant = literal().prop_filter("null makes the name a path", |literal| *literal != Literal::Null);
    prop_oneof![
        4 => (operand(), operator(), operand()),
        1 => (path().prop_map(Operand::Quoted), operator(), constant.prop_map(Operand::Literal)),
    ]
    .prop_map(|(left, operator, right)| Expression::Compare(left, operator, right))
}

fn operand() -> impl Strategy<Value = Operand> {
    let leaf = prop_oneof![path().prop_map(Operand::Path), literal().prop_map(Operand::Literal)];
    leaf.prop_recursive(2, 6, 3, |inner| vec(inner, 0..3).prop_map(Operand::List))
}

fn literal() -> impl Strategy<Value = Literal> {
    let number = select(vec!["0", "1", "-1", "2", "1.5", "-0.25", "99999999999999999999"]);
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        number.prop_filter_map("a number", |text| super::Number::parse(text).map(Literal::Number)),
        select(vec!["x", "1", "", "it's \\ \n é"]).prop_map(|text| Literal::Text(text.to_owned())),
        ".{0,4}".prop_map(Literal::Text),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Has,
        Operator::In,
        Operator::NotIn,
        Operator::Contains,
    ])
}

pub(crate) fn path() -> impl Strategy<Value = Path> {
    let prefix = select(vec!["", "task.", "worker."]);
    let below = option::of(select(vec!["[0]", "[1]", ".a", ".b[0]"]));
    let long = (prefix, key(), below)
        .prop_map(|(prefix, key, below)| format!("{prefix}{key}{}", below.unwrap_or("")));
    prop_oneof![9 => long, 1 => select(vec!["task", "worker", "task[0]"]).prop_map(str::to_owned)]
        .prop_filter_map("a path", |text| Path::parse(&text))
}

fn key() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}
