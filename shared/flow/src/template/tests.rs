use serde_json::json;

use super::*;
use crate::limits::{LOOP_TURNS_MAX, PATH_NESTING_MAX, TEMPLATE_BYTES_MAX, TEMPLATE_NESTING_MAX};

/// 2026-11-22T15:05:04Z.
const NOW: Timestamp = Timestamp(1_795_359_904_000);

/// One schedule, which is open on even seconds.
struct Hours;

impl FlowLibrary for Hours {
    fn flow(&self, _sid: &str, _revision: &str) -> Option<&crate::Flow> {
        None
    }

    fn hours(&self, name: &str, now: Timestamp) -> Option<serde_json::Value> {
        (name == "shop").then(|| {
            json!({ "open": now.seconds() % 2 == 0, "opens_date": "2026-11-23", "opens_time": "09:00", "weekday": 7 })
        })
    }
}

const OUTSIDE: Outside<'static> = Outside { library: &Hours, now: NOW };

fn context() -> Context {
    serde_json::from_value(json!({
        "trigger": {"message": {"Body": "Hi", "ChannelAttributes": {"pre": {"age": 7}}}},
        "contact": {"channel": {"address": "+1"}, "attributes": {"language": "de"}},
        "flow": {"sid": "FN1", "flow_sid": "FW1", "channel": {"address": "+2"}, "data": {"id": 3},
            "variables": {"count": "4", "day": "2026-11-22", "big": "x".repeat(9000)}},
        "widgets": {
            "get-name": {"parsed": {"list": ["a", "b"], "ok": true, "none": null, "price": 1.5,
                "rows": [{"n": "x"}, {"n": "y", "q": "\"<&"}], "2nd": "second"}},
            "http_1": {"body": "plain"}
        }
    }))
    .unwrap()
}

fn render(source: &str) -> Result<String, RenderError> {
    Template::compile(source).unwrap_or_else(|error| panic!("{source}: {error}")).render(&context(), OUTSIDE)
}

fn check(source: &str, expect: &str) {
    assert_eq!(render(source).as_deref(), Ok(expect), "{source}");
}

