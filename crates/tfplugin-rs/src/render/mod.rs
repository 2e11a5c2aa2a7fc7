//! A schema as something else: a Registry page, a JSON Schema.

mod json_schema;
mod markdown;

pub use json_schema::json_schema;
pub use markdown::{Page, function_page, import_section, index_page, schema_page};
