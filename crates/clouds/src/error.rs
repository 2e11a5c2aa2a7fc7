//! What a vendor answered, or why there was no answer: the one error of this crate.
//!
//! An error is made where the answer is read and never looked into again further up: its kind is decided there,
//! by the vendor's module, and everybody else matches on [`ErrorKind`].

use std::{fmt, ops::Deref, time::Duration};

use crate::policy::{Operation, Repeat};

/// The longest quotation of a vendor's own words, in characters.
pub const LONGEST_QUOTATION: usize = 300;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// Amazon Web Services.
    Aws,
    /// Cloudflare, its S3-compatible R2 included.
    Cloudflare,
    /// Supabase, hosted or self-hosted.
    Supabase,
}

impl fmt::Display for Vendor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Aws => "AWS",
            Self::Cloudflare => "Cloudflare",
            Self::Supabase => "Supabase",
        })
    }
}

/// What an error means to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object does not exist.
    NotFound,
    /// The name is taken.
    AlreadyExists {
        /// Whether it is taken by the account that asks.
        owned_by_you: bool,
    },
    /// The caller is known and may not do this.
    Denied,
    /// The caller is not known: no credentials, wrong ones, expired ones.
    Unauthenticated,
    /// The object still holds other objects.
    NotEmpty,
    /// The object lives in another region.
    WrongRegion {
        /// Where it lives, when the vendor says so.
        actual: Option<String>,
    },
    /// The vendor refuses the request as it stands; asking again changes nothing.
    Invalid,
    /// The object's present state does not allow the change.
    Conflict,
    /// Another change of the same object is under way; asking again later helps.
    Busy,
    /// Too many requests.
    Throttled,
    /// The vendor has trouble of its own.
    Unavailable,
    /// The vendor answered something that is not an answer to this request.
    Unreadable,
    /// No connection, or one that broke.
    Network,
    /// One request took longer than a request may take.
    TimedOut,
    /// The operation ran out of its own time before this request was answered for good.
    DeadlinePassed,
    /// Somebody asked to stop.
    Cancelled,
    /// The vendor does not offer this.
    Unsupported,
    /// A local stand-in for the vendor lacks this operation. Real clouds never answer so.
    DoubleGap,
}

/// Whether a request that failed may have had its effect all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It never left: no connection was made.
    NeverSent,
    /// The vendor answered it.
    Answered,
    /// It left, or may have left, and no answer came.
    Unknown,
}

/// Everything that is known about a request that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Who was asked.
    pub vendor: Vendor,
    /// What was asked.
    pub operation: Operation,
    /// Where: a region or an account, in the vendor's own notation.
    pub place: Option<String>,
    /// What it means.
    pub kind: ErrorKind,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// The vendor's error code.
    pub code: Option<String>,
    /// The vendor's own words, or the reason why there are none; at most [`LONGEST_QUOTATION`] characters.
    pub words: Option<String>,
    /// The vendor's name for the exchange, for its support.
    pub request_id: Option<String>,
    /// How long the vendor asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
    /// Whether the last attempt may have had its effect.
    pub delivery: Delivery,
    /// Whether an earlier attempt of the same request may have had its effect, so that "already exists" may
    /// speak of what that attempt made.
    pub earlier_attempt_may_have_worked: bool,
    /// How many requests were sent.
    pub attempts: u32,
    /// From the first attempt to the last answer, pauses included.
    pub elapsed: Duration,
}

/// A request that failed. See [`Failure`] for its fields.
#[derive(Clone, Debug)]
pub struct ApiError(Box<Failure>);

impl ApiError {
    /// An error of `operation`; whoever has more to say fills it in with [`ApiError::with`].
    pub fn new(vendor: Vendor, operation: Operation, kind: ErrorKind) -> Self {
        Self(Box::new(Failure {
            vendor,
            operation,
            place: None,
            kind,
            status: None,
            code: None,
            words: None,
            request_id: None,
            retry_after: None,
            delivery: Delivery::Unknown,
            earlier_attempt_may_have_worked: false,
            attempts: 0,
            elapsed: Duration::ZERO,
        }))
    }

