use super::*;
use crate::expression::PathContext;
use crate::expression::arbitrary::{attributes, expression, path};
use proptest::prelude::*;
use serde_json::json;

fn parse(text: &str) -> Expression {
    Expression::parse(text).expect(text)
}

fn demand(condition: &str, task: &Value) -> Demand {
    Demand::of("WQ1", Some(&parse(condition)), task).expect(condition)
}

#[test]
fn tasks_that_ask_the_same_have_one_demand() {
    let condition = "worker.languages HAS task.language AND worker.level >= task.level";
    let french = demand(condition, &json!({"language": "fr", "level": 3, "customer": 1}));
    let also = demand(condition, &json!({"language": "fr", "level": 3.0, "customer": 2}));
    let english = demand(condition, &json!({"language": "en", "level": 3}));
    assert_eq!(french.residual_text(), "worker.languages HAS 'fr' AND worker.level >= 3");
    assert_eq!(french.id(), also.id());
    assert_ne!(french.id(), english.id());
    assert_ne!(french.id(), Demand { queue: "WQ2".to_owned(), ..french.clone() }.id());
    assert_eq!(french.id().len(), 16);
}

#[test]
fn a_condition_that_always_holds_is_none() {
    let none = Demand { queue: "WQ1".to_owned(), residual: None };
    assert_eq!(demand("1==1", &json!({})), none);
    assert_eq!(demand("task.vip OR worker.a", &json!({"vip": true})), none);
    assert_eq!(Demand::of("WQ1", None, &json!({})), Ok(none));
    assert!(demand("1==0", &json!({})).is_unfulfillable());
    assert!(!demand("worker.a", &json!({})).is_unfulfillable());
}

#[test]
fn a_demand_is_restored_from_its_text() {
    for condition in ["1==1", "1==0", "worker.languages HAS task.language"] {
        let made = demand(condition, &json!({"language": "it's"}));
        assert_eq!(Demand::restore("WQ1", &made.residual_text()), Ok(made));
    }
    assert!(matches!(Demand::restore("WQ1", "a ="), Err(DemandError::Residual(_))));
}

#[test]
fn residual_limit() {
    let condition = parse("worker.a == task.a");
    let of = |bytes: usize| {
        let fixed = "worker.a == ''".len();
        Demand::of("WQ1", Some(&condition), &json!({"a": "x".repeat(bytes - fixed)}))
    };
    assert!(of(RESIDUAL_BYTES_MAX).is_ok_and(|demand| demand.residual_text().len() == RESIDUAL_BYTES_MAX));
    assert_eq!(of(RESIDUAL_BYTES_MAX + 1), Err(DemandError::TooLong { bytes: RESIDUAL_BYTES_MAX + 1 }));
}

#[test]
fn what_each_worker_must_answer_is_set_apart() {
    let condition = "worker.channel.chat.assigned_tasks < 2 AND worker.languages HAS 'fr' \
                     AND worker.sid != task.previous AND worker.shift == 1";
    let split = demand(condition, &json!({"previous": "WK1"})).split(|path| path.as_str() == "shift");
    let text = |side: Option<Expression>| side.map(|side| side.to_string());
    let apart = "worker.channel.chat.assigned_tasks < 2 AND worker.sid != 'WK1' AND worker.shift == 1";
    assert_eq!(text(split.apart).as_deref(), Some(apart));
    assert_eq!(text(split.rest).as_deref(), Some("worker.languages HAS 'fr'"));
    let none = demand("1==1", &json!({})).split(|_| true);
    assert_eq!(none, Split { apart: None, rest: None });
}

fn class(paths: &[&str], worker: &Value) -> WorkerClass {
    WorkerClass::of(&paths.iter().filter_map(|path| Path::parse(path)).collect(), worker)
}

#[test]
fn workers_with_equal_values_are_one_class() {
    let paths = ["languages", "level", "skills[0].x"];
    let one = class(&paths, &json!({"languages": ["fr"], "skills": [{"x": {"k": 1, "j": 2}}], "name": "a"}));
    let two =
        class(&paths, &json!({"languages": ["fr"], "level": null, "skills": [{"x": {"j": 2, "k": 1}}, 3]}));
    let other = class(&paths, &json!({"languages": ["en"]}));
    assert_eq!(one.id(), two.id());
    assert_ne!(one.id(), other.id());
    assert_eq!(one.id().len(), 16);
    assert_ne!(class(&["a"], &json!({"a": 1})).id(), class(&["b"], &json!({"b": 1})).id());
    let stored = serde_json::to_value(&one).expect("JSON");
    assert_eq!(serde_json::from_value::<WorkerClass>(stored).expect("a class"), one);
}

#[test]
fn a_class_answers_below_the_paths_it_knows() {
    let class = class(&["skills", "level"], &json!({"skills": [{"x": "fr"}], "level": 4}));
    assert!(class.serves(&parse("skills[0].x == 'fr'"), Some(&parse("worker.level > 3"))));
    assert!(!class.serves(&parse("skills[1].x == 'fr'"), None));
    assert!(!class.serves(&parse("1==1"), Some(&parse("worker.other == 1"))));
    let order_by = OrderBy::parse("worker.level DESC").expect("an order");
    assert_eq!(class.rank(&order_by), order_by.rank(&json!({"level": 4})));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_class_answers_as_each_of_its_workers(
        queue in expression(), condition in expression(), task in attributes(), worker in attributes(),
        more in proptest::collection::btree_set(path(), 0..3),
    ) {
        let demand = Demand::of("WQ1", Some(&condition), &task);
        let residual = demand.map_err(|error| TestCaseError::fail(error.to_string()))?.residual;
        let mut paths = more;
        paths.extend(queue.worker_paths(PathContext::Queue));
        paths.extend(residual.iter().flat_map(|residual| residual.worker_paths(PathContext::Target)));
        let whole = matches(&queue, &Scope::worker(&worker)) && matches(&condition, &Scope::target(&task, &worker));
        prop_assert_eq!(WorkerClass::of(&paths, &worker).serves(&queue, residual.as_ref()), whole);
    }
}
