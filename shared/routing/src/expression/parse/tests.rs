use super::*;

/// A text and its canonical form, or the byte and the reason of its refusal.
fn check(text: &str, expect: Result<&str, (usize, ExpressionFault)>) {
    let parsed = Expression::parse(text);
    let canonical =
        parsed.as_ref().map(ToString::to_string).map_err(|error| (error.position, error.fault.clone()));
    assert_eq!(canonical.as_ref().map(String::as_str), expect.as_ref().map(|text| *text), "{text}");
    if let Ok(canonical) = canonical {
        assert_eq!(Expression::parse(&canonical), parsed, "{text}");
    }
}

fn reads(text: &str, canonical: &str) {
    check(text, Ok(canonical));
}

fn refuses(text: &str, position: usize, fault: ExpressionFault) {
    check(text, Err((position, fault)));
}

#[test]
fn operators_and_their_spellings() {
    reads("type=='sales'", "type == 'sales'");
    reads("type = \"sales\"", "type == 'sales'");
    reads("a!=1", "a != 1");
    reads("a<1 and a<=2 And a>3 AND a>=4", "a < 1 AND a <= 2 AND a > 3 AND a >= 4");
    reads("skills has 'a'", "skills HAS 'a'");
    reads("skills >- 'a'", "skills HAS 'a'");
    reads("level <- [1,2]", "level IN [1, 2]");
    reads("level in []", "level IN []");
    reads("level not in ['a' , b.c]", "level NOT IN ['a', b.c]");
    reads("name contains 'x'", "name CONTAINS 'x'");
    reads("1==1", "1 == 1");
    reads("'ChatText' IN worker.routing.skills", "'ChatText' IN worker.routing.skills");
}

#[test]
fn precedence_and_parentheses() {
    reads("a == 1 OR b == 2 AND c == 3", "a == 1 OR b == 2 AND c == 3");
    reads("(a == 1 OR b == 2) AND c == 3", "(a == 1 OR b == 2) AND c == 3");
    reads("((a == 1)) AND (b AND (c))", "a == 1 AND b AND c");
    reads("NOT a == 1 AND b", "NOT a == 1 AND b");
    reads("not (a OR b)", "NOT (a OR b)");
    reads("NOT NOT a", "NOT NOT a");
    reads("NOT a NOT IN [1]", "NOT a NOT IN [1]");
}

#[test]
fn a_minus_after_an_angle_belongs_to_the_operator() {
    reads("a >-1", "a HAS 1");
    reads("a > -1", "a > -1");
    reads("a <-1", "a IN 1");
    reads("a < -1.50", "a < -1.5");
}

#[test]
fn operands() {
    reads("a == +1", "a == 1");
    reads("a == null", "a == null");
    reads("a == TRUE", "a == true");
    reads("worker.on_call", "worker.on_call");
    reads("true", "true");
    reads("object.array[2].x[0][1] == -0.25", "object.array[2].x[0][1] == -0.25");
    reads("worker.in == task.or", "worker.in == task.or");
    reads(r"a == 'it\'s \\ \n \x'", r"a == 'it\'s \\ \n x'");
    reads("a == \"say 'é'\"", r"a == 'say \'é\''");
}

#[test]
fn a_double_quoted_name_left_of_a_constant_may_be_an_attribute() {
    reads("\"skills\" HAS \"english\"", "\"skills\" HAS 'english'");
    reads("\"worker.level\" > 5", "\"worker.level\" > 5");
    reads("\"language\" IN ['en']", "\"language\" IN ['en']");
    reads("\"language\" != null", "language != null");
    reads("\"english\" IN skills", "'english' IN skills");
    reads("\"two words\" == 'x'", "'two words' == 'x'");
    reads("\" a\" == 'x'", "' a' == 'x'");
    reads("'language' == 'x'", "'language' == 'x'");
}

#[test]
fn refusals_say_where_and_why() {
    refuses("", 0, ExpressionFault::Empty);
    refuses("  ", 0, ExpressionFault::Empty);
    refuses("first-name == 'a'", 5, ExpressionFault::Hyphen);
    refuses("a == 'b", 5, ExpressionFault::OpenText);
    refuses("a == 'b\\", 5, ExpressionFault::OpenText);
    refuses("a & b", 2, ExpressionFault::Character('&'));
    refuses("!a", 0, ExpressionFault::Character('!'));
    refuses("a == é", 5, ExpressionFault::Character('é'));
    refuses("a == 1x", 5, ExpressionFault::Number);
    refuses("a == 1.", 5, ExpressionFault::Number);
    refuses("a. == 1", 1, ExpressionFault::Key);
    refuses("a.1 == 1", 1, ExpressionFault::Key);
    refuses("a[x] == 1", 1, ExpressionFault::Index);
    refuses("a[-1] == 1", 1, ExpressionFault::Index);
    refuses("a ==", 4, ExpressionFault::Expected("an attribute or a value"));
    refuses("AND a", 0, ExpressionFault::Expected("an attribute or a value"));
    refuses("a == 1 AND", 10, ExpressionFault::Expected("an attribute or a value"));
    refuses("(a == 1", 7, ExpressionFault::Expected("`)`"));
    refuses("a IN [1 2]", 8, ExpressionFault::Expected("`,` or `]`"));
    refuses("a IN [1,]", 8, ExpressionFault::Expected("an attribute or a value"));
    refuses("a NOT HAS b", 6, ExpressionFault::Expected("`IN` after `NOT`"));
    refuses("a == 1 == 1", 7, ExpressionFault::Expected("an operator, `AND`, `OR` or the end"));
    refuses("a b", 2, ExpressionFault::Expected("an operator, `AND`, `OR` or the end"));
    refuses("a AND 'b'", 6, ExpressionFault::NotACondition);
    refuses("[1]", 0, ExpressionFault::NotACondition);
}

#[test]
fn length_limits() {
    let of = |bytes: usize| format!("a == '{}'", "x".repeat(bytes - 7));
    assert!(Expression::parse(&of(EXPRESSION_BYTES_MAX)).is_ok());
    let max = EXPRESSION_BYTES_MAX;
    refuses(&of(max + 1), max, ExpressionFault::TooLong { max });
    assert!(Expression::parse_residual(&of(RESIDUAL_BYTES_MAX)).is_ok());
    let max = RESIDUAL_BYTES_MAX;
    let fault = ExpressionFault::TooLong { max };
    assert_eq!(Expression::parse_residual(&of(max + 1)), Err(ExpressionError { position: max, fault }));
}

#[test]
fn depth_limit() {
    let parentheses = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    let nots = |depth: usize| format!("{}a", "NOT ".repeat(depth));
    let lists = |depth: usize| format!("a IN {}{}", "[".repeat(depth), "]".repeat(depth));
    for nested in [parentheses, nots, lists] {
        assert!(Expression::parse(&nested(EXPRESSION_DEPTH_MAX)).is_ok());
        let refused = Expression::parse(&nested(EXPRESSION_DEPTH_MAX + 1)).map_err(|error| error.fault);
        assert_eq!(refused, Err(ExpressionFault::TooDeep));
    }
    assert!(Expression::parse(&vec!["a"; EXPRESSION_DEPTH_MAX * 10].join(" AND ")).is_ok());
}

#[test]
fn an_empty_target_workers_is_nobody() {
    assert_eq!(Expression::parse_target_workers(" "), Ok(Expression::constant(false)));
    assert_eq!(Expression::parse_target_workers("1==1"), Expression::parse("1 == 1"));
}
