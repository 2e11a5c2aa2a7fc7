//! Judges answers by the vendors' own OpenAPI documents.
