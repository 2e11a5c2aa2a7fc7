//! The little XML that S3 needs: elements out, structs in.

use axum::http::StatusCode;
use quick_xml::escape::escape;
use serde::de::DeserializeOwned;

use crate::call::Reply;

const NAMESPACE: &str = r#" xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#;

/// An element under construction.
#[derive(Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: &'static str,
    content: String,
}

impl Element {
    /// An element within another.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, attributes: "", content: String::new() }
    }

    /// The root of an answer.
    pub(super) fn document(name: &'static str) -> Self {
        Self { attributes: NAMESPACE, ..Self::new(name) }
    }

    /// The root of an answer without S3's namespace, which errors lack.
    pub(super) fn bare(name: &'static str) -> Self {
        Self::new(name)
    }

    /// The same with another element at its end.
    pub(super) fn child(mut self, child: Self) -> Self {
        self.content += &child.written();
        self
    }

    /// The same with an element of nothing but text at its end.
    pub(super) fn text(self, name: &'static str, text: impl AsRef<str>) -> Self {
        self.child(Self::new(name).content(text))
    }

    /// The same with text at its end.
    pub(super) fn content(mut self, text: impl AsRef<str>) -> Self {
        self.content += &escape(text.as_ref());
        self
    }

    /// The element as an answer.
    pub(super) fn reply(self, status: StatusCode) -> Reply {
        let document = format!(r#"<?xml version="1.0" encoding="UTF-8"?>{}"#, self.written());
        Reply::bytes(status, "application/xml", document.into())
    }

    fn written(self) -> String {
        let Self { name, attributes, content } = self;
        format!("<{name}{attributes}>{content}</{name}>")
    }
}

/// A document as `T`, or nothing where it is not one.
pub(super) fn parse<T: DeserializeOwned>(document: &[u8]) -> Option<T> {
    quick_xml::de::from_str(std::str::from_utf8(document).ok()?).ok()
}
