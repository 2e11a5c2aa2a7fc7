//! A schema as something else: a Registry page, a JSON Schema.
//!
//! ```
//! use tfplugin::render::{Page, json_schema, schema_page};
//! use tfplugin::{Model, schema_of};
//!
//! /// A message queue.
//! #[derive(Model)]
//! struct Queue {
//!     /// Its name.
//!     #[tf(replace, length = "1..=63")]
//!     name: String,
//! }
//!
//! let schema = schema_of::<Queue>();
//! let example = r#"resource "acme_queue" "orders" { name = "orders" }"#;
//! let page = Page {
//!     name: "acme_queue",
//!     provider: "acme",
//!     what: "Resource",
//!     examples: vec![(String::new(), example.into())],
//!     ..Page::default()
//! };
//! let page = schema_page(&page, &schema);
//! assert!(page.contains("- `name` (String) Its name. Between `1` and `63` characters. Changing this replaces"));
//!
//! let json = json_schema("https://acme.example/queue.json", "acme_queue", &schema);
//! assert_eq!(json.as_value()["properties"]["name"]["maxLength"], 63);
//! ```

mod json_schema;
mod markdown;

pub use json_schema::json_schema;
pub use markdown::{Page, function_page, import_section, index_page, schema_page};
