//! The HTTP methods that CORS can allow, on S3 and on R2 alike.

use tfplugin::Choice;

/// An HTTP method that CORS can allow.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Read.
    #[tf("GET")]
    Get,
    /// Write.
    #[tf("PUT")]
    Put,
    /// Upload from a form.
    #[tf("POST")]
    Post,
    /// Remove.
    #[tf("DELETE")]
    Delete,
    /// Look.
    #[tf("HEAD")]
    Head,
}
