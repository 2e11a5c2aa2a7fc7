//! Numbers and times as people read them.

use rollout::Duration;

/// "1h30m"; the engine's own spelling.
pub(crate) fn duration(duration: Duration) -> String {
    duration.to_string()
}

/// A length in seconds, rounded to what matters: "45 s", "12 min", "1 h 20 min", "3 d 4 h".
pub(crate) fn about(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "never".to_owned();
    }
    let total = seconds.round().max(0.0) as u64;
    let (days, hours, minutes, seconds) = (total / 86_400, total / 3_600 % 24, total / 60 % 60, total % 60);
    let two = |large: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {small_unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) if minutes < 10 => two(minutes, "min", seconds, "s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => two(hours, "h", minutes, "min"),
        _ => two(days, "d", hours, "h"),
    }
}

/// A second of a rollout as a clock: "0:07:30", "26:00:00", and from the fourth day on "3d 02:00:00".
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours < 72 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{}d {:02}:{minutes:02}:{rest:02}", hours / 24, hours % 24)
    }
}

/// A share as a percentage with as many digits as it needs: "0.5 %", "63 %", "99.97 %".
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if !percent.is_finite() {
        return "unknown".to_owned();
    }
    // Near 0 and near 100 the last digits are what matters.
    let distance = percent.min(100.0 - percent).abs();
    let digits = match distance {
        0.0 => 0,
        d if d < 0.005 => return if percent < 50.0 { "< 0.01 %" } else { "> 99.99 %" }.to_owned(),
        d if d < 0.1 => 2,
        d if d < 9.95 => 1,
        _ => 0,
    };
    let text = format!("{percent:.digits$}");
    let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// A number without needless digits, thousands apart: "1,180", "0.5", "12.3".
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let digits = if value.abs() >= 100.0 || value.fract() == 0.0 { 0 } else { 3 };
    let text = format!("{value:.digits$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{grouped}"),
        fraction => format!("{sign}{grouped}.{fraction}"),
    }
}

/// "1 request", "2 requests".
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", self::number(number as f64))
}

/// "third", "21st".
pub(crate) fn ordinal(number: u64) -> String {
    let word = match number {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        5 => "fifth",
        6 => "sixth",
        7 => "seventh",
        8 => "eighth",
        9 => "ninth",
        10 => "tenth",
        _ => {
            let suffix = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            return format!("{number}{suffix}");
        }
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_what_matters() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (59.4, "59 s"),
            (60.0, "1 min"),
            (450.0, "7 min 30 s"),
            (750.0, "12 min"),
            (4_800.0, "1 h 20 min"),
            (90_000.0, "1 d 1 h"),
            (f64::INFINITY, "never"),
        ] {
            assert_eq!(about(seconds), text);
        }
        assert_eq!(clock(450), "0:07:30");
        assert_eq!(clock(93_600), "26:00:00");
        assert_eq!(clock(266_400), "3d 02:00:00");
    }

    #[test]
    fn numbers_keep_the_digits_that_matter() {
        for (share, text) in [
            (0.0, "0 %"),
            (1.0, "100 %"),
            (0.005, "0.5 %"),
            (0.0954, "9.5 %"),
            (0.633, "63 %"),
            (0.9997, "99.97 %"),
            (0.000_01, "< 0.01 %"),
            (0.999_99, "> 99.99 %"),
            (0.02, "2 %"),
        ] {
            assert_eq!(percent(share), text);
        }
        for (value, text) in [
            (1180.0, "1,180"),
            (0.5, "0.5"),
            (12.345, "12.345"),
            (1_234_567.0, "1,234,567"),
            (-1000.0, "-1,000"),
        ] {
            assert_eq!(number(value), text);
        }
        for (number, text) in [
            (1, "first"),
            (10, "tenth"),
            (11, "11th"),
            (12, "12th"),
            (21, "21st"),
            (113, "113th"),
            (102, "102nd"),
        ] {
            assert_eq!(ordinal(number), text);
        }
        assert_eq!(count(1, "request"), "1 request");
        assert_eq!(count(2_980, "request"), "2,980 requests");
    }
}