#[test]
fn paths() {
    check("no liquid at all } %}", "no liquid at all } %}");
    check("{{trigger.message.Body}}, {{ contact.channel.address }}{{flow.channel.address}}", "Hi, +1+2");
    check("{{flow.sid}}/{{flow.flow_sid}}/{{flow.data.id}}/{{contact.attributes.language}}", "FN1/FW1/3/de");
    check("{{widgets.get-name.parsed.list[1]}}{{widgets['get-name'].parsed.list[-1]}}", "bb");
    check("{{widgets.get-name.parsed.list.first}}{{widgets.get-name.parsed.list.size}}", "a2");
    check("{{widgets. get-name.parsed .rows[1]. n}}", "y");
    check("{{widgets.get-name.parsed.2nd}}{{widgets.get-name.parsed.list.0}}", "seconda");
    check("{{widgets.http_1.body.}}{{ }}{{}}", "plain");
    check("{{widgets.get-name.parsed.ok}} {{widgets.get-name.parsed.price}}", "true 1.5");
    check(r#"{"a":{"b":"{{trigger.message.Body}}"}}"#, r#"{"a":{"b":"Hi"}}"#);
}

#[test]
fn what_is_undefined_is_empty() {
    check("[{{nothing}}{{trigger.message.Nope.deeper[3].still}}{{widgets.other}}]", "[]");
    check("{% if widgets.x.y %}yes{% else %}no{% endif %}", "no");
    check("{% if nothing == nil and nothing != 'a' %}nil{% endif %}", "nil");
    check("{% if nothing contains 'a' or nothing > 3 %}yes{% else %}no{% endif %}", "no");
    check("{% for x in nothing %}x{% else %}none{% endfor %}", "none");
    check("{{nothing | downcase}}{{nothing | plus: 1}}{{nothing | default: 'd'}}{{nothing | size}}", "1d0");
    check("{% for row in widgets.get-name.parsed.rows %}{{row.n}}{{row.no.no}};{% endfor %}", "x;y;");
    check("{{widgets.get-name.parsed.none | default: 'd'}}", "d");
    check("{% assign a = nothing %}{{a}}{{a.b}}", "");
}

#[test]
fn objects_print_as_json() {
    check("{{flow.data}}{{flow.data | append: flow.data | upcase}}", r#"{"id":3}{"ID":3}{"ID":3}"#);
    check("{{widgets.get-name.parsed.list}}", "ab");
    check("{{widgets.get-name.parsed.rows | to_json}}", r#"[{"n":"x"},{"n":"y","q":"\"<&"}]"#);
    check(
        "{{trigger.message.Body | to_json}}{{nothing | to_json}}{{flow.data.id | to_json}}",
        r#""Hi"null3"#,
    );
    check("{{contact | to_json}}", r#"{"attributes":{"language":"de"},"channel":{"address":"+1"}}"#);
    check("{{flow.variables.day | to_json}}{{widgets.get-name.parsed.ok | to_json}}", "\"2026-11-22\"true");
}

#[test]
fn filters() {
    check("{{' A b ' | strip | downcase | upcase | replace: 'A', 'x'}}", "x B");
    check("{{flow.variables.count | plus: 1 | minus: 2 | times: 3}}", "9");
    check("{{'a,b' | split: ',' | join: '-'}}{{'abc' | slice: 1, 2}}{{'abc' | slice: -9, 2}}", "a-bbc");
    check("{{'x y&' | url_encode}}{{'abcabc' | remove: 'b' | append: '!' | truncate: 4}}", "x%20y%26a...");
    check("{{widgets.get-name.parsed.rows | map: 'n' | reverse | sort | join}}", "x y");
    check("{{'b,a,B,a' | split: ',' | uniq | sort_natural | join: ''}}", "abB");
    check(
        "{{7 | divided_by: 2}} {{ -7 | divided_by: 2}} {{7 | divided_by: -2}} {{7.0 | divided_by: 2}}",
        "3 -4 -4 3.5",
    );
    check(
        "{{ -7 | modulo: 3}} {{7 | modulo: -3}} {{'2.4' | ceil}} {{2.55 | round: 1}} {{ -3 | abs}}",
        "2 -2 3 2.6 3",
    );
    check("{{9223372036854775 | times: 1000000 | to_json}} {{'x' | plus: 1}}", "9.223372036854776e+21 1");
    assert!(matches!(render("{{1 | divided_by: 0}}"), Err(RenderError::Failed(_))));
}

#[test]
fn dates_use_the_given_moment() {
    check("{{'now' | date: '%Y-%m-%d'}} {{\"today\" | date: \"%H:%M\"}}", "2026-11-22 15:05");
    check("{{'2020-02-03' | date: '%d.%m.'}}{{0 | date: '%Y'}}{{'soon' | date: '%Y'}}", "03.02.1970soon");
    check("{{'2026-11-22T23:30:00-02:00' | date: '%d %H:%M'}}", "23 01:30");
    check("{{'1455616800' | date: '%s'}}{{nothing | date: '%Y'}}{{'now' | date: ''}}", "1455616800now");
    for format in ["%100d", "%-999d", "%0100d", "%", &"x".repeat(300)] {
        let result = render(&format!("{{{{'now' | date: '{format}'}}}}"));
        assert!(matches!(result, Err(RenderError::Failed(_))), "{format}: {result:?}");
    }
}

#[test]
fn tags() {
    check("{% assign n = 2 %}{% case n %}{% when 1 %}one{% when 2 %}two{% endcase %}", "two");
    check("{%- if true -%} a {%- elsif x -%} b {%- endif -%} ", "a");
    check("{% capture c %}{{trigger.message.Body}}!{% endcapture %}{{c}}{{c}}", "Hi!Hi!");
    check(&format!("{{% if x %}}{}{{% else %}}e{{% endif %}}", "{% elsif x %}".repeat(1000)), "e");
    check("{% if 1 > 2 or 'ab' contains 'b' and flow.data contains 'id' %}y{% endif %}", "y");
    check(
        "{% if flow.data < 3 or flow.data >= flow.data %}y{% elsif flow.data == flow.data %}e{% endif %}",
        "e",
    );
    check("{% unless 1 == 1 %}n{% elsif 2 == 2 %}y{% endunless %}", "y");
    check("{% raw %}{{ x. y }}{% endraw %}{% comment %}{{ ( }}{% endcomment %}", "{{ x. y }}");
    check("a {%- raw -%} {{\"x'}} {%- endraw -%} b{% comment %}{% if %}{% endcomment %}", "a{{\"x'}}b");
    check(&format!("{{{}{{{{1}}}}{{ {{{{- 2 }}}}", " ".repeat(50)), &format!("{{{}1{{2", " ".repeat(50)));
    check("a {{- 'b' -}}\t\n c {% if true -%} d {%- endif %} ", "abc d ");
    check("{% unless false %}u{% endunless %}{% increment i %}{% increment i %}", "u01");
    check("{% for i in (1..3) %}{{forloop.index}}{% if i == 2 %}{% break %}{% endif %},{% endfor %}", "1,2");
    check("{% for i in (1..9) reversed limit:2 offset:1 %}{{i}}{% endfor %}", "32");
    check("{% for p in flow.data %}{{p[0]}}={{p[1]}}{% endfor %}", "id=3");
}

fn refuse(source: &str, expect: impl Fn(&TemplateError) -> bool) {
    match Template::compile(source) {
        Err(error) if expect(&error) => {}
        other => panic!("{source:.80}: {other:?}"),
    }
}

#[test]
fn bad_templates_are_refused() {
    for source in [
        "{{ x",
        "{% if x %}",
        "{% endif %}",
        "{{ x | no_such_filter }}",
        "{% include 'x' %}",
        "{% if %}{% endif %}",
        "{% if a == %}{% endif %}",
        "{% if a b %}{% endif %}",
        "{% if a and %}{% endif %}",
        "{{ a b }}",
        "{{ 'x' | replace }}",
        "{% for x in %}{% endfor %}",
        "{{ x | date: '%Y', 1 }}",
        "{% raw %}{{",
    ] {
        refuse(source, |error| matches!(error, TemplateError::Syntax(_)));
    }
}

#[test]
fn sizes_at_the_limit_and_one_past() {
    assert!(Template::compile(&"x".repeat(TEMPLATE_BYTES_MAX)).is_ok());
    refuse(&"x".repeat(TEMPLATE_BYTES_MAX + 1), |error| {
        *error == TemplateError::TooLong(TEMPLATE_BYTES_MAX + 1)
    });
    let nested = |depth: usize| format!("{}x{}", "{% if 1 %}".repeat(depth), "{% endif %}".repeat(depth));
    check(&nested(TEMPLATE_NESTING_MAX), "x");
    refuse(&nested(TEMPLATE_NESTING_MAX + 1), |error| *error == TemplateError::NestedTooDeep);
    let path = |depth: usize| format!("{{{{ {}1{} }}}}", "a[".repeat(depth), "]".repeat(depth));
    assert!(Template::compile(&path(PATH_NESTING_MAX)).is_ok());
    refuse(&path(PATH_NESTING_MAX + 1), |error| *error == TemplateError::PathTooDeep);
    check("{{ 123456789012345678 }}", "123456789012345678");
    refuse("{{ 1234567890123456789 }}", |error| matches!(error, TemplateError::NumberTooLarge(_)));
    let expression = |bytes: usize| format!("{{{{ '{}' }}}}", "x".repeat(bytes - 4));
    assert!(Template::compile(&expression(prepare::TAG_BYTES_MAX)).is_ok());
    refuse(&expression(prepare::TAG_BYTES_MAX + 1), |error| *error == TemplateError::TagTooLong);
}

#[test]
fn long_blanks_are_read_in_reasonable_time() {
    let blanks = " ".repeat(TEMPLATE_BYTES_MAX - 16);
    assert_eq!(
        render(&format!("{blanks}{{{{flow.sid}}}}")).map(|text| text.len()),
        Ok(TEMPLATE_BYTES_MAX - 13)
    );
}

#[test]
fn output_at_the_limit_and_one_past() {
    let fill = |bytes: usize| format!("{{{{flow.variables.big}}}}{}", "y".repeat(bytes - 9000));
    assert_eq!(render(&fill(RENDERED_BYTES_MAX)).map(|text| text.len()), Ok(RENDERED_BYTES_MAX));
    let over = render(&fill(RENDERED_BYTES_MAX + 1));
    assert!(matches!(over, Err(RenderError::Limit(_, max)) if max == RENDERED_BYTES_MAX as u64));
}

#[test]
fn loops_stop_where_studio_stops() {
    check("{% for i in (1..1000000000) %}x{% endfor %}", &"x".repeat(LOOP_TURNS_MAX));
    check("{% for i in (1..15) %}x{% endfor %}", &"x".repeat(LOOP_TURNS_MAX));
    check("{% for i in (1..9223372036854775) reversed %}x{% endfor %}", &"x".repeat(LOOP_TURNS_MAX));
    check(
        "{% assign l = 'a,' | replace: 'a', 'a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a' | split: ',' %}{% for i in l %}x{% endfor %}",
        &"x".repeat(LOOP_TURNS_MAX),
    );
}

#[test]
fn bombs_end_with_a_limit() {
    let nested = format!("{}{}", "{% for i in (1..15) %}".repeat(12), "{% endfor %}".repeat(12));
    let doubling = "{% assign a = 'xxxxxxxxxx' %}".to_owned() + &"{% assign a = a | append: a %}".repeat(400);
    let replaced = "{% assign a = flow.variables.big | replace: 'x', flow.variables.big | replace: 'x', flow.variables.big %}";
    let joined = "{{flow.variables.big | split: '' | join: flow.variables.big}}";
    let lists =
        "{% assign a = 'a,b' | split: ',' %}".to_owned() + &"{% assign a = a | concat: a %}".repeat(300);
    let captured = format!(
        "{{% capture c %}}{}{}{}{{% endcapture %}}",
        "{% for i in (1..15) %}".repeat(6),
        "y".repeat(5000),
        "{% endfor %}".repeat(6)
    );
    for source in [nested.as_str(), &doubling, replaced, joined, &lists, &captured] {
        let result = render(source);
        assert!(matches!(result, Err(RenderError::Limit(..))), "{source:.60}: {result:?}");
    }
}

#[test]
fn opening_hours_are_looked_up_at_the_steps_moment() {
    check("{{hours.shop.open}} {{ hours['shop'].weekday }}", "true 7");
    check("{% if hours.shop.open %}open{% else %}closed{% endif %}", "open");
    check("{{hours.shop.opens_date | date: '%A'}}, {{hours.shop.opens_time}}", "Monday, 09:00");
    // What there is not is empty, like everything undefined; a name that the template assigns is its own.
    check("[{{hours.bar.open}}{{hours.shop.closes_at}}{{hours}}]", "[]");
    check("{% assign hours = 'ours' %}{{hours}}", "ours");
}
