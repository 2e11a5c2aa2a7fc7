//! What S3 refuses, known before it is asked: names, lifecycle, CORS, website, policy, tags.
//!
//! Pure functions. Each returns every breach it finds, so that all of them can be shown at once. What a single
//! value may be (a range, a word of a list) belongs to the schema of whoever takes it from the user; here are the
//! rules that need more than one value or more than a pattern. Source: the Amazon S3 User Guide, "General purpose
//! bucket naming rules", "Lifecycle configuration elements", "Transitioning objects", "CORS configuration",
//! "Custom error document and redirects", and the S3 API Reference.

use std::{collections::BTreeMap, net::Ipv4Addr};

use super::{
    CorsRule, Expiration, Lifecycle, LifecycleFilter, LifecycleRule, PublicAccessBlock, Redirect,
    RoutingRule, When, policy_document,
};

/// A rule that is broken, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which element of the list that was looked at, from 0; `None` for the whole.
    pub element: Option<usize>,
    /// The attribute of it, in S3's words and snake case; empty for the element itself.
    pub attribute: &'static str,
    /// What is the matter. A headline: no full stop, less than eighty characters where names are short.
    pub fact: String,
    /// What to do. A sentence.
    pub next: String,
}

impl Breach {
    fn new(attribute: &'static str, fact: impl Into<String>, next: impl Into<String>) -> Self {
        Self { element: None, attribute, fact: fact.into(), next: next.into() }
    }

    fn at(self, element: usize) -> Self {
        Self { element: Some(element), ..self }
    }
}

/// How long a bucket's name may be.
pub const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=63;

/// Beginnings of names that AWS keeps for itself.
const RESERVED_BEGINNINGS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

/// Endings of names that AWS keeps for itself: access points and other kinds of buckets.
const RESERVED_ENDINGS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// The rules of a bucket's name.
pub fn bucket_name(name: &str) -> Vec<Breach> {
    let mut breaches = name_characters(name, "name");
    if !NAME_LENGTH.contains(&name.chars().count()) {
        let fact = format!("The name is {} characters long", name.chars().count());
        breaches.push(Breach::new("name", fact, "Give it 3 to 63 characters."));
    }
    if !name.ends_with(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit()) {
        let next = "Let it end with a lower-case letter or a digit.";
        breaches.push(Breach::new("name", "The name ends with a mark", next));
    }
    if name.parse::<Ipv4Addr>().is_ok() {
        let next = "Choose one that does not look like an address.";
        breaches.push(Breach::new("name", "The name is an IP address", next));
    }
    if let Some(ending) = RESERVED_ENDINGS.iter().find(|ending| name.ends_with(*ending)) {
        let fact = format!("The ending `{ending}` is reserved by AWS");
        breaches.push(Breach::new("name", fact, "Choose a name that ends otherwise."));
    }
    breaches
}

/// The rules of the beginning of a bucket's name, to which `suffix_length` characters are added.
pub fn bucket_name_prefix(prefix: &str, suffix_length: usize) -> Vec<Breach> {
    let mut breaches = name_characters(prefix, "name_prefix");
    let most = NAME_LENGTH.end() - suffix_length;
    if prefix.chars().count() > most {
        let fact = format!("The prefix is {} characters long", prefix.chars().count());
        let next = format!("Shorten it to {most}: the generated part takes {suffix_length} of 63.");
        breaches.push(Breach::new("name_prefix", fact, next));
    }
    breaches
}

fn name_characters(name: &str, attribute: &'static str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let word = if attribute == "name" { "name" } else { "prefix" };
    let allowed =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter);
    if let Some(letter) = name.chars().find(|letter| !allowed(*letter)) {
        let fact = format!("The {word} contains `{}`", letter.escape_debug());
        let next = "Use lower-case letters, digits, hyphens and dots only.";
        breaches.push(Breach::new(attribute, fact, next));
    } else if name.starts_with(['-', '.']) {
        let next = "Let it begin with a lower-case letter or a digit.";
        breaches.push(Breach::new(attribute, format!("The {word} begins with a mark"), next));
    }
    if name.contains("..") {
        breaches.push(Breach::new(attribute, format!("The {word} has two dots in a row"), "Leave one out."));
    }
    if let Some(beginning) = RESERVED_BEGINNINGS.iter().find(|beginning| name.starts_with(*beginning)) {
        let fact = format!("The beginning `{beginning}` is reserved by AWS");
        breaches.push(Breach::new(attribute, fact, "Choose another one."));
    }
    breaches
}

