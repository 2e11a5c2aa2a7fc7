//! Times in which no canary gets more traffic: weekends, nights, the week before Christmas.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A repeated or single span of time in which the canary's share is not raised.
///
/// The window opens on each of `days` between `first_date` and `last_date` at `start`, and closes at `end`; an `end`
/// that is not after `start` is on the next day. Whoever writes only `days = ["saturday", "sunday"]` freezes weekends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeWindow {
    /// A name for messages, such as "weekend".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The days of the week on which the window opens. Default: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// The time of day at which it opens. Default: midnight.
    #[serde(default)]
    pub start: TimeOfDay,
    /// The time of day at which it closes. Default: the end of the day.
    #[serde(default = "TimeOfDay::end_of_day")]
    pub end: TimeOfDay,
    /// The time zone of days, dates and times, by its IANA name such as "Europe/Berlin".
    #[serde(default = "utc")]
    pub time_zone: String,
    /// The first day on which it opens, such as "2026-12-19". Default: no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub first_date: Option<Date>,
    /// The last day on which it opens. Default: no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub last_date: Option<Date>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the days say it all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    fn of(date: Date) -> Weekday {
        match date.weekday() {
            jiff::civil::Weekday::Monday => Weekday::Monday,
            jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
            jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
            jiff::civil::Weekday::Thursday => Weekday::Thursday,
            jiff::civil::Weekday::Friday => Weekday::Friday,
            jiff::civil::Weekday::Saturday => Weekday::Saturday,
            jiff::civil::Weekday::Sunday => Weekday::Sunday,
        }
    }
}

/// A time of day in hours and minutes, "00:00" to "24:00".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    fn end_of_day() -> TimeOfDay {
        TimeOfDay { minutes: 24 * 60 }
    }
}

/// Why a text is not a [`TimeOfDay`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a time of day; write hours and minutes, \"00:00\" to \"24:00\"")]
pub struct NotATimeOfDay {
    text: String,
}

impl FromStr for TimeOfDay {
    type Err = NotATimeOfDay;

    fn from_str(text: &str) -> Result<TimeOfDay, NotATimeOfDay> {
        let digits = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
        let parts =
            text.split_once(':').and_then(|(hours, minutes)| Some((digits(hours)?, digits(minutes)?)));
        match parts {
            Some((hours, minutes)) if minutes < 60 && hours * 60 + minutes <= 24 * 60 => {
                Ok(TimeOfDay { minutes: hours * 60 + minutes })
            }
            _ => Err(NotATimeOfDay { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeOfDay, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "TimeOfDay",
            "type": "string",
            "description": "A time of day in hours and minutes, \"00:00\" to \"24:00\".",
            "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
        })
    }
}

impl FreezeWindow {
    /// When the window that is open at `now` closes, or `None` when it is not open.
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = self.zone()?;
        let today = now.to_zoned(zone.clone()).date();
        // A window that began yesterday may still be open.
        [today.yesterday().ok(), Some(today)].into_iter().flatten().find_map(|day| {
            let (opens, closes) = self.on(day, &zone)?;
            (opens <= now && now < closes).then_some(closes)
        })
    }

    /// When the window that begins on `day` opens and closes.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let on_this_day = self.days.is_empty() || self.days.contains(&Weekday::of(day));
        let in_season =
            self.first_date.is_none_or(|first| first <= day) && self.last_date.is_none_or(|last| day <= last);
        if !on_this_day || !in_season {
            return None;
        }
        let at = |minutes: i64| {
            let civil = day.at(0, 0, 0, 0).checked_add(minutes.minutes()).ok()?;
            Some(civil.to_zoned(zone.clone()).ok()?.timestamp())
        };
        let wraps = if self.end <= self.start { 24 * 60 } else { 0 };
        Some((at(i64::from(self.start.minutes))?, at(i64::from(self.end.minutes) + wraps)?))
    }

    /// The rules of the time zone, from the tables inside the program. The machine's own tables are not asked, so that
    /// every machine decides alike.
    pub(crate) fn zone(&self) -> Option<TimeZone> {
        if self.time_zone == "UTC" {
            Some(TimeZone::UTC)
        } else {
            TimeZoneDatabase::bundled().get(&self.time_zone).ok()
        }
    }
}

/// When the last of the windows that are open at `now`, and of those that follow without a gap, closes.
///
/// `None` when no window is open. A chain longer than a year is cut there; [`crate::policy::Policy::problems`] refuses
/// windows that never let anything through.
pub fn frozen_until(windows: &[FreezeWindow], now: Timestamp) -> Option<Timestamp> {
    let mut end = None;
    for _ in 0..400 {
        let latest = windows.iter().filter_map(|window| window.open_until(end.unwrap_or(now))).max();
        match latest {
            Some(later) => end = Some(later),
            None => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(window: &str, now: &str, expected: Option<&str>) {
        let window: FreezeWindow = serde_json::from_str(window).expect("a freeze window");
        let until = frozen_until(&[window], now.parse().expect("a timestamp"));
        assert_eq!(until.map(|until| until.to_string()).as_deref(), expected, "{now}");
    }

    #[test]
    fn a_weekend_is_frozen_from_its_first_to_its_last_minute() {
        let weekend = r#"{"days": ["saturday", "sunday"]}"#;
        check(weekend, "2026-07-17T23:59:59Z", None);
        check(weekend, "2026-07-18T00:00:00Z", Some("2026-07-20T00:00:00Z"));
        check(weekend, "2026-07-19T23:59:59Z", Some("2026-07-20T00:00:00Z"));
        check(weekend, "2026-07-20T00:00:00Z", None);
    }

    #[test]
    fn a_night_ends_on_the_next_day_and_follows_the_clock_of_its_time_zone() {
        let night = r#"{"start": "18:00", "end": "08:00", "time_zone": "Europe/Berlin"}"#;
        check(night, "2026-07-15T15:59:00Z", None);
        check(night, "2026-07-15T16:00:00Z", Some("2026-07-16T06:00:00Z"));
        check(night, "2026-01-15T16:30:00Z", None);
        check(night, "2026-01-15T17:00:00Z", Some("2026-01-16T07:00:00Z"));
    }

    #[test]
    fn the_night_in_which_the_clocks_change_is_frozen_to_its_real_end() {
        let night =
            r#"{"days": ["saturday"], "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}"#;
        check(night, "2026-03-28T21:00:00Z", Some("2026-03-29T04:00:00Z"));
    }

    #[test]
    fn a_season_opens_on_its_first_and_closes_after_its_last_day() {
        let season = r#"{"first_date": "2026-12-19", "last_date": "2027-01-02"}"#;
        check(season, "2026-12-18T12:00:00Z", None);
        check(season, "2026-12-19T00:00:00Z", Some("2027-01-03T00:00:00Z"));
        check(season, "2027-01-03T00:00:00Z", None);
    }
}
