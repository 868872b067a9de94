//! Tokens into an [`Expression`], by recursive descent.

use super::token::{Token, tokens};
use super::{
    EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX, Expression, Literal, Operand, Operator, PATH_INDEX_MAX, Path,
    RESIDUAL_BYTES_MAX,
};

/// Why a text is not an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {position}: {fault}")]
pub struct ExpressionError {
    /// Bytes from the beginning of the text.
    pub position: usize,
    pub fault: ExpressionFault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionFault {
    #[error("the expression is empty")]
    Empty,
    #[error("the expression is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("more than {EXPRESSION_DEPTH_MAX} nested parentheses, NOTs and lists")]
    TooDeep,
    #[error("`{0}` is not part of the language")]
    Character(char),
    #[error("the quoted text does not end")]
    OpenText,
    #[error("this is not a number (digits, with a sign and decimals if need be)")]
    Number,
    #[error("a `.` must be followed by a name (letters, digits, underscores)")]
    Key,
    #[error("an index is `[0]` to `[{PATH_INDEX_MAX}]`")]
    Index,
    #[error("a name cannot contain a hyphen")]
    Hyphen,
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("a text, number or list alone is not a condition")]
    NotACondition,
}

impl Expression {
    /// Reads what a person wrote, up to [`EXPRESSION_BYTES_MAX`].
    ///
    /// The check is of syntax only, as TaskRouter's is on saving: names are looked up when it is evaluated.
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        parse_within(text, EXPRESSION_BYTES_MAX)
    }

    /// Reads the canonical text of a substituted expression, up to [`RESIDUAL_BYTES_MAX`].
    pub fn parse_residual(text: &str) -> Result<Expression, ExpressionError> {
        parse_within(text, RESIDUAL_BYTES_MAX)
    }
}

fn parse_within(text: &str, max: usize) -> Result<Expression, ExpressionError> {
    if text.len() > max {
        return Err(ExpressionError { position: max, fault: ExpressionFault::TooLong { max } });
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(ExpressionError { position: 0, fault: ExpressionFault::Empty });
    }
    let mut parser = Parser { tokens: &tokens, next: 0, end: text.len(), depth: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => parser.fault(ExpressionFault::Expected("an operator, `AND`, `OR` or the end")),
    }
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    /// Bytes of the text.
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expression, ExpressionError> {
        let mut members = vec![self.and()?];
        while self.take(&Token::Or) {
            members.push(self.and()?);
        }
        Ok(Expression::any(members))
    }

    fn and(&mut self) -> Result<Expression, ExpressionError> {
        let mut members = vec![self.not()?];
        while self.take(&Token::And) {
            members.push(self.not()?);
        }
        Ok(Expression::all(members))
    }

    fn not(&mut self) -> Result<Expression, ExpressionError> {
        if self.take(&Token::Not) {
            self.nested(|parser| Ok(Expression::Not(Box::new(parser.not()?))))
        } else if self.take(&Token::Open) {
            self.nested(|parser| {
                let inner = parser.or()?;
                parser.expect(&Token::Close, "`)`")?;
                Ok(inner)
            })
        } else {
            self.comparison()
        }
    }

    fn comparison(&mut self) -> Result<Expression, ExpressionError> {
        let begin = self.position();
        let quoted = matches!(self.peek(), Some(Token::Quoted(_)));
        let left = self.operand()?;
        let Some(operator) = self.operator()? else {
            return match left {
                Operand::Path(_) | Operand::Literal(Literal::Bool(_) | Literal::Null) => {
                    Ok(Expression::Truth(left))
                }
                _ => Err(ExpressionError { position: begin, fault: ExpressionFault::NotACondition }),
            };
        };
        let right = self.operand()?;
        let left = if quoted && right.is_constant() { attribute_if_a_name(left, &right) } else { left };
        Ok(Expression::Compare(left, operator, right))
    }

    fn operator(&mut self) -> Result<Option<Operator>, ExpressionError> {
        match self.peek() {
            Some(Token::Operator(operator)) => {
                self.next += 1;
                Ok(Some(*operator))
            }
            Some(Token::Not) => {
                self.next += 1;
                self.expect(&Token::Operator(Operator::In), "`IN` after `NOT`")?;
                Ok(Some(Operator::NotIn))
            }
            _ => Ok(None),
        }
    }

    fn operand(&mut self) -> Result<Operand, ExpressionError> {
        let literal = match self.peek() {
            Some(Token::Path(path)) => {
                self.next += 1;
                return Ok(Operand::Path(path.clone()));
            }
            Some(Token::OpenList) => {
                self.next += 1;
                return self.nested(Parser::list);
            }
            Some(Token::Text(text) | Token::Quoted(text)) => Literal::Text(text.clone()),
            Some(Token::Number(number)) => Literal::Number(*number),
            Some(Token::True) => Literal::Bool(true),
            Some(Token::False) => Literal::Bool(false),
            Some(Token::Null) => Literal::Null,
            _ => return self.fault(ExpressionFault::Expected("an attribute or a value")),
        };
        self.next += 1;
        Ok(Operand::Literal(literal))
    }

    fn list(&mut self) -> Result<Operand, ExpressionError> {
        let mut members = Vec::new();
        if self.take(&Token::CloseList) {
            return Ok(Operand::List(members));
        }
        loop {
            members.push(self.operand()?);
            if !self.take(&Token::Comma) {
                self.expect(&Token::CloseList, "`,` or `]`")?;
                return Ok(Operand::List(members));
            }
        }
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ExpressionError>,
    ) -> Result<T, ExpressionError> {
        if self.depth == EXPRESSION_DEPTH_MAX {
            return self.fault(ExpressionFault::TooDeep);
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(position, _)| *position)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token, what: &'static str) -> Result<(), ExpressionError> {
        if self.take(token) { Ok(()) } else { self.fault(ExpressionFault::Expected(what)) }
    }

    fn fault<T>(&self, fault: ExpressionFault) -> Result<T, ExpressionError> {
        Err(ExpressionError { position: self.position(), fault })
    }
}

/// A double-quoted text left of a constant, if it has the form of a name. Left of `null` it can only be meant
/// as one: a text is never null.
fn attribute_if_a_name(left: Operand, right: &Operand) -> Operand {
    let path = match &left {
        Operand::Literal(Literal::Text(text)) => Path::parse(text),
        _ => None,
    };
    match path {
        Some(path) if *right == Operand::Literal(Literal::Null) => Operand::Path(path),
        Some(path) => Operand::Quoted(path),
        None => left,
    }
}

#[cfg(test)]
mod tests;