/// Storage classes from the warmest to the coldest: objects only move down. A class that is not here may come
/// anywhere.
const FROM_WARM_TO_COLD: [&str; 7] =
    ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// Classes that objects may not reach, nor leave for an archive, within thirty days.
const INFREQUENT: [&str; 2] = ["STANDARD_IA", "ONEZONE_IA"];

/// Classes that one rule may reach only thirty days after an infrequent one.
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// How many rules a bucket may have.
const MOST_RULES: usize = 1000;

/// The rules of lifecycle rules. `element` of a breach is the rule.
pub fn lifecycle(lifecycle: &Lifecycle) -> Vec<Breach> {
    let rules = &lifecycle.rules;
    let mut breaches = Vec::new();
    if rules.len() > MOST_RULES {
        let fact = format!("There are {} lifecycle rules", rules.len());
        breaches.push(Breach::new("", fact, "Keep to 1,000, which is all that S3 takes."));
    }
    for (index, rule) in rules.iter().enumerate() {
        breaches.extend(lifecycle_rule(rule).into_iter().map(|breach| breach.at(index)));
        for (earlier_index, earlier) in rules[..index].iter().enumerate() {
            if earlier.id == rule.id {
                let fact =
                    format!("Rules {} and {} are both called `{}`", earlier_index + 1, index + 1, rule.id);
                breaches.push(Breach::new("id", fact, "Give each rule an `id` of its own.").at(index));
            }
            if let Some(action) = contradiction(earlier, rule) {
                let fact = format!("Rules `{}` and `{}` both {action} the same objects", earlier.id, rule.id);
                let next = "Give them different filters, or make them one rule.";
                breaches.push(Breach::new("filter", fact, next).at(index));
            }
        }
    }
    breaches
}

fn lifecycle_rule(rule: &LifecycleRule) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let id = &rule.id;
    if rule.transitions.is_empty()
        && rule.expiration.is_none()
        && rule.noncurrent_version_transitions.is_empty()
        && rule.noncurrent_version_expiration.is_none()
        && rule.abort_incomplete_multipart_upload_days.is_none()
    {
        let next = "Give it a transition, an expiration or the end of unfinished uploads.";
        breaches.push(Breach::new("", format!("Rule `{id}` does nothing"), next));
    }
    breaches.extend(lifecycle_filter(rule));
    breaches.extend(current_versions(rule));
    breaches.extend(noncurrent_versions(rule));
    breaches
}

fn lifecycle_filter(rule: &LifecycleRule) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let LifecycleFilter { tags, object_size_greater_than, object_size_less_than, .. } = &rule.filter;
    let id = &rule.id;
    if let (Some(more), Some(less)) = (object_size_greater_than, object_size_less_than)
        && more >= less
    {
        let fact = format!("Rule `{id}` is about objects above {more} and below {less} bytes");
        breaches.push(Breach::new("filter", fact, "Let the lower bound be less than the upper one."));
    }
    let sized = object_size_greater_than.is_some() || object_size_less_than.is_some();
    if rule.abort_incomplete_multipart_upload_days.is_some() && (!tags.is_empty() || sized) {
        let fact = format!("Rule `{id}` filters unfinished uploads by tag or size");
        let next = "Put `abort_incomplete_multipart_upload_days` into a rule that filters by prefix only.";
        breaches.push(Breach::new("abort_incomplete_multipart_upload_days", fact, next));
    }
    if rule.expiration == Some(Expiration::ExpiredObjectDeleteMarker) && !tags.is_empty() {
        let fact = format!("Rule `{id}` filters delete markers by tag, and they have none");
        let next = "Put `expired_object_delete_marker` into a rule without tags.";
        breaches.push(Breach::new("expiration", fact, next));
    }
    breaches
}

