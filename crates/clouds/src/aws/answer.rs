//! From what the SDK hands back to an [`ApiError`]: the one place that knows AWS's error codes.

use std::{error::Error, io, time::SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse,
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hyper::Error as HttpError;
use hyper_util::client::legacy::Error as ClientError;

use crate::{
    error::{ApiError, Delivery, ErrorKind, Vendor, chain, find_cause as find},
    policy::{Operation, retry_after},
};

/// What was asked, of whom and where.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) vendor: Vendor,
    pub(super) operation: Operation,
    pub(super) region: String,
    /// Whether a stand-in or a compatible store is asked instead of AWS.
    pub(super) elsewhere: bool,
}

impl Question {
    fn error(&self, kind: ErrorKind) -> ApiError {
        ApiError::new(self.vendor, self.operation, kind)
            .with(|failure| failure.place = Some(self.region.clone()))
    }

    /// Reads the SDK's error.
    pub(super) fn failed<E>(&self, error: SdkError<E, HttpResponse>) -> ApiError
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(service) if service.raw().status().is_success() => {
                self.unreadable(service.raw(), &error)
            }
            SdkError::ResponseError(response) => self.unreadable(response.raw(), &error),
            SdkError::ServiceError(service) => {
                let answer = service.raw();
                let code = service.err().code().map(str::to_owned);
                let words = service.err().message().map(str::to_owned);
                self.answered(answer, code, words)
            }
            SdkError::TimeoutError(_) => self.unanswered(ErrorKind::TimedOut, Delivery::Unknown, &error),
            SdkError::DispatchFailure(dispatch) => {
                if let Some(credentials) = find(&error) {
                    return self.no_credentials(credentials);
                }
                let never_sent = find::<ClientError>(&error).is_some_and(ClientError::is_connect);
                let timed_out = dispatch.as_connector_error().is_some_and(ConnectorError::is_timeout);
                match (never_sent, timed_out) {
                    (true, _) => self.unanswered(ErrorKind::Network, Delivery::NeverSent, &error),
                    (false, true) => self.unanswered(ErrorKind::TimedOut, Delivery::Unknown, &error),
                    (false, false) => self.unanswered(ErrorKind::Network, Delivery::Unknown, &error),
                }
            }
            _ => match find(&error) {
                Some(credentials) => self.no_credentials(credentials),
                None => self.unanswered(ErrorKind::Invalid, Delivery::NeverSent, &error),
            },
        }
    }

    /// An answer that ends before its end, or one that no parser understands.
    fn unreadable(&self, answer: &HttpResponse, error: &(dyn Error + 'static)) -> ApiError {
        if find::<HttpError>(error).is_some() || find::<io::Error>(error).is_some() {
            return self.unanswered(ErrorKind::Network, Delivery::Unknown, error);
        }
        self.error(ErrorKind::Unreadable).with(|failure| {
            failure.status = Some(answer.status().as_u16());
            failure.delivery = Delivery::Answered;
            failure.request_id = request_id(answer);
            failure.words = Some(format!("the answer could not be read: {}", chain(error)));
        })
    }

    fn no_credentials(&self, error: &CredentialsError) -> ApiError {
        self.error(ErrorKind::Unauthenticated).with(|failure| {
            failure.delivery = Delivery::NeverSent;
            failure.words = Some(match error {
                CredentialsError::CredentialsNotLoaded(_) => {
                    "No credentials were found, neither set here nor by the environment, the profile, a web \
                     identity, the container or the machine"
                        .to_owned()
                }
                error => format!("No credentials could be had: {}", chain(error)),
            });
        })
    }

    fn unanswered(&self, kind: ErrorKind, delivery: Delivery, error: &(dyn Error + 'static)) -> ApiError {
        self.error(kind).with(|failure| {
            failure.delivery = delivery;
            failure.words = Some(chain(error));
        })
    }

    fn answered(&self, answer: &HttpResponse, code: Option<String>, words: Option<String>) -> ApiError {
        let status = answer.status().as_u16();
        let body = answer.body().bytes().unwrap_or_default();
        let is_page = is_html(body);
        let kind = if self.elsewhere && is_double_gap(status, code.as_deref(), is_page) {
            ErrorKind::DoubleGap
        } else {
            let actual = header(answer, "x-amz-bucket-region").or_else(|| element(body, "Region"));
            match kind(status, code.as_deref(), actual) {
                // A principal that was made a moment ago is not known everywhere yet.
                ErrorKind::Invalid
                    if words.as_deref().is_some_and(|words| words.contains("Invalid principal")) =>
                {
                    ErrorKind::Busy
                }
                kind => kind,
            }
        };
        self.error(kind).with(|failure| {
            failure.status = Some(status);
            failure.code = code;
            failure.words = if is_page { Some("a web page instead of an answer".into()) } else { words };
            failure.request_id = request_id(answer);
            failure.retry_after =
                header(answer, "retry-after").and_then(|value| retry_after(&value, SystemTime::now()));
            failure.delivery = Delivery::Answered;
        })
    }
}

/// What AWS means by a code; the status decides where there is no code, as in answers to HEAD.
fn kind(status: u16, code: Option<&str>, region: Option<String>) -> ErrorKind {
    match code.unwrap_or_default() {
        "BucketAlreadyOwnedByYou" => ErrorKind::AlreadyExists { owned_by_you: true },
        "BucketAlreadyExists" => ErrorKind::AlreadyExists { owned_by_you: false },
        "BucketNotEmpty" => ErrorKind::NotEmpty,
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException" => ErrorKind::WrongRegion { actual: region },
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSecurity"
        | "InvalidToken"
        | "MissingAuthenticationToken"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "TokenRefreshRequired"
        | "UnrecognizedClientException" => ErrorKind::Unauthenticated,
        "OperationAborted" | "ConditionalRequestConflict" => ErrorKind::Busy,
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded" => ErrorKind::Throttled,
        "RequestTimeout" => ErrorKind::Unavailable,
        "NotImplemented" | "MethodNotAllowed" => ErrorKind::Unsupported,
        _ => match status {
            301 | 307 => ErrorKind::WrongRegion { actual: region },
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Denied,
            404 => ErrorKind::NotFound,
            405 | 501 => ErrorKind::Unsupported,
            409 | 412 => ErrorKind::Conflict,
            429 => ErrorKind::Throttled,
            500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        },
    }
}

/// How stand-ins say that they lack an operation: moto with the web page of an unhandled error or an unknown
/// address, LocalStack with 501 `InternalFailure`.
fn is_double_gap(status: u16, code: Option<&str>, is_page: bool) -> bool {
    (is_page && matches!(status, 404 | 500)) || (status == 501 && code == Some("InternalFailure"))
}

fn is_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    ["<!doctype html", "<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag.as_bytes())))
}

/// The text of the first `<name>` in an answer that no parser has a field for.
pub(super) fn element(body: &[u8], name: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once('<')?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn header(answer: &HttpResponse, name: &str) -> Option<String> {
    answer.headers().get(name).map(str::to_owned)
}

fn request_id(answer: &HttpResponse) -> Option<String> {
    header(answer, "x-amz-request-id").or_else(|| header(answer, "x-amzn-requestid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_wins_over_its_status() {
        for (status, code, expected) in [
            (409, Some("BucketAlreadyOwnedByYou"), ErrorKind::AlreadyExists { owned_by_you: true }),
            (409, Some("BucketAlreadyExists"), ErrorKind::AlreadyExists { owned_by_you: false }),
            (409, Some("BucketNotEmpty"), ErrorKind::NotEmpty),
            (409, Some("OperationAborted"), ErrorKind::Busy),
            (409, Some("InvalidBucketState"), ErrorKind::Conflict),
            (403, Some("AccessDenied"), ErrorKind::Denied),
            (403, Some("InvalidAccessKeyId"), ErrorKind::Unauthenticated),
            (400, Some("ExpiredToken"), ErrorKind::Unauthenticated),
            (400, Some("MalformedXML"), ErrorKind::Invalid),
            (400, Some("RequestTimeout"), ErrorKind::Unavailable),
            (503, Some("SlowDown"), ErrorKind::Throttled),
            (503, Some("ServiceUnavailable"), ErrorKind::Unavailable),
            (500, Some("InternalError"), ErrorKind::Unavailable),
            (404, Some("NoSuchBucket"), ErrorKind::NotFound),
            (501, Some("NotImplemented"), ErrorKind::Unsupported),
            (403, None, ErrorKind::Denied),
            (404, None, ErrorKind::NotFound),
            (429, None, ErrorKind::Throttled),
            (502, None, ErrorKind::Unavailable),
        ] {
            assert_eq!(kind(status, code, None), expected, "{status} {code:?}");
        }
    }

    #[test]
    fn a_bucket_elsewhere_says_where() {
        let region = || Some("eu-west-1".to_owned());
        for (status, code) in
            [(301, None), (301, Some("PermanentRedirect")), (400, Some("AuthorizationHeaderMalformed"))]
        {
            assert_eq!(kind(status, code, region()), ErrorKind::WrongRegion { actual: region() });
        }
    }

    #[test]
    fn a_gap_looks_like_a_web_page_or_an_internal_failure() {
        let page = b"\n<!DOCTYPE HTML PUBLIC \"-//W3C//DTD\">";
        assert!(is_html(page) && is_html(b"<html>") && !is_html(b"<?xml version=\"1.0\"?><Error>"));
        assert!(is_double_gap(500, None, true));
        assert!(is_double_gap(404, None, true));
        assert!(is_double_gap(501, Some("InternalFailure"), false));
        assert!(!is_double_gap(502, None, true), "a proxy in trouble is not a gap");
        assert!(!is_double_gap(501, Some("NotImplemented"), false));
        assert!(!is_double_gap(500, Some("InternalError"), false));
    }

    #[test]
    fn the_region_is_read_from_the_body_when_no_header_names_it() {
        let body = b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
        assert_eq!(element(body, "Region").as_deref(), Some("eu-west-1"));
        assert_eq!(element(b"<Region></Region>", "Region"), None);
        assert_eq!(element(b"", "Region"), None);
    }
}
