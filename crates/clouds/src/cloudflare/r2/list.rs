//! The buckets of an account and jurisdiction, a page at a time.

use reqwest::Method;
use serde::Deserialize;

use super::{Bucket, R2, looks};
use crate::{call::Call, error::ApiError, http::segment, page::Page, policy::Operation};

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    buckets: Vec<Bucket>,
}

const LIST: Operation = looks("List Buckets");

/// Cloudflare's own bound for one page.
const PER_PAGE: usize = 1000;

impl R2 {
    /// Some of the buckets, by name: those whose name contains a text, `at_most` of them, from where another page says
    /// that the list goes on.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn buckets(
        &self,
        call: &Call,
        name_contains: Option<&str>,
        at_most: usize,
        from: Option<&str>,
    ) -> Result<Page<Bucket>, ApiError> {
        let mut path = format!("?per_page={}", at_most.clamp(1, PER_PAGE));
        for (parameter, value) in [("name_contains", name_contains), ("cursor", from)] {
            if let Some(value) = value {
                path += &format!("&{parameter}={}", segment(value));
            }
        }
        let page = self.ask::<Listed>(call, LIST, Method::GET, &path, |request| request).await?;
        Ok(Page { items: page.result.buckets, next: page.page.next_cursor() })
    }
}
