//! What somebody does to a bucket past Terraform: one request to the sandbox, with a token that may do everything.

use sandbox::{CloudflareAccess, SupabaseAccess};
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Calls Cloudflare below the buckets of the first account, and returns the status.
///
/// # Errors
/// The sandbox does not answer.
pub fn r2(access: &CloudflareAccess, method: &str, path: &str, body: &str) -> io::Result<u16> {
    let url = format!("{}/accounts/{}/r2/buckets{path}", access.url, access.account_id);
    call(&url, &access.token, method, body)
}

/// Calls the Storage API of the first project, and returns the status.
///
/// # Errors
/// The sandbox does not answer.
pub fn storage(access: &SupabaseAccess, method: &str, path: &str, body: &str) -> io::Result<u16> {
    call(&format!("{}{path}", access.storage_url), &access.service_role_key, method, body)
}

/// Calls the Management API below the first project, and returns the status.
///
/// # Errors
/// The sandbox does not answer.
pub fn management(access: &SupabaseAccess, method: &str, path: &str, body: &str) -> io::Result<u16> {
    let url = format!("{}/v1/projects/{}{path}", access.url, access.project_ref);
    call(&url, &access.access_token, method, body)
}

fn call(url: &str, token: &str, method: &str, body: &str) -> io::Result<u16> {
    let unexpected = || io::Error::other(format!("{method} {url} was not answered as the sandbox answers"));
    let rest = url.strip_prefix("http://").ok_or_else(unexpected)?;
    let (host, path) = rest.split_at(rest.find('/').ok_or_else(unexpected)?);
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(unexpected)
}
