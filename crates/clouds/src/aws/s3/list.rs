//! The buckets of an account, a page at a time.

use super::{S3, looks};
use crate::{call::Call, error::ApiError, page::Page, policy::Operation};

const LIST_BUCKETS: Operation = looks("ListBuckets", "s3:ListAllMyBuckets");

/// S3's own bound for one page.
const PER_PAGE: usize = 10_000;

impl S3 {
    /// The names of some of the account's buckets: those whose name begins with `prefix`, `at_most` of them, from where
    /// another page says that the list goes on.
    ///
    /// A handle of a region lists the buckets that are there, which only that region answers; one without a region of
    /// its own lists those of all regions.
    ///
    /// # Errors
    /// What S3 answers.
    pub async fn buckets(
        &self,
        call: &Call,
        prefix: Option<&str>,
        at_most: usize,
        from: Option<&str>,
    ) -> Result<Page<String>, ApiError> {
        // Without a number S3 gives no pages, and refuses to answer for an account with very many buckets.
        let at_most = at_most.clamp(1, PER_PAGE) as i32;
        let answer = self
            .send(call, LIST_BUCKETS, |client| {
                client
                    .list_buckets()
                    .set_prefix(prefix.map(str::to_owned))
                    .set_bucket_region(self.region.clone())
                    .max_buckets(at_most)
                    .set_continuation_token(from.map(str::to_owned))
                    .send()
            })
            .await?;
        let names = answer.buckets.unwrap_or_default().into_iter().filter_map(|bucket| bucket.name);
        let next = answer.continuation_token.filter(|token| !token.is_empty());
        Ok(Page { items: names.collect(), next })
    }
}
