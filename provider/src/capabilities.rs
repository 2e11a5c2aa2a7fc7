//! What each cloud offers of a resource, in one table: source of plan errors, of the page's table and of
//! `schemas/capabilities.json`.

use serde_json::{Value, json};
use tfplugin::{Draft, Report};

/// A cloud, as the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// AWS S3.
    Aws,
    /// Cloudflare R2.
    Cloudflare,
    /// Supabase Storage.
    Supabase,
}

impl Target {
    /// The columns, in order.
    pub const ALL: [Self; 3] = [Self::Aws, Self::Cloudflare, Self::Supabase];

    /// The target's attribute.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Cloudflare => "cloudflare",
            Self::Supabase => "supabase",
        }
    }

    /// What its vendor calls it.
    pub const fn product(self) -> &'static str {
        match self {
            Self::Aws => "AWS S3",
            Self::Cloudflare => "Cloudflare R2",
            Self::Supabase => "Supabase Storage",
        }
    }
}

/// What one cloud makes of one capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Offered, by this attribute of the target.
    Offered(&'static str),
    /// Not offered. Where `attribute` is given, setting it is refused at plan with these words.
    Missing {
        /// The attribute that users of other clouds would look for.
        attribute: Option<&'static str>,
        /// What the vendor has instead, in its own terms; a full sentence.
        term: &'static str,
        /// The one thing to do; a full sentence.
        next: &'static str,
    },
}

use Cell::{Missing, Offered};

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// What it is, for people.
    pub title: &'static str,
    /// In the order of [`Target::ALL`].
    pub cells: [Cell; 3],
}

const fn refused(attribute: &'static str, term: &'static str, next: &'static str) -> Cell {
    Missing { attribute: Some(attribute), term, next }
}

const fn absent(term: &'static str, next: &'static str) -> Cell {
    Missing { attribute: None, term, next }
}

/// Capabilities of `slipway_storage_bucket`.
pub const STORAGE_BUCKET: &[Capability] = &[
    Capability {
        title: "Public access",
        cells: [Offered("public_access_block"), Offered("r2_dev_enabled"), Offered("public")],
    },
    Capability {
        title: "Place",
        cells: [
            Offered("region"),
            Offered("location_hint"),
            refused(
                "region",
                "Supabase Storage keeps every bucket in the region of its project.",
                "Remove `region`, or choose a project in that region.",
            ),
        ],
    },
    Capability {
        title: "Jurisdiction",
        cells: [
            absent("S3 keeps what is in a region there.", "Choose the `region`."),
            Offered("jurisdiction"),
            refused(
                "jurisdiction",
                "Supabase Storage has no jurisdictions; a project's region is all there is.",
                "Remove `jurisdiction`, or choose a project in that region.",
            ),
        ],
    },
    Capability {
        title: "Storage class of new objects",
        cells: [
            absent("S3 takes the storage class with each upload.", "Move objects with `lifecycle_rules`."),
            Offered("storage_class"),
            refused(
                "storage_class",
                "Supabase Storage has one storage class.",
                "Remove `storage_class`, or keep the bucket on AWS or Cloudflare.",
            ),
        ],
    },
    Capability {
        title: "CORS",
        cells: [
            Offered("cors_rules"),
            Offered("cors_rules"),
            refused(
                "cors_rules",
                "Supabase Storage answers pages of every origin; who may do what is decided by row-level security policies.",
                "Remove `cors_rules`, and write policies on `storage.objects`.",
            ),
        ],
    },
    Capability {
        title: "Lifecycle",
        cells: [
            Offered("lifecycle_rules"),
            Offered("lifecycle_rules"),
            refused(
                "lifecycle_rules",
                "Supabase Storage has no object lifecycle.",
                "Remove `lifecycle_rules`, and remove old objects by a scheduled function (`pg_cron`).",
            ),
        ],
    },
    Capability {
        title: "Versioning",
        cells: [
            Offered("versioning"),
            refused(
                "versioning",
                "R2 keeps no versions of objects; bucket locks keep objects from being overwritten.",
                "Remove `versioning`, or keep the bucket on AWS.",
            ),
            refused(
                "versioning",
                "Supabase Storage keeps no versions of objects.",
                "Remove `versioning`, or keep the bucket on AWS.",
            ),
        ],
    },
    Capability {
        title: "Choice of encryption",
        cells: [
            Offered("encryption"),
            refused(
                "encryption",
                "R2 encrypts every object with keys of its own (AES-256); other keys come with each upload (SSE-C).",
                "Remove `encryption`.",
            ),
            refused(
                "encryption",
                "Supabase encrypts all data at rest with keys of its own (AES-256).",
                "Remove `encryption`.",
            ),
        ],
    },
    Capability {
        title: "Write-once protection",
        cells: [
            Offered("object_lock"),
            refused(
                "object_lock",
                "R2 has bucket locks instead of S3's object lock, and this resource does not set them.",
                "Remove `object_lock`, and set a bucket lock with `wrangler r2 bucket lock`.",
            ),
            refused(
                "object_lock",
                "Supabase Storage has no write-once protection.",
                "Remove `object_lock`, or keep the bucket on AWS.",
            ),
        ],
    },
    Capability {
        title: "Access policy",
        cells: [
            Offered("policy"),
            refused(
                "policy",
                "R2 has no bucket policies; who may do what is decided by API tokens.",
                "Remove `policy`, and make an API token for this bucket.",
            ),
            refused(
                "policy",
                "Supabase Storage decides by row-level security policies in the project's database.",
                "Remove `policy`, and write policies on `storage.objects`.",
            ),
        ],
    },
    Capability {
        title: "Website",
        cells: [
            Offered("website"),
            refused(
                "website",
                "R2 serves objects only; websites are served by Workers static assets or Pages.",
                "Remove `website`, or serve the site by a Worker.",
            ),
            refused(
                "website",
                "Supabase Storage serves objects only, and HTML as plain text.",
                "Remove `website`, or keep the site on AWS or Cloudflare.",
            ),
        ],
    },
    Capability {
        title: "Access logs",
        cells: [
            Offered("logging"),
            refused(
                "logging",
                "R2 writes no access logs into a bucket; Logpush and event notifications do that for an account.",
                "Remove `logging`, or set up Logpush.",
            ),
            refused(
                "logging",
                "Supabase keeps the logs of Storage in its Logs Explorer; log drains send them on.",
                "Remove `logging`, or set up a log drain.",
            ),
        ],
    },
    Capability {
        title: "Tags",
        cells: [
            Offered("tags"),
            refused("tags", "R2 has no tags.", "Remove `tags`."),
            refused("tags", "Supabase Storage has no tags.", "Remove `tags`."),
        ],
    },
    Capability {
        title: "Host names of one's own",
        cells: [
            absent("S3 serves host names of one's own through CloudFront.", "Put CloudFront in front."),
            Offered("custom_domains"),
            refused(
                "custom_domains",
                "Supabase has one custom domain for a whole project, not one for a bucket.",
                "Remove `custom_domains`, and set the project's custom domain.",
            ),
        ],
    },
    Capability {
        title: "Largest object",
        cells: [
            absent(
                "S3 has no limit of a bucket; an upload policy (presigned POST) has one.",
                "Limit uploads where they are signed.",
            ),
            refused(
                "file_size_limit",
                "R2 has no limit of a bucket; its own is 5 TiB an object.",
                "Remove `file_size_limit`, and limit uploads where they are signed.",
            ),
            Offered("file_size_limit"),
        ],
    },
    Capability {
        title: "Allowed media types",
        cells: [
            absent("S3 takes any media type.", "Limit uploads where they are signed."),
            refused(
                "allowed_mime_types",
                "R2 takes any media type.",
                "Remove `allowed_mime_types`, and limit uploads where they are signed.",
            ),
            Offered("allowed_mime_types"),
        ],
    },
];

