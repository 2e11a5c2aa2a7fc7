//! AWS Signature Version 4, checked as R2 checks it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::refuse;
use crate::call::{Call, Reply};
use crate::cloudflare::identity::Token;
use crate::ids::hex;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Letters of an access key.
const KEY_LENGTH: usize = 32;

/// What a region may be called; R2 has none, so the name only enters the signature.
const REGIONS: [&str; 9] = ["auto", "", "us-east-1", "wnam", "enam", "weur", "eeur", "apac", "oc"];

/// How far a request's clock may be off.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// `Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`.
struct Authorization<'a> {
    access_key: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let fields: BTreeMap<&str, &str> = header
            .strip_prefix(ALGORITHM)?
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .collect();
        let mut scope = fields.get("Credential")?.split('/');
        let [access_key, date, region, service, "aws4_request"] =
            std::array::from_fn(|_| scope.next().unwrap_or(""))
        else {
            return None;
        };
        let (signed_headers, signature) = (fields.get("SignedHeaders")?, fields.get("Signature")?);
        Some(Self { access_key, date, region, service, signed_headers, signature })
    }
}

/// The token whose key signed a call, now, and whole. An access key is the id of a token.
pub(super) fn verify<'w>(call: &Call, key: impl Fn(&str) -> Option<&'w Token>) -> Result<&'w Token, Reply> {
    let unauthorized = || refuse(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized");
    let header = call.header("authorization").ok_or_else(unauthorized)?;
    let authorization = Authorization::parse(header).ok_or_else(unauthorized)?;
    let length = authorization.access_key.len();
    if length != KEY_LENGTH {
        let message = format!("Credential access key has length {length}, should be {KEY_LENGTH}");
        return Err(refuse(StatusCode::BAD_REQUEST, "InvalidArgument", &message));
    }
    let token = key(authorization.access_key).ok_or_else(unauthorized)?;
    if !REGIONS.contains(&authorization.region) {
        let message = format!(
            "The region name '{}' is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto",
            authorization.region
        );
        return Err(refuse(StatusCode::BAD_REQUEST, "InvalidRegionName", &message));
    }
    let sent_at = call.header("x-amz-date").unwrap_or_default();
    let moment = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", sent_at).and_then(|parsed| parsed.to_datetime());
    let moment = moment.ok().and_then(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let moment: Timestamp = moment.map(|moment| moment.timestamp()).ok_or_else(unauthorized)?;
    if call.now.duration_since(moment).abs() > SKEW {
        let message = "The difference between the request time and the server's time is too large.";
        return Err(refuse(StatusCode::FORBIDDEN, "RequestTimeTooSkewed", message));
    }
    let payload = call.header("x-amz-content-sha256").unwrap_or("UNSIGNED-PAYLOAD");
    let hashed = payload.len() == 64;
    if hashed && payload != hex(&Sha256::digest(&call.body)) {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Err(refuse(StatusCode::BAD_REQUEST, "XAmzContentSHA256Mismatch", message));
    }
    let request = canonical_request(call, authorization.signed_headers, payload);
    if signature(&authorization, sent_at, &request, &token.s3_secret()) != authorization.signature {
        let message = "The request signature we calculated does not match the signature you provided. \
                       Check your secret access key and signing method.";
        return Err(refuse(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message));
    }
    Ok(token)
}

fn canonical_request(call: &Call, signed_headers: &str, payload: &str) -> String {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = encode(&decoded(call.uri.path()), true);
    let mut query: Vec<String> = call
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| format!("{}={}", encode(&decoded(name), false), encode(&decoded(value), false)))
        .collect();
    query.sort();
    let headers: String = signed_headers
        .split(';')
        .map(|name| {
            let values: Vec<String> = call
                .headers
                .get_all(name)
                .iter()
                .map(|value| {
                    String::from_utf8_lossy(value.as_bytes()).split_whitespace().collect::<Vec<_>>().join(" ")
                })
                .collect();
            format!("{name}:{}\n", values.join(","))
        })
        .collect();
    format!("{}\n{path}\n{}\n{headers}\n{signed_headers}\n{payload}", call.method, query.join("&"))
}

fn signature(authorization: &Authorization<'_>, sent_at: &str, request: &str, secret: &str) -> String {
    let Authorization { date, region, service, .. } = authorization;
    let text = format!(
        "{ALGORITHM}\n{sent_at}\n{date}/{region}/{service}/aws4_request\n{}",
        hex(&Sha256::digest(request))
    );
    let key = [date, region, service, &"aws4_request"]
        .into_iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    hex(&mac(&key, &text))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Percent-encoding by AWS's rules: only letters, digits and `-._~` stay, in paths also the slash.
pub(super) fn encode(text: &str, path: bool) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            b'/' if path => "/".to_owned(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the S3 documentation: GET /test.txt with a range.
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                      SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=x";
        let authorization = Authorization::parse(header).expect("a header");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let call = Call {
            method: axum::http::Method::GET,
            uri: "/test.txt".parse().expect("a path"),
            headers: [
                ("host", "examplebucket.s3.amazonaws.com"),
                ("range", "bytes=0-9"),
                ("x-amz-content-sha256", empty),
                ("x-amz-date", "20130524T000000Z"),
            ]
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect(),
            body: hyper::body::Bytes::new(),
            now: Timestamp::UNIX_EPOCH,
            settle: std::time::Duration::ZERO,
            params: Vec::new(),
        };
        let request = canonical_request(&call, authorization.signed_headers, empty);
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            signature(&authorization, "20130524T000000Z", &request, secret),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }
}
