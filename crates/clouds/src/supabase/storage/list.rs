//! The buckets of a project, a page at a time.

use reqwest::Method;

use super::{Bucket, Storage, bucket::Row, looks};
use crate::{call::Call, error::ApiError, http::segment, page::Page, policy::Operation};

const LIST: Operation = looks("Gets all buckets");

/// Storage sets no bound for one page: this is what it sets for other lists.
const PER_PAGE: usize = 1000;

impl Storage {
    /// Some of the buckets for files, by name: those whose name contains a text, `at_most` of them, from where another
    /// page says that the list goes on, which is the number of buckets before it.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn buckets(
        &self,
        call: &Call,
        search: Option<&str>,
        at_most: usize,
        from: Option<usize>,
    ) -> Result<Page<Bucket, usize>, ApiError> {
        let (limit, offset) = (at_most.clamp(1, PER_PAGE), from.unwrap_or_default());
        let mut path = format!("/bucket?limit={limit}&offset={offset}&sortColumn=name&sortOrder=asc");
        if let Some(search) = search {
            path += &format!("&search={}", segment(search));
        }
        let rows: Vec<Row> = self.ask(call, LIST, Method::GET, &path, None).await?;
        // A server that is too old for pages answers with everything.
        let next = (rows.len() == limit).then_some(offset + limit);
        Ok(Page { items: rows.into_iter().filter(Row::is_for_files).map(Bucket::from).collect(), next })
    }
}