/// Refuses an attribute that the cloud has nothing for, if it is set.
pub(crate) fn refuse<T>(target: Target, attribute: &str, draft: &Draft<T>, report: &mut Report) {
    if draft.is_null() {
        return;
    }
    let cells = STORAGE_BUCKET.iter().map(|row| row.cells[target as usize]);
    let missing = cells.filter_map(|cell| match cell {
        Missing { attribute: Some(name), term, next } if name == attribute => Some((term, next)),
        _ => None,
    });
    for (term, next) in missing {
        let fact = format!("{} has no `{attribute}`", target.product());
        report.error(draft, fact, format!("{term}\n{next}"));
    }
}

/// The table, for machines.
pub fn json() -> Value {
    let cell = |cell: &Cell| match cell {
        Offered(attribute) => json!({ "offered": true, "attribute": attribute }),
        Missing { attribute, term, next } => {
            json!({ "offered": false, "attribute": attribute, "term": term, "next": next })
        }
    };
    let row = |row: &Capability| {
        let cells = Target::ALL.iter().zip(&row.cells);
        let cells = cells.map(|(target, content)| (target.attribute().to_owned(), cell(content)));
        json!({ "capability": row.title, "targets": cells.collect::<serde_json::Map<_, _>>() })
    };
    json!({ "slipway_storage_bucket": STORAGE_BUCKET.iter().map(row).collect::<Vec<_>>() })
}

/// The section of the resource's page; none for resources that are on one cloud.
pub fn section(resource: &str) -> Option<String> {
    if resource != "slipway_storage_bucket" {
        return None;
    }
    let mut out = String::from("## What each cloud offers\n\n| |");
    for target in Target::ALL {
        out.push_str(&format!(" {} |", target.product()));
    }
    out.push_str("\n|---|---|---|---|\n");
    for row in STORAGE_BUCKET {
        out.push_str(&format!("| {} |", row.title));
        for cell in &row.cells {
            match cell {
                Offered(attribute) => out.push_str(&format!(" `{attribute}` |")),
                Missing { term, .. } => out.push_str(&format!(" no: {term} |")),
            }
        }
        out.push('\n');
    }
    out.push_str("\nWhat a cloud does not offer is refused at plan.\n");
    Some(out)
}