    /// The same error with more filled in. The quotation is bounded here, whoever wrote it.
    #[must_use]
    pub fn with(mut self, fill: impl FnOnce(&mut Failure)) -> Self {
        fill(&mut self.0);
        self.0.words = self.0.words.take().map(|words| quotation(&words)).filter(|words| !words.is_empty());
        self
    }

    /// Whether the request, or an earlier attempt of it, may have had its effect although it failed: it left and
    /// no answer came, or the vendor stumbled over it half way. A request that only looks never has one.
    pub fn may_have_worked(&self) -> bool {
        self.operation.repeat != Repeat::Read
            && (self.delivery == Delivery::Unknown
                || self.kind == ErrorKind::Unavailable
                || self.earlier_attempt_may_have_worked)
    }

    /// Which call, where; how often and how long if more than once. A full sentence.
    ///
    /// Nothing was tried when the operation was stopped, or ran out of time, before its first request.
    pub fn tried(&self) -> String {
        let Failure { vendor, operation, place, attempts, elapsed, .. } = &**self;
        let place = place.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
        match attempts {
            0 => format!("{} on {vendor}{place} was not tried.", operation.name),
            1 => format!("Tried {} on {vendor}{place}.", operation.name),
            times => {
                format!("Tried {} on {vendor}{place} {times} times in {}.", operation.name, spell(*elapsed))
            }
        }
    }

    /// The answer's status, code, own words and request id, or why there is none. A full sentence.
    pub fn answered(&self) -> String {
        let answer = self.last_answer();
        match &self.kind {
            ErrorKind::Cancelled if answer.is_empty() => "The operation was stopped before that.".to_owned(),
            ErrorKind::Cancelled => format!("The operation was stopped. {answer}"),
            ErrorKind::DeadlinePassed if answer.is_empty() => {
                "The time for the whole operation was used up.".to_owned()
            }
            ErrorKind::DeadlinePassed => format!("The time for the whole operation was used up. {answer}"),
            ErrorKind::DoubleGap => {
                let Operation { service, name, .. } = self.operation;
                format!("double gap: {service}.{name}. {answer}").trim_end().to_owned()
            }
            _ => answer,
        }
    }

    fn last_answer(&self) -> String {
        let Failure { vendor, kind, status, code, words, request_id, attempts, .. } = &**self;
        let last = if *attempts > 1 { " last" } else { "" };
        match (status, words) {
            (Some(status), words) => {
                let code = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
                let words = words.as_ref().map(|words| format!(": \"{words}\"")).unwrap_or_default();
                let request = request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
                format!("{vendor}{last} answered {status}{code}{words}{request}.")
            }
            (None, Some(words)) if matches!(kind, ErrorKind::Network | ErrorKind::TimedOut) => {
                format!("{vendor} did not answer: {words}.")
            }
            (None, Some(words)) => format!("{words}."),
            (None, None) => String::new(),
        }
    }
}

impl Deref for ApiError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n{}", self.tried(), self.answered())
    }
}

impl std::error::Error for ApiError {}

/// One line of somebody else's text, bounded. A closing full stop goes, because ours follows.
fn quotation(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_QUOTATION {
        return line.trim_end_matches('.').to_owned();
    }
    let mut shortened: String = line.chars().take(LONGEST_QUOTATION - 1).collect();
    shortened.push('…');
    shortened
}

/// The first cause of type `E`.
#[cfg(any(feature = "aws", feature = "http"))]
pub(crate) fn find_cause<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

#[cfg(any(feature = "aws", feature = "http"))]
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn std::error::Error + 'static)| (*error).source())
}

/// The causes from the outermost to the first one, without those that repeat the one before.
#[cfg(any(feature = "aws", feature = "http"))]
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in causes(error.source().unwrap_or(error)) {
        let cause = cause.to_string();
        if words.last().is_none_or(|last| !last.contains(&cause)) {
            words.push(cause);
        }
    }
    words.join(": ")
}

