//! What tells a bucket from every other one: `aws:assets`.

use tfplugin::{Choice, Identity, Invalid, Model};

/// The clouds that buckets can be on.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// AWS S3.
    #[tf("aws")]
    Aws,
}

/// What tells a bucket from every other one.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct StorageBucketIdentity {
    /// The cloud it is on.
    pub cloud: Cloud,
    /// Its name.
    pub name: String,
}

impl Identity for StorageBucketIdentity {
    fn parse(id: &str) -> Result<Self, Invalid> {
        let refuse = || Invalid::new("is not that of a bucket", "Write `aws:NAME`.");
        // A name without a cloud is a bucket of S3, whose own ids look so.
        let (cloud, name) = id.split_once(':').unwrap_or(("aws", id));
        let cloud = match cloud {
            "aws" => Cloud::Aws,
            _ => return Err(refuse()),
        };
        if name.is_empty() || name.contains([':', '/']) {
            return Err(refuse());
        }
        Ok(Self { cloud, name: name.to_owned() })
    }

    fn id(&self) -> String {
        format!("{}:{}", self.cloud.as_str(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back() {
        for (written, canonical) in [("aws:assets", "aws:assets"), ("assets", "aws:assets")] {
            assert_eq!(StorageBucketIdentity::parse(written).unwrap().id(), canonical);
        }
    }

    #[test]
    fn what_names_no_bucket_is_refused() {
        for id in ["", "aws:", "gcp:assets", "aws:a/b", "aws:a:b", "arn:aws:s3:::assets"] {
            assert!(StorageBucketIdentity::parse(id).is_err(), "{id}");
        }
    }
}
