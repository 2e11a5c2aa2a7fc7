//! Emptying a bucket, through R2's S3 API: the REST API has no list of objects.

use super::{Jurisdiction, R2};
use crate::{
    aws::{
        Aws, AwsConfig, StaticCredentials,
        s3::{Emptied, Emptying, Progress},
    },
    call::Call,
    error::ApiError,
};

/// The one region of R2.
const REGION: &str = "auto";

impl R2 {
    /// Removes everything in the bucket, unfinished uploads included, in batches, and reports after each one.
    ///
    /// # Errors
    /// As [`S3::empty`](crate::aws::s3::S3::empty), and what finding out account and keys fails with.
    pub async fn empty(
        &self,
        call: &Call,
        bucket: &str,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Emptied, ApiError> {
        let account = self.account(call).await?;
        let keys = self.cloudflare.r2_credentials(call).await?;
        let config = AwsConfig {
            region: Some(REGION.to_owned()),
            credentials: Some(StaticCredentials {
                access_key: keys.access_key_id,
                secret_key: keys.secret_access_key,
                session_token: None,
            }),
            endpoint: Some(self.address(&account)),
            s3_use_path_style: Some(true),
            skip_metadata_api_check: true,
            ..AwsConfig::default()
        };
        let s3 = Aws::new(config, self.cloudflare.policy().twin()).s3(None);
        let how = Emptying { without_versions: true, ..Emptying::default() };
        s3.empty(call, bucket, how, progress).await
    }

    /// Where the S3 API is for the buckets of this handle.
    ///
    /// # Errors
    /// See [`Cloudflare::account_id`](crate::cloudflare::Cloudflare::account_id).
    pub async fn s3_endpoint(&self, call: &Call) -> Result<String, ApiError> {
        Ok(self.address(&self.account(call).await?))
    }

    fn address(&self, account: &str) -> String {
        s3_endpoint(self.cloudflare.0.config.r2_endpoint.as_deref(), account, self.jurisdiction)
    }
}

/// Where R2's S3 API is. A jurisdiction stands behind the account id.
fn s3_endpoint(configured: Option<&str>, account: &str, jurisdiction: Jurisdiction) -> String {
    let base = match configured {
        Some(configured) => configured.to_owned(),
        None => format!("https://{account}.r2.cloudflarestorage.com"),
    };
    match jurisdiction {
        Jurisdiction::Default => base,
        jurisdiction => base.replacen(account, &format!("{account}.{jurisdiction}"), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jurisdiction_has_an_address_of_its_own() {
        let check = |configured, jurisdiction, expected| {
            assert_eq!(s3_endpoint(configured, "0a1b", jurisdiction), expected);
        };
        check(None, Jurisdiction::Default, "https://0a1b.r2.cloudflarestorage.com");
        check(None, Jurisdiction::Eu, "https://0a1b.eu.r2.cloudflarestorage.com");
        let double = Some("http://127.0.0.1:4000/r2/0a1b/");
        check(double, Jurisdiction::Default, "http://127.0.0.1:4000/r2/0a1b/");
        check(double, Jurisdiction::FedrampHigh, "http://127.0.0.1:4000/r2/0a1b.fedramp-high/");
    }
}
