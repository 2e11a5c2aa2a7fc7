//! The names of gaps: operations that a double lacks, as they show in any text that reached a user.

use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What our launcher of moto says, and LocalStack's two sentences for what its open edition leaves out.
static GAP: LazyLock<Regex> = LazyLock::new(|| {
    let moto = r"double gap: (?<moto>[\w.-]+)";
    let action = r"API action '(?<operation>\w+)' for service '(?<service>[\w-]+)' is either not";
    let whole_service = r"API for service '?(?<whole>[\w-]+)'? is either not";
    Regex::new(&format!("{moto}|{action}|{whole_service}")).expect("the patterns are well formed")
});

/// Names every gap that `text` speaks of, such as `s3.PutBucketReplication`, sorted and once each.
///
/// Reads the output of Terraform, whose boxes and line breaks may fall anywhere in a sentence, as well as the
/// answers of the doubles themselves.
#[must_use]
pub fn gaps_in(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '│').filter(|w| !w.is_empty()).collect();
    let text = words.join(" ");
    let names = GAP.captures_iter(&text).map(|gap| match (gap.name("moto"), gap.name("whole")) {
        (Some(name), _) | (_, Some(name)) => name.as_str().to_owned(),
        (None, None) => format!("{}.{}", &gap["service"], &gap["operation"]),
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(gaps_in(text), expected);
    }

    #[test]
    fn a_gap_is_named_whoever_reports_it_and_wherever_the_line_breaks() {
        check("The bucket was created.", &[]);
        check(
            "501 DoubleGap: double gap: xray.GetGroups (moto 5.2.5 has no such operation)",
            &["xray.GetGroups"],
        );
        check(
            "│ said \"double\n│ gap: ecs.CreateService (moto 5.2.5 failed: KeyError: 'x')\"",
            &["ecs.CreateService"],
        );
        check(
            "The API action 'GetBucketPolicyStatus' for service 's3' is either not available in your current license",
            &["s3.GetBucketPolicyStatus"],
        );
        check("The API for service 'xray' is either not included in your current license plan", &["xray"]);
    }

    #[test]
    fn several_gaps_are_sorted_and_named_once() {
        check("double gap: b.B (x) double gap: a.A (x) double gap: b.B (x)", &["a.A", "b.B"]);
    }
}