fn current_versions(rule: &LifecycleRule) -> Vec<Breach> {
    let id = &rule.id;
    let mut breaches = Vec::new();
    let expires = match rule.expiration {
        Some(Expiration::At(when)) => Some(when),
        _ => None,
    };
    let whens = rule.transitions.iter().map(|transition| transition.when).chain(expires);
    let (days, dates): (Vec<_>, Vec<_>) = whens.partition(|when| matches!(when, When::Days(_)));
    if !days.is_empty() && !dates.is_empty() {
        let fact = format!("Rule `{id}` mixes days and dates");
        breaches.push(Breach::new("transitions", fact, "Use one of the two throughout a rule."));
        return breaches;
    }
    for transition in &rule.transitions {
        let class = transition.storage_class.as_str();
        if let When::Days(days) = transition.when
            && days < 30
            && INFREQUENT.contains(&class)
        {
            let fact = format!("Rule `{id}` moves objects to {class} after {days} days");
            breaches.push(Breach::new("transitions", fact, "Wait 30 days at least, which S3 demands."));
        }
    }
    for pair in rule.transitions.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        let (from, to) = (first.storage_class.as_str(), second.storage_class.as_str());
        if coldness(from).zip(coldness(to)).is_some_and(|(from, to)| from >= to) {
            let fact = format!("Rule `{id}` moves objects from {from} back to {to}");
            let next = "Order the transitions from the warmer to the colder class.";
            breaches.push(Breach::new("transitions", fact, next));
        } else if !is_later(second.when, first.when) {
            let fact = format!("Rule `{id}` reaches {to} no later than {from}");
            breaches.push(Breach::new(
                "transitions",
                fact,
                "Let each transition come later than the one before.",
            ));
        } else if let (When::Days(first), When::Days(second)) = (first.when, second.when)
            && second - first < 30
            && INFREQUENT.contains(&from)
            && ARCHIVES.contains(&to)
        {
            let fact = format!("Rule `{id}` leaves {from} for {to} after {} days", second - first);
            breaches.push(Breach::new(
                "transitions",
                fact,
                "Leave 30 days between the two, which S3 demands.",
            ));
        }
    }
    if let (Some(expires), Some(last)) = (expires, rule.transitions.last())
        && !is_later(expires, last.when)
    {
        let fact = format!("Rule `{id}` removes objects before they reach {}", last.storage_class);
        let next = "Let the expiration come later than the last transition.";
        breaches.push(Breach::new("expiration", fact, next));
    }
    breaches
}

fn noncurrent_versions(rule: &LifecycleRule) -> Vec<Breach> {
    let id = &rule.id;
    let mut breaches = Vec::new();
    for transition in &rule.noncurrent_version_transitions {
        let (class, days) = (transition.storage_class.as_str(), transition.noncurrent_days);
        if days < 30 && INFREQUENT.contains(&class) {
            let fact = format!("Rule `{id}` moves old versions to {class} after {days} days");
            let next = "Wait 30 days at least, which S3 demands.";
            breaches.push(Breach::new("noncurrent_version_transitions", fact, next));
        }
    }
    for pair in rule.noncurrent_version_transitions.windows(2) {
        let (from, to) = (&pair[0], &pair[1]);
        let colder = coldness(&from.storage_class).zip(coldness(&to.storage_class));
        if colder.is_some_and(|(from, to)| from >= to) || to.noncurrent_days <= from.noncurrent_days {
            let fact = format!("Rule `{id}` moves old versions to {} out of order", to.storage_class);
            let next = "Order the transitions by time, from the warmer to the colder class.";
            breaches.push(Breach::new("noncurrent_version_transitions", fact, next));
        }
    }
    if let (Some(expiration), Some(last)) =
        (&rule.noncurrent_version_expiration, rule.noncurrent_version_transitions.last())
        && expiration.noncurrent_days <= last.noncurrent_days
    {
        let fact = format!("Rule `{id}` removes old versions before they reach {}", last.storage_class);
        let next = "Let the expiration come later than the last transition.";
        breaches.push(Breach::new("noncurrent_version_expiration", fact, next));
    }
    breaches
}

/// What two rules that are in force both do to exactly the same objects. Overlapping filters are fine: S3 then does
/// the cheaper thing.
fn contradiction(one: &LifecycleRule, other: &LifecycleRule) -> Option<&'static str> {
    if !one.enabled || !other.enabled || one.filter != other.filter {
        return None;
    }
    let both = |has: fn(&LifecycleRule) -> bool| has(one) && has(other);
    if both(|rule| matches!(rule.expiration, Some(Expiration::At(_)))) {
        return Some("expire");
    }
    if both(|rule| rule.noncurrent_version_expiration.is_some()) {
        return Some("expire old versions of");
    }
    let moves = one.transitions.iter().any(|transition| {
        other.transitions.iter().any(|another| another.storage_class == transition.storage_class)
    });
    moves.then_some("move")
}

