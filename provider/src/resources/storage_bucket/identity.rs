//! What tells a bucket from every other one: `aws:assets`, `cloudflare:ACCOUNT/JURISDICTION/assets`,
//! `supabase:PROJECT/assets`.

use clouds::supabase::is_project_ref;
use tfplugin::{Choice, Identity, Invalid, Model};

/// The clouds that buckets can be on.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// AWS S3.
    #[tf("aws")]
    Aws,
    /// Cloudflare R2.
    #[tf("cloudflare")]
    Cloudflare,
    /// Supabase Storage.
    #[tf("supabase")]
    Supabase,
}

/// What tells a bucket from every other one.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct StorageBucketIdentity {
    /// The cloud it is on.
    pub cloud: Cloud,
    /// Its name.
    pub name: String,
    /// The account of Cloudflare.
    pub account_id: Option<String>,
    /// The jurisdiction of R2; `default` where there is none.
    pub jurisdiction: Option<String>,
    /// Reference of the Supabase project.
    pub project_ref: Option<String>,
}

impl StorageBucketIdentity {
    /// A bucket on S3.
    pub(super) fn aws(name: &str) -> Self {
        let (account_id, jurisdiction, project_ref) = (None, None, None);
        Self { cloud: Cloud::Aws, name: name.to_owned(), account_id, jurisdiction, project_ref }
    }

    /// A bucket on R2.
    pub(super) fn cloudflare(account: &str, jurisdiction: &str, name: &str) -> Self {
        Self {
            cloud: Cloud::Cloudflare,
            account_id: Some(account.to_owned()),
            jurisdiction: Some(jurisdiction.to_owned()),
            ..Self::aws(name)
        }
    }

    /// A bucket on Supabase Storage.
    pub(super) fn supabase(project: &str, name: &str) -> Self {
        Self { cloud: Cloud::Supabase, project_ref: Some(project.to_owned()), ..Self::aws(name) }
    }
}

impl Identity for StorageBucketIdentity {
    fn parse(id: &str) -> Result<Self, Invalid> {
        let refuse = || {
            Invalid::new(
                "is not that of a bucket",
                "Write `aws:NAME`, `cloudflare:ACCOUNT/JURISDICTION/NAME` (the jurisdiction of most buckets is \
                 `default`) or `supabase:PROJECT/NAME`.",
            )
        };
        let (cloud, rest) = match id.split_once(':') {
            Some((cloud, rest)) => (cloud, rest),
            // What the clouds' own ids look like: a name is one of S3, a reference or an account comes before a slash.
            None => match id.split('/').collect::<Vec<_>>().as_slice() {
                [_] => ("aws", id),
                [project, _] if is_project_ref(project) => ("supabase", id),
                [account, _, _] if is_account(account) => ("cloudflare", id),
                _ => return Err(refuse()),
            },
        };
        let parts: Vec<&str> = rest.split('/').collect();
        if parts.iter().any(|part| part.is_empty() || part.contains(':')) {
            return Err(refuse());
        }
        match (cloud, parts.as_slice()) {
            ("aws", [name]) => Ok(Self::aws(name)),
            ("cloudflare", [account, jurisdiction, name]) => {
                Ok(Self::cloudflare(account, jurisdiction, name))
            }
            ("supabase", [project, name]) => Ok(Self::supabase(project, name)),
            _ => Err(refuse()),
        }
    }

    fn id(&self) -> String {
        let part = |part: &Option<String>, default: &str| part.clone().unwrap_or_else(|| default.to_owned());
        let place = match self.cloud {
            Cloud::Aws => String::new(),
            Cloud::Cloudflare => {
                format!("{}/{}/", part(&self.account_id, ""), part(&self.jurisdiction, "default"))
            }
            Cloud::Supabase => format!("{}/", part(&self.project_ref, "")),
        };
        format!("{}:{place}{}", self.cloud.as_str(), self.name)
    }
}

/// Thirty-two hexadecimal digits.
fn is_account(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back() {
        let account = "0123456789abcdef0123456789abcdef";
        let r2 = format!("cloudflare:{account}/eu/assets");
        for (written, canonical) in [
            ("aws:assets", "aws:assets"),
            ("assets", "aws:assets"),
            (r2.as_str(), r2.as_str()),
            (&r2[11..], r2.as_str()),
            ("supabase:abcdefghijklmnopqrst/my assets", "supabase:abcdefghijklmnopqrst/my assets"),
            ("abcdefghijklmnopqrst/assets", "supabase:abcdefghijklmnopqrst/assets"),
            ("supabase:local/assets", "supabase:local/assets"),
        ] {
            assert_eq!(StorageBucketIdentity::parse(written).unwrap().id(), canonical);
        }
    }

    #[test]
    fn what_names_no_bucket_is_refused() {
        for id in [
            "",
            "aws:",
            "gcp:assets",
            "aws:a/b",
            "aws:a:b",
            "arn:aws:s3:::assets",
            "cloudflare:assets",
            "cloudflare:a/b",
            "cloudflare:a//b",
            "supabase:assets",
            "supabase:a/b/c",
            "local/assets",
        ] {
            assert!(StorageBucketIdentity::parse(id).is_err(), "{id}");
        }
    }
}
