//! From an answer to a result or an [`ApiError`]: the one place that knows Cloudflare's envelope and error codes.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    error::{ApiError, ErrorKind},
    http::{Answer, Question, kind_of_status},
};

/// What an envelope held.
#[derive(Debug)]
pub(super) struct Enveloped<T> {
    pub(super) result: T,
    pub(super) page: Page,
}

/// Where a list goes on: one API counts pages, another hands out cursors.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    pub(super) page: Option<u64>,
    pub(super) total_pages: Option<u64>,
    cursor: Option<String>,
    cursors: Option<Cursors>,
}

#[derive(Debug, Deserialize)]
struct Cursors {
    after: Option<String>,
}

impl Page {
    /// The cursor of the next page, if there is one.
    pub(super) fn next_cursor(self) -> Option<String> {
        self.cursor.or(self.cursors.and_then(|cursors| cursors.after)).filter(|cursor| !cursor.is_empty())
    }
}

/// The envelope. Lists that may be absent or null are both.
#[derive(Deserialize)]
struct Envelope {
    success: bool,
    #[serde(default)]
    errors: Option<Vec<Problem>>,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    result_info: Option<Page>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    code: Option<i64>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    error_chain: Option<Vec<Problem>>,
}

impl Problem {
    /// What it says, and why.
    fn words(&self) -> String {
        let reasons = self.error_chain.iter().flatten().map(Problem::words);
        std::iter::once(self.message.clone()).chain(reasons).collect::<Vec<_>>().join(": ")
    }
}

/// Opens the envelope.
pub(super) fn enveloped<T: DeserializeOwned>(
    question: &Question,
    answer: &Answer,
) -> Result<Enveloped<T>, ApiError> {
    let unreadable = |words: String| question.answered(answer, ErrorKind::Unreadable, None, Some(words));
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&answer.body) else {
        // Not Cloudflare's API: its edge in trouble, or a proxy. "Not found" then says nothing about the object.
        let kind = match kind_of_status(answer.status) {
            kind @ (ErrorKind::Throttled | ErrorKind::Unavailable) => kind,
            _ => ErrorKind::Unreadable,
        };
        return Err(question.answered(answer, kind, None, answer.excerpt()));
    };
    if answer.is_success() && envelope.success {
        let result = serde_json::from_value(envelope.result)
            .map_err(|error| unreadable(format!("the answer could not be read: {error}")))?;
        return Ok(Enveloped { result, page: envelope.result_info.unwrap_or_default() });
    }
    let problems = envelope.errors.unwrap_or_default();
    let code = problems.first().and_then(|problem| problem.code);
    let words = problems.iter().map(Problem::words).collect::<Vec<_>>().join("; ");
    let kind = kind(answer.status, code, &words);
    Err(question.answered(answer, kind, code.map(|code| code.to_string()), Some(words)))
}

/// What Cloudflare means by a code of R2 or of the API as a whole; the status decides about other codes.
fn kind(status: u16, code: Option<i64>, words: &str) -> ErrorKind {
    match code.unwrap_or_default() {
        10004 => ErrorKind::AlreadyExists { owned_by_you: true },
        10006 | 10053 | 10059 => ErrorKind::NotFound,
        10008 => ErrorKind::NotEmpty,
        // What is named cannot be: a name, a plan without R2, a limit, a zone of others, an id that is none.
        10005 | 10009 | 10015 | 10040 | 10042 | 10055 | 7000 | 7003 => ErrorKind::Invalid,
        971 | 10013 | 10058 | 10100 => ErrorKind::Throttled,
        10043 => ErrorKind::Unavailable,
        1000 | 6003 | 6111 | 9103 | 9106 => ErrorKind::Unauthenticated,
        9109 if words.contains("token") => ErrorKind::Unauthenticated,
        _ => kind_of_status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_wins_over_its_status() {
        for (status, code, words, expected) in [
            (409, Some(10004), "", ErrorKind::AlreadyExists { owned_by_you: true }),
            (409, Some(10008), "", ErrorKind::NotEmpty),
            (409, Some(10056), "", ErrorKind::Conflict),
            (404, Some(10006), "", ErrorKind::NotFound),
            (404, Some(7003), "", ErrorKind::Invalid),
            (403, Some(10042), "", ErrorKind::Invalid),
            (403, Some(9109), "Invalid access token", ErrorKind::Unauthenticated),
            (403, Some(9109), "Invalid zone identifier", ErrorKind::Denied),
            (403, Some(10000), "Authentication error", ErrorKind::Denied),
            (401, Some(10000), "Authentication error", ErrorKind::Unauthenticated),
            (400, Some(9106), "", ErrorKind::Unauthenticated),
            (429, Some(971), "", ErrorKind::Throttled),
            (503, Some(10043), "", ErrorKind::Unavailable),
            (500, None, "", ErrorKind::Unavailable),
        ] {
            assert_eq!(kind(status, code, words), expected, "{status} {code:?}");
        }
    }

    #[test]
    fn a_problem_gives_its_reasons() {
        let problem = r#"{"code": 6003, "message": "Invalid request headers",
            "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}]}"#;
        let problem: Problem = serde_json::from_str(problem).unwrap();
        assert_eq!(problem.words(), "Invalid request headers: Invalid format for Authorization header");
    }
}
