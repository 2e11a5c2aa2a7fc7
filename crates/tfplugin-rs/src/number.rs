//! Numbers as Terraform means them: exact decimals, never squeezed through a float.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An exact decimal number.
///
/// Terraform holds numbers at far more precision than a float and compares them by their decimal text, so a
/// provider that rounds `0.1` or `3.14159265358979323846` on the way through is refused. A `Number` keeps every
/// digit it was given; `5`, `5.0` and `5e0` are the same number.
///
/// ```
/// use tfplugin::Number;
///
/// let third: Number = "0.3333333333333333333333333333333333".parse().unwrap();
/// assert_eq!(third.to_string(), "0.3333333333333333333333333333333333");
/// assert!(third > Number::zero() && !third.is_integer());
///
/// let five = Number::from_f64(5.0).unwrap();
/// assert_eq!((five.as_i64(), five.as_u64(), five.to_f64()), (Some(5), Some(5), 5.0));
/// assert_eq!(five, "5e0".parse().unwrap());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Significant digits without leading or trailing zeros; empty for zero.
    digits: Box<str>,
    /// Power of ten by which `0.digits` is multiplied.
    exponent: i32,
}

/// The text is not a finite decimal number.
///
/// ```
/// assert_eq!("inf".parse::<tfplugin::Number>().unwrap_err().to_string(), "`inf` is not a finite number");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a finite number")]
pub struct NotANumber(String);

/// Beyond this a written exponent cannot come from a configuration; it would only cost memory when printed.
const LARGEST_EXPONENT: i32 = 100_000;

impl Number {
    /// Zero.
    pub fn zero() -> Self {
        Self { negative: false, digits: "".into(), exponent: 0 }
    }

    /// The number as a signed 64-bit integer, when it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.integer_text()?.parse().ok()
    }

    /// The number as an unsigned 64-bit integer, when it is one.
    pub fn as_u64(&self) -> Option<u64> {
        self.integer_text()?.parse().ok()
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        // The text form is what `f64` parses, whatever its size.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// A float as the shortest decimal that stands for it; none for NaN and the infinities, which no Terraform
    /// value can hold.
    pub fn from_f64(float: f64) -> Option<Self> {
        float.is_finite().then(|| float.to_string().parse().expect("a finite float prints as a decimal"))
    }

    /// Whether the number has no fraction.
    pub fn is_integer(&self) -> bool {
        self.digits.len() as i64 <= i64::from(self.exponent) || self.digits.is_empty()
    }

    fn integer_text(&self) -> Option<String> {
        // 20 digits hold every 64-bit integer; a longer one fits none.
        (self.is_integer() && self.exponent <= 20).then(|| self.to_string())
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let refuse = || NotANumber(text.chars().take(64).collect());
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| refuse())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(refuse());
        }
        let digits = format!("{whole}{fraction}");
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self::zero());
        }
        let exponent = i64::from(exponent) + whole.len() as i64 - leading as i64;
        if exponent.abs() > i64::from(LARGEST_EXPONENT) {
            return Err(refuse());
        }
        Ok(Self { negative, digits: significant.into(), exponent: exponent as i32 })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return out.write_str("0");
        }
        if self.negative {
            out.write_str("-")?;
        }
        let count = self.digits.len() as i32;
        if self.exponent <= 0 {
            write!(out, "0.{}{}", "0".repeat(-self.exponent as usize), self.digits)
        } else if self.exponent >= count {
            write!(out, "{}{}", self.digits, "0".repeat((self.exponent - count) as usize))
        } else {
            let (whole, fraction) = self.digits.split_at(self.exponent as usize);
            write!(out, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitude = || (self.exponent, &self.digits).cmp(&(other.exponent, &other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => magnitude(),
            _ => magnitude().reverse(),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(integer: $integer) -> Self {
                integer.to_string().parse().expect("an integer prints as a decimal")
            }
        }
    )*};
}
from_integer!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn spelling_does_not_matter() {
        for (one, other) in [
            ("5", "5.0"),
            ("5", "+5e0"),
            ("0", "-0.000"),
            ("0.1", "1e-1"),
            ("1200", "1.2E3"),
            ("0.05", ".05"),
            ("100", "1e2"),
        ] {
            assert_eq!(number(one), number(other), "{one} and {other}");
        }
    }

    #[test]
    fn every_digit_survives() {
        for text in
            ["3.14159265358979323846", "0.1", "-18446744073709551616", "100000000000000000000", "0.00012"]
        {
            assert_eq!(number(text).to_string(), text);
        }
    }

    #[test]
    fn order_is_numeric() {
        let mut numbers: Vec<_> = ["10", "9", "-1", "0", "0.5", "-10", "0.05"].map(number).into();
        numbers.sort();
        let printed: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        assert_eq!(printed, ["-10", "-1", "0", "0.05", "0.5", "9", "10"]);
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["", "-", ".", "NaN", "inf", "1e", "0x10", "1_000", "1e999999999", "١"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!(Number::from_f64(f64::NAN), None);
        assert_eq!(Number::from_f64(f64::INFINITY), None);
    }

    #[test]
    fn integers_come_back_exactly() {
        assert_eq!(Number::from(i64::MIN).as_i64(), Some(i64::MIN));
        assert_eq!(Number::from(u64::MAX).as_u64(), Some(u64::MAX));
        assert_eq!(number("1.5").as_i64(), None);
        assert_eq!(Number::from_f64(0.1).unwrap(), number("0.1"));
    }
}
