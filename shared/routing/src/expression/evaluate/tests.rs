use super::*;
use crate::expression::WorkerCounts;
use serde_json::json;

fn holds(text: &str, scope: &Scope<'_>) -> bool {
    matches(&Expression::parse(text).expect(text), scope)
}

/// Over the attributes of one worker.
fn check(text: &str, expect: bool) {
    let worker = json!({
        "language": "fr", "languages": ["fr", "en"], "level": 7, "rating": 4.5, "code": "12", "vip": true,
        "flag": "true", "empty": "", "nothing": null, "levels": [1, "2", true, null, ["x"]],
        "routing": {"skills": ["ChatText"], "levels": {"fr": 3}},
    });
    assert_eq!(holds(text, &Scope::worker(&worker)), expect, "{text}");
}

#[test]
fn scalars() {
    check("language == 'fr'", true);
    check("language == 'FR'", false);
    check("language != 'en'", true);
    check("level > 6 AND level >= 7 AND level < 8 AND level <= 7", true);
    check("level == 7.0", true);
    check("rating > 4.49", true);
    check("language < 'g'", true);
    check("language CONTAINS 'r'", true);
    check("language CONTAINS 'R'", false);
    check("1==1", true);
    check("1 == 0", false);
    check("1 != 1", false);
}

#[test]
fn numeric_texts_compare_with_numbers() {
    check("code > 5", true);
    check("5 < code", true);
    check("code == 12", true);
    check("code IN [12]", true);
    check("levels HAS 2", true);
    check("code > '5'", false);
    check("language == 7", false);
    check("language != 7", true);
    check("language > 7", false);
    check("level CONTAINS '7'", false);
}

#[test]
fn booleans_are_not_texts() {
    check("vip", true);
    check("vip == true", true);
    check("vip == 'true'", false);
    check("flag == true", false);
    check("flag == 'true'", true);
    check("flag", false);
    check("level", false);
    check("vip != 1", true);
    check("vip > false", false);
}

#[test]
fn null() {
    check("absent == null", true);
    check("nothing == null", true);
    check("absent != null", false);
    check("language != null", true);
    check("languages != null", true);
    check("languages == null", false);
    check("absent == ''", false);
    check("empty == ''", true);
    check("absent == false", false);
    check("absent < 1", false);
    check("absent != true", true);
    check("absent == absent2", true);
    check("absent", false);
    check("NOT absent", true);
    check("absent HAS 'x'", false);
    check("languages HAS absent", false);
    check("absent IN languages", false);
    check("levels HAS null", false);
    check("absent NOT IN ['a']", true);
    check("language NOT IN absent", false);
    check("absent CONTAINS ''", false);
}

#[test]
fn lists() {
    check("languages HAS 'fr'", true);
    check("languages HAS 'de'", false);
    check("'ChatText' IN routing.skills", true);
    check("language IN ['de', 'fr']", true);
    check("language NOT IN ['de', 'fr']", false);
    check("language NOT IN ['de']", true);
    check("languages[1] == 'en'", true);
    check("languages[2] == null", true);
    check("routing.levels.fr > 2", true);
    check("levels HAS true", true);
    check("levels HAS 'x'", false);
    check("language IN [languages[0], 'x']", true);
}

#[test]
fn a_scalar_operator_with_a_list_is_false() {
    check("languages == 'fr'", false);
    check("languages != 'fr'", false);
    check("languages == languages", false);
    check("languages CONTAINS 'fr'", false);
    check("languages > 1", false);
}

#[test]
fn a_list_operator_without_its_list_is_false() {
    check("language HAS 'fr'", false);
    check("language IN 'fr'", false);
    check("language NOT IN 'de'", false);
    check("languages IN ['fr']", false);
    check("languages NOT IN ['fr']", false);
    check("languages HAS languages", false);
}

#[test]
fn an_object_is_as_an_empty_list() {
    check("routing == 'x'", false);
    check("routing != 'x'", false);
    check("routing != null", true);
    check("routing HAS 'skills'", false);
    check("'skills' NOT IN routing", true);
    check("routing", false);
}

#[test]
fn a_double_quoted_name_is_the_attribute_where_there_is_one() {
    check("\"language\" == \"fr\"", true);
    check("\"languages\" HAS \"fr\"", true);
    check("\"absent\" HAS \"fr\"", false);
    check("\"en\" IN [\"en\"]", true);
    check("\"absent\" != null", false);
}

#[test]
fn targets_name_task_and_worker() {
    let task = json!({"language": "fr", "worker": "x"});
    let worker = json!({"languages": ["fr"], "channel": {"chat": {"assigned_tasks": 2}}, "sid": "WK1"});
    let scope = Scope::target(&task, &worker);
    for (text, expect) in [
        ("worker.languages HAS task.language", true),
        ("worker.channel.chat.assigned_tasks < 3", true),
        ("worker.sid IN ['WK1']", true),
        ("task.worker == 'x'", true),
        ("language == 'fr'", false),
        ("language == null", true),
        ("worker == null AND task == null", true),
        ("worker.ignored != task.ignored", false),
        ("worker.sid != task.ignored", true),
    ] {
        assert_eq!(holds(text, &scope), expect, "{text}");
    }
}

#[test]
fn filters_name_task_attributes() {
    let task = json!({"callBackData": {"attempts": 1}, "worker": {"sid": "x"}});
    let scope = Scope::task(&task);
    assert!(holds("callBackData.attempts == 1 AND targetWorker == null", &scope));
    assert!(holds("worker.sid == 'x' AND worker.level == null", &scope));
}

#[test]
fn skip_if_counts_workers() {
    let counts =
        WorkerCounts { available: 0, unavailable: 3, by_activity: [("WAbreak".to_owned(), 2)].into() };
    let scope = Scope::skip_if(&counts);
    for (text, expect) in [
        ("workers.available == 0", true),
        ("workers.unavailable > 2", true),
        ("workers.WAbreak == 2", true),
        ("workers.WAlunch == 0", true),
        ("workers.other == 0", false),
        ("1==1", true),
    ] {
        assert_eq!(holds(text, &scope), expect, "{text}");
    }
}
