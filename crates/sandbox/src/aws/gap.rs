//! The names of gaps: operations that a double lacks, as they show in any text that reached a user.

/// Names every gap that `text` speaks of, such as `s3.PutBucketReplication`, sorted and once each.
///
/// Reads the output of Terraform, whose boxes and line breaks may fall anywhere in a sentence, as well as the
/// answers of the doubles themselves.
#[must_use]
pub fn gaps_in(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '│').filter(|w| !w.is_empty()).collect();
    let mut gaps: Vec<String> = (0..words.len()).filter_map(|at| gap_at(&words[at..])).collect();
    gaps.sort();
    gaps.dedup();
    gaps
}

fn gap_at(words: &[&str]) -> Option<String> {
    match words {
        // Our own launcher of moto.
        ["double", "gap:", name, ..] => Some(bare(name).to_owned()),
        // LocalStack's two sentences for what its open edition leaves out.
        ["API", "action", operation, "for", "service", service, ..] => {
            Some(format!("{}.{}", bare(service), bare(operation)))
        }
        ["API", "for", "service", service, "is", "either", "not", ..] => Some(bare(service).to_owned()),
        _ => None,
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
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
