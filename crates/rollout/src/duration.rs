//! A length of time as policies spell it: "10m", "90s", "1h30m".

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// A length of time in whole seconds.
///
/// Read from whole numbers with a unit, largest unit first: `w`, `d`, `h`, `m`, `s` ("10m", "90s", "1h30m", "2d").
/// Written in one way only, with `h`, `m` and `s`, so that equal policies are equal text: "90s" is written "1m30s",
/// "2d" is written "48h".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    seconds: u64,
}

/// Why a text is not a [`Duration`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not a length of time; write whole numbers with a unit, such as \"10m\", \"90s\" or \"1h30m\""
)]
pub struct NotADuration {
    /// What was read.
    pub text: String,
}

/// Seconds in each unit, in the order in which units may appear.
const UNITS: [(u8, u64); 5] = [(b'w', 604_800), (b'd', 86_400), (b'h', 3_600), (b'm', 60), (b's', 1)];

/// Ten years. Longer is a slip of the pen, and below it no sum of durations can overflow.
const LONGEST: u64 = 10 * 366 * 86_400;

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration { seconds: 0 };

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Duration {
        Duration { seconds }
    }

    /// So many minutes.
    pub const fn from_mins(minutes: u64) -> Duration {
        Duration { seconds: minutes * 60 }
    }

    /// The length in whole seconds.
    pub const fn as_secs(self) -> u64 {
        self.seconds
    }

    /// The length in milliseconds, the unit of the engine's own arithmetic.
    pub const fn as_millis(self) -> u64 {
        self.seconds * 1_000
    }

    /// Whether the length is zero.
    pub const fn is_zero(&self) -> bool {
        self.seconds == 0
    }

    /// The sum, bounded by the largest number there is.
    pub const fn plus(self, other: Duration) -> Duration {
        Duration { seconds: self.seconds.saturating_add(other.seconds) }
    }

    /// So many times this length, bounded by the largest number there is.
    pub const fn times(self, factor: u64) -> Duration {
        Duration { seconds: self.seconds.saturating_mul(factor) }
    }
}

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Duration, NotADuration> {
        let refuse = || NotADuration { text: text.to_owned() };
        let mut units = UNITS.iter();
        let mut total: u64 = 0;
        let mut number: Option<u64> = None;
        for byte in text.bytes() {
            if byte.is_ascii_digit() {
                let digit = u64::from(byte - b'0');
                let grown = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit));
                number = Some(grown.ok_or_else(refuse)?);
            } else {
                let (_, seconds) = units.find(|(unit, _)| *unit == byte).ok_or_else(refuse)?;
                let part = number.take().and_then(|n| n.checked_mul(*seconds)).ok_or_else(refuse)?;
                total = total.checked_add(part).ok_or_else(refuse)?;
            }
        }
        let ends_in_a_unit = !text.is_empty() && number.is_none();
        if ends_in_a_unit && total <= LONGEST { Ok(Duration { seconds: total }) } else { Err(refuse()) }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return formatter.write_str("0s");
        }
        let (hours, minutes, seconds) = (self.seconds / 3_600, self.seconds / 60 % 60, self.seconds % 60);
        for (count, unit) in [(hours, 'h'), (minutes, 'm'), (seconds, 's')] {
            if count > 0 {
                write!(formatter, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Duration;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a length of time such as \"10m\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Duration",
            "type": "string",
            "description": "A length of time: whole numbers with a unit (w, d, h, m, s), largest unit first, such as \"10m\", \"90s\" or \"1h30m\".",
            "pattern": "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
            "examples": ["10m", "90s", "1h30m"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(u64, &str)>) {
        let read = text.parse::<Duration>().ok();
        assert_eq!(
            read.map(|d| (d.as_secs(), d.to_string())),
            expected.map(|(s, t)| (s, t.to_owned())),
            "{text:?}"
        );
    }

    #[test]
    fn a_length_of_time_is_read_in_any_unit_and_written_in_one_way() {
        check("10m", Some((600, "10m")));
        check("90s", Some((90, "1m30s")));
        check("1h30m", Some((5_400, "1h30m")));
        check("90m", Some((5_400, "1h30m")));
        check("2d", Some((172_800, "48h")));
        check("1w", Some((604_800, "168h")));
        check("0s", Some((0, "0s")));
        check("0m", Some((0, "0s")));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            "10",
            "m",
            "10 m",
            "-5m",
            "1.5h",
            "5m1h",
            "1m1m",
            "10ms",
            "99999999999999999999s",
            "11w3y",
            "600w",
        ] {
            check(text, None);
        }
    }
}
