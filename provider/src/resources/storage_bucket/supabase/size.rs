//! A file size by the rules of Supabase's own parser: `5MB`.

use serde_json::json;
use tfplugin::{Invalid, Spelled};

/// A size in bytes. Equal sizes are equal values, however they are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSize(u64);

const UNITS: [(&str, u64); 4] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1)];

impl FileSize {
    pub(super) const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> u64 {
        self.0
    }
}

impl Spelled for FileSize {
    const NAME: &'static str = "size";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = || {
            Invalid::new(
                "is not a size",
                "Write a number and a decimal unit, such as `5MB`, or a number of bytes; Supabase knows no `MiB`.",
            )
        };
        let upper = text.to_ascii_uppercase();
        let Some((number, unit)) =
            UNITS.iter().find_map(|(name, unit)| Some((upper.strip_suffix(name)?, *unit)))
        else {
            return text.parse().map(Self).map_err(|_| refuse());
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        if !(digits(whole) && digits(fraction) && number.len() <= 30) {
            return Err(refuse());
        }
        let bytes = number.parse::<f64>().map_err(|_| refuse())? * unit as f64;
        if bytes >= 9e15 {
            return Err(Invalid::new("is too large a size", "Use a smaller one."));
        }
        Ok(Self(three_digits(bytes.round() as u64)))
    }

    /// The largest unit that reads back as the same size.
    fn spell(&self) -> String {
        let fits = |(_, unit): &&(&str, u64)| {
            self.0 >= *unit && self.0.is_multiple_of(*unit) && three_digits(self.0) == self.0
        };
        UNITS.iter().find(fits).map_or(self.0.to_string(), |(name, unit)| format!("{}{name}", self.0 / unit))
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+[GgMmKk]?[Bb]|[GgMmKk]?[Bb])?$" })
    }
}

/// All that Supabase keeps of a size with a unit.
fn three_digits(bytes: u64) -> u64 {
    let unit = 10_u64.pow(bytes.checked_ilog10().unwrap_or_default().saturating_sub(2));
    (bytes + unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, bytes: u64) {
        assert_eq!(FileSize::parse(text), Ok(FileSize(bytes)), "{text}");
    }

    #[test]
    fn sizes_are_read_as_supabase_reads_them() {
        check("5MB", 5_000_000);
        check("20mb", 20_000_000);
        check("1.5GB", 1_500_000_000);
        check("5000KB", 5_000_000);
        check("1234KB", 1_230_000);
        check("1235KB", 1_240_000);
        check("7B", 7);
        check("1234567", 1_234_567);
        check("0", 0);
    }

    #[test]
    fn what_supabase_knows_no_size_by_is_refused() {
        for text in ["", "MB", "5MiB", "5 MB", "-5MB", ".5MB", "5TB", "1.2.3MB", "1e3MB", "99999999999GB"] {
            assert!(FileSize::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_spelling_reads_back() {
        for bytes in [0, 1, 999, 1_000, 1_234, 1_234_567, 5_000_000, 1_500_000_000, 50_000_000_000] {
            let spelled = FileSize(bytes).spell();
            assert_eq!(FileSize::parse(&spelled), Ok(FileSize(bytes)), "{spelled}");
        }
        assert_eq!(FileSize(5_000_000).spell(), "5MB");
    }
}
