//! Arithmetic as Shopify's Liquid does it: text that holds a number is one, anything else is 0; whole numbers stay
//! whole. Liquid's standard filters refuse text and overflow.

use liquid_core::{Error, Result, Runtime, Value, ValueView};

use super::language::OwnFilter;

pub(super) const ALL: &[OwnFilter] = &[
    OwnFilter {
        name: "plus",
        takes_objects: false,
        arguments: (1, 1),
        run: |a, b, _| Ok(both(a, b, i64::checked_add, |x, y| x + y)),
    },
    OwnFilter {
        name: "minus",
        takes_objects: false,
        arguments: (1, 1),
        run: |a, b, _| Ok(both(a, b, i64::checked_sub, |x, y| x - y)),
    },
    OwnFilter {
        name: "times",
        takes_objects: false,
        arguments: (1, 1),
        run: |a, b, _| Ok(both(a, b, i64::checked_mul, |x, y| x * y)),
    },
    OwnFilter { name: "divided_by", takes_objects: false, arguments: (1, 1), run: divided_by },
    OwnFilter { name: "modulo", takes_objects: false, arguments: (1, 1), run: modulo },
    OwnFilter {
        name: "at_least",
        takes_objects: false,
        arguments: (1, 1),
        run: |a, b, _| Ok(both(a, b, |x, y| Some(x.max(y)), f64::max)),
    },
    OwnFilter {
        name: "at_most",
        takes_objects: false,
        arguments: (1, 1),
        run: |a, b, _| Ok(both(a, b, |x, y| Some(x.min(y)), f64::min)),
    },
    OwnFilter {
        name: "abs",
        takes_objects: false,
        arguments: (0, 0),
        run: |a, _, _| Ok(one(a, i64::checked_abs, f64::abs)),
    },
    OwnFilter {
        name: "ceil",
        takes_objects: false,
        arguments: (0, 0),
        run: |a, _, _| Ok(whole(number(a), f64::ceil)),
    },
    OwnFilter {
        name: "floor",
        takes_objects: false,
        arguments: (0, 0),
        run: |a, _, _| Ok(whole(number(a), f64::floor)),
    },
    OwnFilter { name: "round", takes_objects: false, arguments: (0, 1), run: round },
];

#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Number::Whole(n) => n as f64,
            Number::Fraction(x) => x,
        }
    }
}

fn number(value: &dyn ValueView) -> Number {
    if let Some(scalar) = value.as_scalar()
        && scalar.type_name() == "fractional number"
    {
        return scalar.to_float().filter(|x| x.is_finite()).map_or(Number::Whole(0), Number::Fraction);
    }
    let text = value.to_kstr();
    let text = text.trim();
    match text.parse::<i64>() {
        Ok(n) => Number::Whole(n),
        Err(_) => match text.parse::<f64>() {
            Ok(x) if x.is_finite() => Number::Fraction(x),
            _ => Number::Whole(0),
        },
    }
}

fn argument(arguments: &[Value], index: usize) -> Number {
    arguments.get(index).map_or(Number::Whole(0), |value| number(value))
}

fn both(
    input: &dyn ValueView,
    arguments: &[Value],
    whole: fn(i64, i64) -> Option<i64>,
    fraction: fn(f64, f64) -> f64,
) -> Value {
    let (a, b) = (number(input), argument(arguments, 0));
    match (a, b) {
        (Number::Whole(x), Number::Whole(y)) => {
            whole(x, y).map_or_else(|| Value::scalar(fraction(a.float(), b.float())), Value::scalar)
        }
        _ => Value::scalar(fraction(a.float(), b.float())),
    }
}

fn one(input: &dyn ValueView, whole: fn(i64) -> Option<i64>, fraction: fn(f64) -> f64) -> Value {
    match number(input) {
        Number::Whole(n) => whole(n).map_or_else(|| Value::scalar(fraction(n as f64)), Value::scalar),
        Number::Fraction(x) => Value::scalar(fraction(x)),
    }
}

fn divisor(arguments: &[Value]) -> Result<Number> {
    match argument(arguments, 0) {
        Number::Whole(0) => Error::with_msg("divided by 0").into_err(),
        by => Ok(by),
    }
}

fn divided_by(input: &dyn ValueView, arguments: &[Value], _: &dyn Runtime) -> Result<Value> {
    Ok(match (number(input), divisor(arguments)?) {
        (Number::Whole(x), Number::Whole(y)) => {
            // Whole division rounds down, as Ruby's does.
            let quotient = i128::from(x).div_euclid(i128::from(y));
            let down =
                if y < 0 && i128::from(x).rem_euclid(i128::from(y)) != 0 { quotient - 1 } else { quotient };
            i64::try_from(down).map_or_else(|_| Value::scalar(x as f64 / y as f64), Value::scalar)
        }
        (a, b) => Value::scalar(a.float() / b.float()),
    })
}

fn modulo(input: &dyn ValueView, arguments: &[Value], _: &dyn Runtime) -> Result<Value> {
    Ok(match (number(input), divisor(arguments)?) {
        (Number::Whole(x), Number::Whole(y)) => {
            let rest = i128::from(x) % i128::from(y);
            let rest = if rest != 0 && (rest < 0) != (y < 0) { rest + i128::from(y) } else { rest };
            i64::try_from(rest).map_or(Value::Nil, Value::scalar)
        }
        (a, b) => {
            let (x, y) = (a.float(), b.float());
            Value::scalar(x - y * (x / y).floor())
        }
    })
}

/// `value` made whole by `round`; stays a fraction when it is too large for a whole number.
fn whole(value: Number, round: fn(f64) -> f64) -> Value {
    match value {
        Number::Whole(n) => Value::scalar(n),
        Number::Fraction(x) if round(x).abs() < 9.0e18 => Value::scalar(round(x) as i64),
        Number::Fraction(x) => Value::scalar(round(x)),
    }
}

fn round(input: &dyn ValueView, arguments: &[Value], _: &dyn Runtime) -> Result<Value> {
    let digits = match argument(arguments, 0) {
        Number::Whole(n) => n.clamp(0, 15) as i32,
        Number::Fraction(_) => 0,
    };
    let value = number(input);
    Ok(match value {
        Number::Fraction(x) if digits > 0 => {
            let scale = 10f64.powi(digits);
            let scaled = (x * scale).round() / scale;
            Value::scalar(if scaled.is_finite() { scaled } else { x })
        }
        _ => whole(value, f64::round),
    })
}
