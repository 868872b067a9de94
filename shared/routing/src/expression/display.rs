//! The canonical text of an expression: `Expression::parse(&e.to_string()) == Ok(e)`.

use std::fmt::{self, Formatter, Write};

use super::{Expression, Literal, Operand, Operator};

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Or(members) => joined(formatter, members, " OR ", |_| false),
            Expression::And(members) => {
                joined(formatter, members, " AND ", |member| matches!(member, Expression::Or(_)))
            }
            Expression::Not(inner) => {
                formatter.write_str("NOT ")?;
                let parenthesised = matches!(**inner, Expression::Or(_) | Expression::And(_));
                member(formatter, inner, parenthesised)
            }
            Expression::Compare(left, operator, right) => write!(formatter, "{left} {operator} {right}"),
            Expression::Truth(operand) => write!(formatter, "{operand}"),
        }
    }
}

fn joined(
    formatter: &mut Formatter<'_>,
    members: &[Expression],
    separator: &str,
    parenthesised: fn(&Expression) -> bool,
) -> fmt::Result {
    for (position, inner) in members.iter().enumerate() {
        if position > 0 {
            formatter.write_str(separator)?;
        }
        member(formatter, inner, parenthesised(inner))?;
    }
    Ok(())
}

fn member(formatter: &mut Formatter<'_>, inner: &Expression, parenthesised: bool) -> fmt::Result {
    if parenthesised { write!(formatter, "({inner})") } else { write!(formatter, "{inner}") }
}

impl fmt::Display for Operand {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Literal(literal) => write!(formatter, "{literal}"),
            Operand::Path(path) => write!(formatter, "{path}"),
            Operand::Quoted(path) => write!(formatter, "\"{path}\""),
            Operand::List(members) => {
                formatter.write_char('[')?;
                for (position, member) in members.iter().enumerate() {
                    let separator = if position > 0 { ", " } else { "" };
                    write!(formatter, "{separator}{member}")?;
                }
                formatter.write_char(']')
            }
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => formatter.write_str("null"),
            Literal::Bool(value) => write!(formatter, "{value}"),
            Literal::Number(number) => write!(formatter, "{number}"),
            Literal::Text(text) => {
                formatter.write_char('\'')?;
                for character in text.chars() {
                    match character {
                        '\'' | '\\' => write!(formatter, "\\{character}")?,
                        '\n' => formatter.write_str("\\n")?,
                        '\r' => formatter.write_str("\\r")?,
                        '\t' => formatter.write_str("\\t")?,
                        other => formatter.write_char(other)?,
                    }
                }
                formatter.write_char('\'')
            }
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Has => "HAS",
            Operator::In => "IN",
            Operator::NotIn => "NOT IN",
            Operator::Contains => "CONTAINS",
        })
    }
}