fn coldness(class: &str) -> Option<usize> {
    FROM_WARM_TO_COLD.iter().position(|known| *known == class)
}

fn is_later(one: When, other: When) -> bool {
    match (one, other) {
        (When::Days(one), When::Days(other)) => one > other,
        (When::Date(one), When::Date(other)) => one > other,
        // Mixed rules are refused before.
        _ => true,
    }
}

/// The rules of CORS rules. `element` of a breach is the rule.
pub fn cors(rules: &[CorsRule]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if rules.len() > 100 {
        let fact = format!("There are {} CORS rules", rules.len());
        breaches.push(Breach::new("", fact, "Keep to 100, which is all that S3 takes."));
    }
    for (index, rule) in rules.iter().enumerate() {
        for (attribute, patterns) in
            [("allowed_origins", &rule.allowed_origins), ("allowed_headers", &rule.allowed_headers)]
        {
            for pattern in patterns.iter().filter(|pattern| pattern.matches('*').count() > 1) {
                let fact = format!("`{pattern}` has more than one `*`");
                breaches.push(Breach::new(attribute, fact, "Leave one at most.").at(index));
            }
        }
        for header in rule.expose_headers.iter().filter(|header| header.contains('*')) {
            let fact = format!("`{header}` has a `*`, and exposed headers are named one by one");
            breaches.push(Breach::new("expose_headers", fact, "Name the headers.").at(index));
        }
    }
    breaches
}

/// The rules of a website's routing rules. `element` of a breach is the rule.
pub fn routing(rules: &[RoutingRule]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if rules.len() > 50 {
        let fact = format!("There are {} routing rules", rules.len());
        breaches.push(Breach::new("", fact, "Keep to 50, which is all that S3 takes."));
    }
    for (index, rule) in rules.iter().enumerate() {
        if rule.redirect == Redirect::default() {
            let fact = format!("Routing rule {} leads nowhere", index + 1);
            let next = "Name a host, a protocol, a key or a redirect code.";
            breaches.push(Breach::new("redirect", fact, next).at(index));
        }
        if rule.redirect.replace_key_with.is_some() && rule.redirect.replace_key_prefix_with.is_some() {
            let fact = format!("Routing rule {} replaces the key and its prefix", index + 1);
            breaches.push(Breach::new("redirect", fact, "Keep one of the two.").at(index));
        }
    }
    breaches
}

/// The longest bucket policy, in bytes.
const LONGEST_POLICY: usize = 20 * 1024;

/// The rules of a bucket policy, under the locks that the bucket will have.
pub fn policy(text: &str, locks: Option<PublicAccessBlock>) -> Vec<Breach> {
    let document: serde_json::Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let next = format!("Correct it ({error}), or build it with `jsonencode`.");
            return vec![Breach::new("policy", "The policy is not JSON", next)];
        }
    };
    let statements = match &document["Statement"] {
        serde_json::Value::Array(statements) => statements.iter().collect(),
        serde_json::Value::Null => Vec::new(),
        statement => vec![statement],
    };
    let mut breaches = Vec::new();
    if statements.is_empty() {
        let next = "Give it a `Statement`, or leave the policy out.";
        breaches.push(Breach::new("policy", "The policy says nothing", next));
    }
    if text.len() > LONGEST_POLICY {
        let fact = format!("The policy is {} bytes long", text.len());
        breaches.push(Breach::new("policy", fact, "Shorten it to 20 KiB, which is all that S3 takes."));
    }
    if statements.iter().any(|statement| statement["Sid"] == policy_document::TLS_ONLY_SID) {
        let fact = format!("The policy uses the `Sid` `{}`", policy_document::TLS_ONLY_SID);
        breaches.push(Breach::new("policy", fact, "Rename it, or leave it to `require_tls`."));
    }
    if locks.is_some_and(|locks| locks.block_public_policy) && policy_document::is_public(text) {
        let next = "Narrow `Principal`, or set `public_access_block.block_public_policy = false`.";
        breaches.push(Breach::new("policy", "The policy is public, and public policies are blocked", next));
    }
    breaches
}

/// How many tags a bucket may have.
const MOST_TAGS: usize = 50;

