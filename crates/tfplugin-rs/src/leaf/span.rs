//! A length of time: `90s`, `1h30m`, `30d`.

use std::fmt;
use std::time::Duration;

use serde_json::json;

use crate::field::Spelled;
use crate::rule::Invalid;

/// A length of time, never negative.
///
/// Written as numbers with units, largest first or not: `90s`, `1h30m`, `1.5h`, `30d`, `2w`. The units are those of
/// Go's durations, which Terraform users know (`ns`, `us`, `ms`, `s`, `m`, `h`), and `d` and `w` for days of 24
/// hours and weeks. Equal lengths are equal values: `30d` is `720h`.
///
/// ```
/// use tfplugin::{Span, Spelled};
///
/// let month = Span::parse("30d").unwrap();
/// assert_eq!(month, Span::parse("720h").unwrap());
/// assert_eq!((month.whole_days(), month.as_secs()), (Some(30), 2_592_000));
/// assert_eq!(Span::from_secs(5_400).to_string(), "1h30m");
/// assert_eq!(Span::from_days(1).duration() / 2, Span::parse("12h").unwrap().duration());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(Duration);

const UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

const ADVICE: &str = "Write a number and a unit, such as `90s`, `1h30m` or `30d`.";

impl Span {
    /// A span of so many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A span of so many days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Self::from_secs(days * 86_400)
    }

    /// The whole seconds in it.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// The days in it, when it is a whole number of days.
    pub const fn whole_days(self) -> Option<u64> {
        let seconds = self.0.as_secs();
        if self.0.subsec_nanos() == 0 && seconds.is_multiple_of(86_400) {
            Some(seconds / 86_400)
        } else {
            None
        }
    }

    /// As the standard library's type.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl Spelled for Span {
    const NAME: &'static str = "duration";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = || Invalid::new("is not a duration", ADVICE);
        let mut rest = text.trim();
        if rest == "0" {
            return Ok(Self::default());
        }
        if rest.starts_with('-') {
            return Err(Invalid::new("is a negative duration", "Use a duration of zero or more."));
        }
        if rest.is_empty() {
            return Err(refuse());
        }
        let mut nanoseconds = 0_u128;
        while !rest.is_empty() {
            let number_ends = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refuse)?;
            let (number, after) = rest.split_at(number_ends);
            let unit_ends =
                after.find(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_ends);
            let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if number.is_empty() || (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
                return Err(refuse());
            }
            let too_long = || Invalid::new("is too long a duration", "Use a shorter one.");
            let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_long())? };
            // Nanoseconds are the finest unit; further digits of a fraction say nothing.
            let digits: String = fraction.chars().take(18).collect();
            let part = match digits.len() as u32 {
                0 => 0,
                count => digits.parse::<u128>().map_err(|_| refuse())? * factor / 10_u128.pow(count),
            };
            nanoseconds = whole
                .checked_mul(*factor)
                .and_then(|product| product.checked_add(part))
                .and_then(|sum| sum.checked_add(nanoseconds))
                .ok_or_else(too_long)?;
            rest = after.trim_start();
        }
        let seconds = u64::try_from(nanoseconds / 1_000_000_000)
            .map_err(|_| Invalid::new("is too long a duration", "Use a shorter one."))?;
        Ok(Self(Duration::new(seconds, (nanoseconds % 1_000_000_000) as u32)))
    }

    fn spell(&self) -> String {
        self.to_string()
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "pattern": r"^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w) ?)+)$" })
    }
}

impl fmt::Display for Span {
    /// The shortest exact spelling: days, hours, minutes and seconds, without the parts that are zero.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_nanos();
        if left == 0 {
            return out.write_str("0s");
        }
        for (unit, factor) in UNITS.iter().rev().filter(|(unit, _)| !matches!(*unit, "w" | "µs")) {
            if left >= *factor {
                write!(out, "{}{unit}", left / factor)?;
                left %= factor;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, seconds: f64) {
        assert_eq!(Span::parse(text).unwrap().duration().as_secs_f64(), seconds, "{text}");
    }

    #[test]
    fn durations_are_read_the_way_terraform_users_write_them() {
        check("90s", 90.0);
        check("1h30m", 5_400.0);
        check("1.5h", 5_400.0);
        check(".5m", 30.0);
        check("30d", 2_592_000.0);
        check("2w", 1_209_600.0);
        check("1d 12h", 129_600.0);
        check("250ms", 0.25);
        check("0", 0.0);
    }

    #[test]
    fn equal_lengths_are_equal() {
        assert_eq!(Span::parse("30d"), Span::parse("720h"));
        assert_eq!(Span::parse("1h30m"), Span::parse("90m"));
    }

    #[test]
    fn the_canonical_spelling_reads_back() {
        for text in ["0s", "1ms", "90s", "36h", "30d", "1h30m", "1.25s"] {
            let span = Span::parse(text).unwrap();
            assert_eq!(Span::parse(&span.spell()).unwrap(), span, "{text} as {span}");
        }
        assert_eq!(Span::parse("720h").unwrap().spell(), "30d");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", "5", "d", "5 days", "1h-30m", "1..5h", "5x", "99999999999999999999999999999w", "-5m", "5m!"]
        {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }
}
