//! Faults on demand: what goes wrong, on which calls, how often.

use std::time::Duration;

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::furniture::Vendor;

/// What goes wrong with a call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "kind")]
pub enum Fault {
    /// The vendor's own 429. Nothing is done.
    TooManyRequests {
        /// Seconds for `Retry-After`; the header is absent where this is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// The vendor's own failure with this status. Nothing is done.
    Failure {
        /// From 500 to 599.
        status: u16,
    },
    /// The answer comes late, and is right.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// The connection is cut before anything is done.
    Cut,
    /// Everything is done, and the connection is cut before the answer.
    LostResponse,
}

impl Fault {
    /// One word for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Failure { .. } => "failure",
            Self::Slow { .. } => "slow",
            Self::Cut => "cut",
            Self::LostResponse => "lost_response",
        }
    }

    pub(crate) fn delay(&self) -> Option<Duration> {
        match self {
            Self::Slow { millis } => Some(Duration::from_millis(*millis)),
            _ => None,
        }
    }
}

/// A fault and the calls that it hits: those that match all of `vendor`, `method` and `path`, from the `nth` on,
/// `times` times.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Only calls to this vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Only calls with this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only calls to paths that match this pattern; `*` stands for anything, `/` included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first matching call that is hit; 1 is the next one.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls are hit.
    #[serde(default = "one")]
    pub times: u32,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// The next call to anything goes wrong.
    pub fn new(fault: Fault) -> Self {
        Self { vendor: None, method: None, path: None, nth: 1, times: 1, fault }
    }

    /// Rules as a file holds them: a JSON list.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, FaultError> {
        serde_json::from_slice(json).map_err(|error| FaultError::Malformed(error.to_string()))
    }

    /// Only calls with this method to paths that match `path`.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// Only calls to this vendor.
    pub fn of(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// Starts at the `nth` matching call.
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = nth;
        self
    }

    /// Hits this many calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

fn one() -> u32 {
    1
}

/// A rule and what became of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FaultState {
    /// The rule.
    pub rule: FaultRule,
    /// Matching calls so far.
    pub seen: u32,
    /// Calls hit so far.
    pub hits: u32,
}

/// Why a rule cannot work.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FaultError {
    /// The pattern does not parse.
    #[error("`{pattern}` is not a path pattern: {reason}")]
    Path {
        /// As given.
        pattern: String,
        /// Where it stops making sense.
        reason: String,
    },
    /// A rule that no call can meet.
    #[error("a fault counts calls from 1 and hits at least one; this one has nth {nth} and times {times}")]
    Never {
        /// As given.
        nth: u32,
        /// As given.
        times: u32,
    },
    /// A failure has a status that says so.
    #[error("{0} is not a failure of the vendor; choose a status from 500 to 599")]
    Status(u16),
    /// The file does not hold a list of rules.
    #[error("not a list of fault rules: {0}")]
    Malformed(String),
}

/// Every rule of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Armed>);

#[derive(Debug)]
struct Armed {
    path: Option<glob::Pattern>,
    state: FaultState,
}

impl Faults {
    /// Adds a rule; it counts calls from here on.
    pub(crate) fn add(&mut self, rule: FaultRule) -> Result<(), FaultError> {
        if rule.nth == 0 || rule.times == 0 {
            return Err(FaultError::Never { nth: rule.nth, times: rule.times });
        }
        if let Fault::Failure { status } = rule.fault
            && !(500..600).contains(&status)
        {
            return Err(FaultError::Status(status));
        }
        let path = rule
            .path
            .as_deref()
            .map(|pattern| {
                glob::Pattern::new(pattern).map_err(|error| FaultError::Path {
                    pattern: pattern.to_owned(),
                    reason: error.to_string(),
                })
            })
            .transpose()?;
        self.0.push(Armed { path, state: FaultState { rule, seen: 0, hits: 0 } });
        Ok(())
    }

    /// What goes wrong with this call, if anything. Every rule that it matches counts it; the first that is due hits.
    pub(crate) fn strike(&mut self, vendor: Vendor, method: &Method, path: &str) -> Option<Fault> {
        let mut struck = None;
        for Armed { path: pattern, state } in &mut self.0 {
            let rule = &state.rule;
            let matches = rule.vendor.is_none_or(|wanted| wanted == vendor)
                && rule.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
                && pattern.as_ref().is_none_or(|pattern| pattern.matches(path));
            if !matches {
                continue;
            }
            state.seen += 1;
            if struck.is_none() && state.seen >= rule.nth && state.hits < rule.times {
                state.hits += 1;
                struck = Some(rule.fault.clone());
            }
        }
        struck
    }

    /// Every rule with its counts.
    pub(crate) fn states(&self) -> Vec<FaultState> {
        self.0.iter().map(|armed| armed.state.clone()).collect()
    }

    /// Forgets every rule.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: FaultRule, calls: &[(&str, &str)], expected: &[bool]) {
        let mut faults = Faults::default();
        faults.add(rule).expect("a rule that can work");
        let struck: Vec<bool> = calls
            .iter()
            .map(|(method, path)| {
                let method = method.parse().expect("a method");
                faults.strike(Vendor::Supabase, &method, path).is_some()
            })
            .collect();
        assert_eq!(struck, expected);
    }

    #[test]
    fn a_rule_hits_the_nth_matching_call_and_no_other() {
        let rule = FaultRule::new(Fault::Cut).on("POST", "*/bucket").nth(2);
        let calls =
            [("POST", "/a/bucket"), ("GET", "/a/bucket"), ("POST", "/b/bucket"), ("POST", "/c/bucket")];
        check(rule, &calls, &[false, false, true, false]);
    }

    #[test]
    fn a_rule_hits_as_often_as_it_says() {
        check(FaultRule::new(Fault::Cut).times(2), &[("GET", "/"); 3], &[true, true, false]);
    }

    #[test]
    fn a_rule_for_one_vendor_leaves_the_other_alone() {
        check(FaultRule::new(Fault::Cut).of(Vendor::Cloudflare), &[("GET", "/")], &[false]);
    }

    fn arm(json: &str) -> Result<(), FaultError> {
        let mut faults = Faults::default();
        FaultRule::list(json.as_bytes())?.into_iter().try_for_each(|rule| faults.add(rule))
    }

    #[test]
    fn rules_that_cannot_work_are_refused() {
        assert!(arm(r#"[{"fault": {"kind": "cut"}, "vendor": "supabase"}]"#).is_ok());
        for json in [
            r#"[{"fault": {"kind": "cut"}, "nth": 0}]"#,
            r#"[{"fault": {"kind": "cut"}, "path": "[a"}]"#,
            r#"[{"fault": {"kind": "failure", "status": 404}}]"#,
            r#"[{"fault": {"kind": "explode"}}]"#,
            r#"[{"fault": {"kind": "cut"}, "colour": "red"}]"#,
            r#"{}"#,
        ] {
            assert!(arm(json).is_err(), "{json}");
        }
    }
}
