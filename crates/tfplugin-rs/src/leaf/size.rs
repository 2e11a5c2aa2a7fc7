//! An amount of data: `512KiB`, `5MB`.

use std::fmt;

use serde_json::json;

use crate::field::Spelled;
use crate::rule::Invalid;

/// An amount of data in bytes.
///
/// Written as a whole or decimal number and a unit: `B`, the decimal `KB`, `MB`, `GB`, `TB` (powers of 1,000) and
/// the binary `KiB`, `MiB`, `GiB`, `TiB` (powers of 1,024), in any case; without a unit, bytes. Equal amounts are
/// equal values: `1MB` is `1000KB`.
///
/// ```
/// use tfplugin::{Size, Spelled};
///
/// let part = Size::parse("5MB").unwrap();
/// assert_eq!((part.bytes(), part), (5_000_000, Size::parse("5000KB").unwrap()));
/// assert_eq!(Size::from_bytes(5 << 20).to_string(), "5MiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(u64);

const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

impl Size {
    /// So many bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Spelled for Size {
    const NAME: &'static str = "size";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = || {
            Invalid::new("is not a size", "Write a number and a unit, such as `512KiB`, `5MB` or `1.5GiB`.")
        };
        let text = text.trim();
        let number_ends = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(number_ends);
        let unit = unit.trim();
        let factor = match unit {
            "" => 1,
            unit => UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(refuse)?.1,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || fraction.len() > 12 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let too_large = || Invalid::new("is too large a size", "Use a smaller one.");
        let whole: u128 = whole.parse().map_err(|_| too_large())?;
        let scale = 10_u128.pow(fraction.len() as u32);
        let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| refuse())? };
        let scaled = part * u128::from(factor);
        if !scaled.is_multiple_of(scale) {
            return Err(Invalid::new("is not a whole number of bytes", "Use a smaller unit."));
        }
        let bytes = whole
            .checked_mul(u128::from(factor))
            .map(|bytes| bytes + scaled / scale)
            .ok_or_else(too_large)?;
        u64::try_from(bytes).map(Self).map_err(|_| too_large())
    }

    fn spell(&self) -> String {
        self.to_string()
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?([KkMmGgTt]?[Ii]?[Bb])?$" })
    }
}

impl fmt::Display for Size {
    /// The largest unit that gives a whole number.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor)) {
            Some((unit, factor)) => write!(out, "{}{unit}", self.0 / factor),
            None => out.write_str("0B"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, bytes: u64) {
        assert_eq!(Size::parse(text).unwrap().bytes(), bytes, "{text}");
    }

    #[test]
    fn sizes_are_read() {
        check("0", 0);
        check("123", 123);
        check("5MB", 5_000_000);
        check("5 mb", 5_000_000);
        check("512KiB", 524_288);
        check("1.5GiB", 1_610_612_736);
        check("0.5KB", 500);
    }

    #[test]
    fn the_canonical_spelling_reads_back() {
        for bytes in [0, 1, 999, 1_000, 1_024, 5_000_000, 1 << 30, u64::MAX] {
            assert_eq!(Size::parse(&Size(bytes).spell()).unwrap().bytes(), bytes);
        }
        assert_eq!(Size(1_000_000).spell(), "1MB");
        assert_eq!(Size(1 << 20).spell(), "1MiB");
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MB", "-5MB", "5XB", "1.0001KB", "5MBit", "99999999999TiB", "1.2.3MB"] {
            assert!(Size::parse(text).is_err(), "{text}");
        }
    }
}