/// The rules of tags.
pub fn tags(tags: &BTreeMap<String, String>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut add = |fact: String, next: &str| breaches.push(Breach::new("tags", fact, next));
    if tags.len() > MOST_TAGS {
        add(format!("There are {} tags", tags.len()), "Keep to 50, which is all that S3 takes.");
    }
    let odd = |letter: char| !(letter.is_alphanumeric() || " _.:/=+-@".contains(letter));
    for (key, value) in tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            add(format!("The tag `{key}` begins with `aws:`"), "Choose another key: these are AWS's own.");
        }
        if key.is_empty() || key.chars().count() > 128 {
            let fact = format!("A tag's key is {} characters long", key.chars().count());
            add(fact, "Give it 1 to 128 characters.");
        }
        if value.chars().count() > 256 {
            let fact = format!("The tag `{key}` is {} characters long", value.chars().count());
            add(fact, "Shorten it to 256 characters.");
        }
        if let Some(letter) = key.chars().chain(value.chars()).find(|letter| odd(*letter)) {
            let fact = format!("The tag `{key}` contains `{}`", letter.escape_debug());
            add(fact, "Use letters, digits, blanks and `_ . : / = + - @` only.");
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::aws::s3::{
        NoncurrentVersionExpiration, NoncurrentVersionTransition, RoutingCondition, Transition,
    };

    /// The facts of all breaches, one per line.
    fn check(breaches: Vec<Breach>, expected: &str) {
        for breach in &breaches {
            assert!(breach.fact.chars().count() < 80 && !breach.fact.ends_with('.'), "{}", breach.fact);
            assert!(breach.next.ends_with('.'), "{}", breach.next);
        }
        let facts: Vec<_> = breaches.into_iter().map(|breach| breach.fact).collect();
        assert_eq!(facts.join("\n"), expected);
    }

    #[test]
    fn names_that_s3_takes_are_taken() {
        for name in ["abc", "my-bucket", "my.bucket.2", "0-9", &"a".repeat(63), "10.0.0.256"] {
            check(bucket_name(name), "");
        }
    }

    #[test]
    fn names_that_s3_refuses_are_refused_with_the_rule() {
        for (name, expected) in [
            ("ab", "The name is 2 characters long"),
            (&"a".repeat(64), "The name is 64 characters long"),
            ("My-bucket", "The name contains `M`"),
            ("my_bucket", "The name contains `_`"),
            ("-bucket", "The name begins with a mark"),
            ("bucket-", "The name ends with a mark"),
            ("my..bucket", "The name has two dots in a row"),
            ("192.168.5.4", "The name is an IP address"),
            ("xn--bucket", "The beginning `xn--` is reserved by AWS"),
            ("amzn-s3-demo-bucket", "The beginning `amzn-s3-demo-` is reserved by AWS"),
            ("bucket-s3alias", "The ending `-s3alias` is reserved by AWS"),
            ("a_", "The name contains `_`\nThe name is 2 characters long\nThe name ends with a mark"),
        ] {
            check(bucket_name(name), expected);
        }
    }

    #[test]
    fn a_prefix_leaves_room_for_what_is_added() {
        check(bucket_name_prefix("logs-", 26), "");
        check(bucket_name_prefix(&"a".repeat(38), 26), "The prefix is 38 characters long");
        check(bucket_name_prefix("Logs", 26), "The prefix contains `L`");
        check(bucket_name_prefix(".logs", 26), "The prefix begins with a mark");
    }

    fn rule() -> LifecycleRule {
        LifecycleRule { id: "r".into(), enabled: true, ..LifecycleRule::default() }
    }

    fn to(days: i32, class: &str) -> Transition {
        Transition { when: When::Days(days), storage_class: class.into() }
    }

    fn check_rules(rules: &[LifecycleRule], expected: &str) {
        check(lifecycle(&Lifecycle { rules: rules.to_vec(), ..Lifecycle::default() }), expected);
    }

    fn check_rule(rule: LifecycleRule, expected: &str) {
        check_rules(&[rule], expected);
    }

    fn expiring(days: i32) -> Option<Expiration> {
        Some(Expiration::At(When::Days(days)))
    }

    #[test]
    fn an_orderly_rule_is_taken() {
        check_rule(
            LifecycleRule {
                transitions: vec![to(30, "STANDARD_IA"), to(60, "GLACIER"), to(180, "DEEP_ARCHIVE")],
                expiration: expiring(365),
                ..rule()
            },
            "",
        );
        check_rule(LifecycleRule { transitions: vec![to(0, "GLACIER")], ..rule() }, "");
        check_rule(
            LifecycleRule {
                transitions: vec![Transition {
                    when: When::Date(date(2030, 1, 1)),
                    storage_class: "GLACIER".into(),
                }],
                expiration: Some(Expiration::At(When::Date(date(2031, 1, 1)))),
                ..rule()
            },
            "",
        );
    }

    #[test]
    fn a_rule_that_does_nothing_is_refused() {
        check_rule(rule(), "Rule `r` does nothing");
    }

    #[test]
    fn transitions_go_down_and_forward() {
        for (transitions, expected) in [
            (
                vec![to(30, "GLACIER"), to(90, "STANDARD_IA")],
                "Rule `r` moves objects from GLACIER back to STANDARD_IA",
            ),
            (
                vec![to(30, "GLACIER"), to(90, "GLACIER")],
                "Rule `r` moves objects from GLACIER back to GLACIER",
            ),
            (
                vec![to(90, "GLACIER"), to(90, "DEEP_ARCHIVE")],
                "Rule `r` reaches DEEP_ARCHIVE no later than GLACIER",
            ),
            (vec![to(29, "STANDARD_IA")], "Rule `r` moves objects to STANDARD_IA after 29 days"),
            (
                vec![to(30, "ONEZONE_IA"), to(59, "GLACIER")],
                "Rule `r` leaves ONEZONE_IA for GLACIER after 29 days",
            ),
            (vec![to(30, "STANDARD_IA"), to(59, "GLACIER_IR")], ""),
        ] {
            check_rule(LifecycleRule { transitions, ..rule() }, expected);
        }
    }

    #[test]
    fn objects_expire_after_their_last_transition() {
        check_rule(
            LifecycleRule { transitions: vec![to(90, "GLACIER")], expiration: expiring(90), ..rule() },
            "Rule `r` removes objects before they reach GLACIER",
        );
    }

    #[test]
    fn days_and_dates_do_not_mix() {
        check_rule(
            LifecycleRule {
                transitions: vec![to(90, "GLACIER")],
                expiration: Some(Expiration::At(When::Date(date(2030, 1, 1)))),
                ..rule()
            },
            "Rule `r` mixes days and dates",
        );
    }

    #[test]
    fn old_versions_have_the_same_order() {
        let old = |days, class: &str| NoncurrentVersionTransition {
            noncurrent_days: days,
            newer_noncurrent_versions: None,
            storage_class: class.into(),
        };
        let expire = |days| {
            Some(NoncurrentVersionExpiration { noncurrent_days: days, newer_noncurrent_versions: None })
        };
        for (transitions, expiration, expected) in [
            (vec![old(30, "STANDARD_IA"), old(90, "GLACIER")], expire(365), ""),
            (vec![old(10, "STANDARD_IA")], None, "Rule `r` moves old versions to STANDARD_IA after 10 days"),
            (
                vec![old(90, "GLACIER"), old(30, "DEEP_ARCHIVE")],
                None,
                "Rule `r` moves old versions to DEEP_ARCHIVE out of order",
            ),
            (vec![old(90, "GLACIER")], expire(30), "Rule `r` removes old versions before they reach GLACIER"),
        ] {
            check_rule(
                LifecycleRule {
                    noncurrent_version_transitions: transitions,
                    noncurrent_version_expiration: expiration,
                    ..rule()
                },
                expected,
            );
        }
    }

    #[test]
    fn a_filter_fits_what_the_rule_does() {
        let tagged = LifecycleFilter {
            tags: BTreeMap::from([("a".into(), "b".into())]),
            ..LifecycleFilter::default()
        };
        let sized = LifecycleFilter {
            object_size_greater_than: Some(10),
            object_size_less_than: Some(10),
            ..LifecycleFilter::default()
        };
        check_rule(
            LifecycleRule {
                filter: tagged.clone(),
                abort_incomplete_multipart_upload_days: Some(7),
                ..rule()
            },
            "Rule `r` filters unfinished uploads by tag or size",
        );
        check_rule(
            LifecycleRule {
                filter: tagged,
                expiration: Some(Expiration::ExpiredObjectDeleteMarker),
                ..rule()
            },
            "Rule `r` filters delete markers by tag, and they have none",
        );
        check_rule(
            LifecycleRule { filter: sized, expiration: expiring(1), ..rule() },
            "Rule `r` is about objects above 10 and below 10 bytes",
        );
    }

    #[test]
    fn rules_have_names_of_their_own_and_do_not_contradict_each_other() {
        let expire = |id: &str, prefix: &str, days| LifecycleRule {
            id: id.into(),
            filter: LifecycleFilter { prefix: Some(prefix.into()), ..LifecycleFilter::default() },
            expiration: expiring(days),
            ..rule()
        };
        check_rules(&[expire("a", "x/", 1), expire("a", "y/", 1)], "Rules 1 and 2 are both called `a`");
        check_rules(
            &[expire("a", "x/", 1), expire("b", "x/", 2)],
            "Rules `a` and `b` both expire the same objects",
        );
        check_rules(&[expire("a", "x/", 1), expire("b", "x/y/", 2)], "");
        let off = LifecycleRule { enabled: false, ..expire("b", "x/", 2) };
        check_rules(&[expire("a", "x/", 1), off], "");
        let moving =
            |id: &str| LifecycleRule { id: id.into(), transitions: vec![to(90, "GLACIER")], ..rule() };
        check_rules(&[moving("a"), moving("b")], "Rules `a` and `b` both move the same objects");
    }

    #[test]
    fn a_breach_names_the_rule_it_is_in() {
        let good = LifecycleRule { expiration: expiring(1), id: "good".into(), ..rule() };
        let breaches = lifecycle(&Lifecycle { rules: vec![good, rule()], ..Lifecycle::default() });
        assert_eq!(breaches[0].element, Some(1));
    }

    #[test]
    fn cors_patterns_have_one_star() {
        let rule = CorsRule {
            allowed_origins: vec!["https://*.*.example.com".into(), "https://*.example.com".into()],
            allowed_headers: vec!["*-*".into()],
            expose_headers: vec!["x-*".into()],
            ..CorsRule::default()
        };
        check(
            cors(&[rule]),
            "`https://*.*.example.com` has more than one `*`\n\
             `*-*` has more than one `*`\n\
             `x-*` has a `*`, and exposed headers are named one by one",
        );
        check(cors(&vec![CorsRule::default(); 101]), "There are 101 CORS rules");
    }

    #[test]
    fn a_routing_rule_leads_to_one_place() {
        let nowhere =
            RoutingRule { condition: Some(RoutingCondition::default()), redirect: Redirect::default() };
        let twice = RoutingRule {
            condition: None,
            redirect: Redirect {
                replace_key_with: Some("a".into()),
                replace_key_prefix_with: Some("b".into()),
                ..Redirect::default()
            },
        };
        check(
            routing(&[nowhere, twice]),
            "Routing rule 1 leads nowhere\nRouting rule 2 replaces the key and its prefix",
        );
    }

    #[test]
    fn a_policy_is_json_that_says_something_within_the_locks() {
        let public = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}"#;
        let ours = r#"{"Statement":{"Sid":"SlipwayTlsOnly","Effect":"Deny","Principal":"*"}}"#;
        let long = format!(r#"{{"Statement":[{{"Sid":"{}"}}]}}"#, "a".repeat(20 * 1024));
        for (text, locks, expected) in [
            ("nonsense", None, "The policy is not JSON"),
            ("{}", None, "The policy says nothing"),
            (r#"{"Statement":[]}"#, None, "The policy says nothing"),
            (public, Some(PublicAccessBlock::ALL), "The policy is public, and public policies are blocked"),
            (public, None, ""),
            (ours, None, "The policy uses the `Sid` `SlipwayTlsOnly`"),
            (&long, None, "The policy is 20506 bytes long"),
        ] {
            check(policy(text, locks), expected);
        }
    }

    #[test]
    fn tags_follow_the_rules_of_aws() {
        let check = |key: &str, value: &str, expected: &str| {
            check(tags(&BTreeMap::from([(key.to_owned(), value.to_owned())])), expected);
        };
        check("team", "Örders @ 7:30", "");
        check("aws:team", "x", "The tag `aws:team` begins with `aws:`");
        check("", "x", "A tag's key is 0 characters long");
        check("team", &"x".repeat(257), "The tag `team` is 257 characters long");
        check("team", "a;b", "The tag `team` contains `;`");
    }

    #[test]
    fn a_bucket_has_fifty_tags_at_most() {
        let many = (0..51).map(|number| (format!("k{number}"), String::new())).collect();
        check(tags(&many), "There are 51 tags");
    }
}
