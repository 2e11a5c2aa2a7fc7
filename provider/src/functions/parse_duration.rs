//! `parse_duration("1h30m")` is 5400.

use tfplugin::{Function, FunctionError, Number, Span};

/// A duration in seconds.
#[derive(Debug)]
pub struct ParseDuration;

impl Function for ParseDuration {
    const NAME: &'static str = "parse_duration";
    const SUMMARY: &'static str = "A duration in seconds";
    const DESCRIPTION: &'static str = "Reads a duration such as `90s`, `1h30m` or `30d` and gives its length in \
         seconds. The units are `ns`, `us`, `ms`, `s`, `m`, `h`, `d` (24 hours) and `w`.";
    const PARAMETERS: &'static [(&'static str, &'static str)] =
        &[("duration", "The duration, for example `1h30m`.")];

    type Arguments = (Span,);
    type Output = Number;

    fn call((span,): (Span,)) -> Result<Number, FunctionError> {
        let duration = span.duration();
        let text = format!("{}.{:09}", duration.as_secs(), duration.subsec_nanos());
        Ok(text.parse().expect("digits and a point are a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::Spelled;

    #[test]
    fn fractions_of_a_second_are_exact() {
        let seconds = |text| ParseDuration::call((Span::parse(text).unwrap(),)).unwrap().to_string();
        assert_eq!(seconds("1h30m"), "5400");
        assert_eq!(seconds("1.1s"), "1.1");
        assert_eq!(seconds("1ns"), "0.000000001");
    }
}