/// A duration as a person would say it: `350 ms`, `12 s`, `1 m 20 s`.
pub fn spell(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{seconds} s"),
        _ if seconds.is_multiple_of(60) => format!("{} m", seconds / 60),
        _ => format!("{} m {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUT: Operation = Operation {
        service: "S3",
        name: "PutBucketVersioning",
        permission: Some("s3:PutBucketVersioning"),
        repeat: Repeat::Write,
    };

    fn check(kind: ErrorKind, fill: impl FnOnce(&mut Failure), expected: &str) {
        let error = ApiError::new(Vendor::Aws, PUT, kind).with(|failure| {
            failure.place = Some("eu-west-1".into());
            failure.attempts = 1;
            fill(failure);
        });
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_answer_is_quoted_with_status_code_and_request_id() {
        check(
            ErrorKind::Denied,
            |failure| {
                failure.status = Some(403);
                failure.code = Some("AccessDenied".into());
                failure.words = Some("You may\n  not do this.".into());
                failure.request_id = Some("7F3C".into());
            },
            "Tried PutBucketVersioning on AWS in eu-west-1.\n\
             AWS answered 403 AccessDenied: \"You may not do this\" (request 7F3C).",
        );
    }

    #[test]
    fn several_attempts_say_how_often_and_how_long() {
        check(
            ErrorKind::Unavailable,
            |failure| {
                failure.status = Some(503);
                failure.attempts = 4;
                failure.elapsed = Duration::from_millis(80_300);
            },
            "Tried PutBucketVersioning on AWS in eu-west-1 4 times in 1 m 20 s.\nAWS last answered 503.",
        );
    }

    #[test]
    fn silence_says_why() {
        check(
            ErrorKind::Network,
            |failure| failure.words = Some("connection refused".into()),
            "Tried PutBucketVersioning on AWS in eu-west-1.\nAWS did not answer: connection refused.",
        );
    }

    #[test]
    fn a_stop_before_the_first_request_does_not_claim_a_try() {
        check(
            ErrorKind::Cancelled,
            |failure| failure.attempts = 0,
            "PutBucketVersioning on AWS in eu-west-1 was not tried.\nThe operation was stopped before that.",
        );
    }

    #[test]
    fn a_gap_in_a_double_is_named() {
        check(
            ErrorKind::DoubleGap,
            |failure| failure.status = Some(501),
            "Tried PutBucketVersioning on AWS in eu-west-1.\n\
             double gap: S3.PutBucketVersioning. AWS answered 501.",
        );
    }

    #[test]
    fn a_write_may_have_worked_unless_it_was_turned_away() {
        const GET: Operation = Operation { repeat: Repeat::Read, ..PUT };
        for (operation, kind, delivery, earlier, expected) in [
            (PUT, ErrorKind::Network, Delivery::Unknown, false, true),
            (PUT, ErrorKind::Network, Delivery::NeverSent, false, false),
            (PUT, ErrorKind::Unavailable, Delivery::Answered, false, true),
            (PUT, ErrorKind::Throttled, Delivery::Answered, false, false),
            (PUT, ErrorKind::Throttled, Delivery::Answered, true, true),
            (PUT, ErrorKind::Denied, Delivery::Answered, false, false),
            (GET, ErrorKind::Network, Delivery::Unknown, true, false),
        ] {
            let error = ApiError::new(Vendor::Aws, operation, kind).with(|failure| {
                failure.delivery = delivery;
                failure.earlier_attempt_may_have_worked = earlier;
            });
            assert_eq!(error.may_have_worked(), expected, "{error:?}");
        }
    }

    #[test]
    fn a_long_quotation_is_cut_at_its_bound() {
        let error = ApiError::new(Vendor::Aws, PUT, ErrorKind::Invalid)
            .with(|failure| failure.words = Some("ä".repeat(1000)));
        let words = error.words.clone().expect("words were given");
        assert_eq!(words.chars().count(), LONGEST_QUOTATION);
        assert!(words.ends_with('…'));
    }
}
