//! What is compared: the same buckets by our provider and by hashicorp/aws, and as many resources of no provider.

use acceptance_tests::providers::PACKAGE;
use acceptance_tests::{AwsMirror, Cli, Project, Providers, Settings, Stack};
use anyhow::{Context as _, Result, anyhow};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Subject {
    /// `slipway_storage_bucket` on S3.
    #[serde(rename = "slipway")]
    Slipway,
    /// The same on Cloudflare R2.
    #[serde(rename = "slipway on R2")]
    SlipwayOnR2,
    /// The same on Supabase Storage.
    #[serde(rename = "slipway on Supabase")]
    SlipwayOnSupabase,
    /// `terraform_data`: what Terraform costs without any provider.
    #[serde(rename = "floor")]
    Floor,
    /// `terraform_data` with as many bytes in the state as a bucket has: Terraform writes and copies states whole.
    #[serde(rename = "floor with the state of a bucket")]
    FloorOfSize,
    /// The smallest provider that the framework's examples have: a resource of three attributes.
    #[serde(rename = "notes")]
    Notes,
    /// The resources of hashicorp/aws that make the same bucket.
    #[serde(rename = "hashicorp/aws")]
    HashicorpAws,
}

impl Subject {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Slipway => "slipway",
            Self::SlipwayOnR2 => "slipway on R2",
            Self::SlipwayOnSupabase => "slipway on Supabase",
            Self::Floor => "terraform_data",
            Self::FloorOfSize => "terraform_data as large",
            Self::Notes => "example/notes",
            Self::HashicorpAws => "hashicorp/aws",
        }
    }

    /// Whether its buckets are in the sandbox of Supabase and Cloudflare.
    pub(super) fn is_in_the_sandbox(self) -> bool {
        matches!(self, Self::SlipwayOnR2 | Self::SlipwayOnSupabase)
    }

    /// Namespace and name of the built provider that it is offered.
    fn source(self) -> &'static str {
        match self {
            Self::Notes => "example/notes",
            _ => "slipway/slipway",
        }
    }

    /// How the file name of its provider begins.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Slipway | Self::SlipwayOnR2 | Self::SlipwayOnSupabase => PACKAGE,
            Self::Floor | Self::FloorOfSize => "(none)",
            Self::Notes => "terraform-provider-notes",
            Self::HashicorpAws => "terraform-provider-aws",
        }
    }

    /// `count` buckets with the features that ours has unasked, and versioning, encryption and tags.
    fn configuration(self, count: usize) -> String {
        let body = match self {
            Self::Slipway => SLIPWAY,
            Self::SlipwayOnR2 => SLIPWAY_ON_R2,
            Self::SlipwayOnSupabase => SLIPWAY_ON_SUPABASE,
            Self::Floor => FLOOR,
            Self::FloorOfSize => FLOOR_OF_SIZE,
            Self::Notes => NOTES,
            Self::HashicorpAws => HASHICORP_AWS,
        };
        body.replace("COUNT", &count.to_string())
    }
}

const FLOOR: &str = r#"
resource "terraform_data" "bench" {
  count = COUNT
  input = "bench-${count.index}"
}
"#;

/// What goes in comes out again, each with its type, so that five attributes fill as much as a bucket's forty.
const FLOOR_OF_SIZE: &str = r#"
resource "terraform_data" "bench" {
  count = COUNT
  input = {
    arn                = "arn:aws:s3:::bench-${count.index}"
    bucket_domain_name = "bench-${count.index}.s3.amazonaws.com"
    name               = "bench-${count.index}"
    tags               = { index = "${count.index}" }
    versioned          = true
  }
}
"#;

const NOTES: &str = r#"
terraform {
  required_providers {
    notes = { source = "example/notes" }
  }
}

resource "notes_note" "bench" {
  count = COUNT
  path  = "${path.root}/.tmp/note-${count.index}"
  text  = "bench-${count.index}"
}
"#;

const SLIPWAY: &str = r#"
terraform {
  required_providers {
    slipway = { source = "slipway/slipway" }
  }
}

resource "slipway_storage_bucket" "bench" {
  count = COUNT
  name  = "bench-${count.index}"
  aws = {
    versioning = "Enabled"
    encryption = { sse_algorithm = "AES256" }
    tags       = { index = "${count.index}" }
  }
}
"#;

const SLIPWAY_ON_R2: &str = r#"
terraform {
  required_providers {
    slipway = { source = "slipway/slipway" }
  }
}

resource "slipway_storage_bucket" "bench" {
  count = COUNT
  name  = "bench-${count.index}"
  cloudflare = {
    lifecycle_rules = [{ id = "tidy", abort_multipart_uploads_transition = { max_age = "7d" } }]
  }
}
"#;

const SLIPWAY_ON_SUPABASE: &str = r#"
terraform {
  required_providers {
    slipway = { source = "slipway/slipway" }
  }
}

variable "supabase_project_ref" {
  type = string
}

resource "slipway_storage_bucket" "bench" {
  count = COUNT
  name  = "bench-${count.index}"
  supabase = {
    project_ref     = var.supabase_project_ref
    file_size_limit = "5MB"
  }
}
"#;

const HASHICORP_AWS: &str = r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
}

resource "aws_s3_bucket" "bench" {
  count  = COUNT
  bucket = "bench-${count.index}"
  tags   = { index = "${count.index}" }
}

resource "aws_s3_bucket_public_access_block" "bench" {
  count                   = COUNT
  bucket                  = aws_s3_bucket.bench[count.index].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "bench" {
  count  = COUNT
  bucket = aws_s3_bucket.bench[count.index].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "bench" {
  count  = COUNT
  bucket = aws_s3_bucket.bench[count.index].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "bench" {
  count  = COUNT
  bucket = aws_s3_bucket.bench[count.index].id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "bench" {
  count  = COUNT
  bucket = aws_s3_bucket.bench[count.index].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.bench[count.index].arn, "${aws_s3_bucket.bench[count.index].arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
"#;

/// A folder below the target directory in which `count` buckets of a subject are configured and initialised.
pub(super) fn prepare(
    subject: Subject,
    count: usize,
    cli: &Cli,
    settings: &Settings,
    program: &Path,
    aws: Option<&AwsMirror>,
    environment: &[(String, String)],
) -> Result<Stack> {
    let name = subject.name().replace(['/', ' '], "-");
    let folder = Project::get().target.join("bench").join(format!("{name}-{count}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let providers = Providers::offer_as(subject.source(), program, cli, aws, &folder.join(".tmp"))?;
    let mut stack = Stack::new(cli, Some(&providers), &settings.path, &folder)?;
    for (name, value) in environment {
        stack.set(name, value);
    }
    stack.configure(&subject.configuration(count));
    stack.init().check().map_err(|story| anyhow!(story))?;
    Ok(stack)
}
