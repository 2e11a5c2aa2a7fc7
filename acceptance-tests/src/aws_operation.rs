//! The name of the AWS operation that a request asks for, such as `s3.PutBucketPolicy`.

use hyper::http::request::Parts;

/// Sub-resources of a bucket that are read, written and deleted under one name.
const BUCKET_PARTS: [(&str, &str); 21] = [
    ("accelerate", "BucketAccelerateConfiguration"),
    ("acl", "BucketAcl"),
    ("cors", "BucketCors"),
    ("encryption", "BucketEncryption"),
    ("intelligent-tiering", "BucketIntelligentTieringConfiguration"),
    ("inventory", "BucketInventoryConfiguration"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("location", "BucketLocation"),
    ("logging", "BucketLogging"),
    ("metrics", "BucketMetricsConfiguration"),
    ("notification", "BucketNotificationConfiguration"),
    ("object-lock", "ObjectLockConfiguration"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("policy", "BucketPolicy"),
    ("policyStatus", "BucketPolicyStatus"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("replication", "BucketReplication"),
    ("requestPayment", "BucketRequestPayment"),
    ("tagging", "BucketTagging"),
    ("versioning", "BucketVersioning"),
    ("website", "BucketWebsite"),
];

/// Names the operation of a signed request; an unsigned or unknown one is named by its method and path.
///
/// The service comes from the credential scope. The operation comes from the target header, from the `Action` of
/// a form, or, for S3 addressed by path, from the method and the sub-resource.
#[must_use]
pub fn name(request: &Parts, body: &[u8]) -> String {
    let header =
        |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = header("authorization").split("Credential=").nth(1).and_then(|scope| scope.split('/').nth(3));
    let Some(service) = scope else {
        return format!("{} {}", request.method, request.uri.path());
    };
    let action = || {
        String::from_utf8_lossy(body)
            .split('&')
            .find_map(|pair| Some(pair.strip_prefix("Action=")?.to_owned()))
    };
    let operation = if let Some((_, operation)) = header("x-amz-target").rsplit_once('.') {
        operation.to_owned()
    } else if service == "s3" {
        s3(request)
    } else if let Some(action) = action() {
        action
    } else {
        return format!("{service} {} {}", request.method, request.uri.path());
    };
    format!("{service}.{operation}")
}

fn s3(request: &Parts) -> String {
    let query: Vec<&str> = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or(pair))
        .collect();
    let asked = |name: &str| query.contains(&name);
    let (bucket, key) = request
        .uri
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((request.uri.path().trim_start_matches('/'), ""));
    let verb = match request.method.as_str() {
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        "POST" => "Post",
        _ => "Get",
    };
    if bucket.is_empty() {
        return "ListBuckets".to_owned();
    }
    if !key.is_empty() {
        let part = match () {
            () if asked("tagging") => "ObjectTagging",
            () if asked("retention") => "ObjectRetention",
            () if asked("legal-hold") => "ObjectLegalHold",
            () if asked("acl") => "ObjectAcl",
            () => "Object",
        };
        return format!("{verb}{part}");
    }
    if let Some((_, part)) = BUCKET_PARTS.iter().find(|(parameter, _)| asked(parameter)) {
        return format!("{verb}{part}");
    }
    match verb {
        "Put" => "CreateBucket",
        "Delete" => "DeleteBucket",
        "Head" => "HeadBucket",
        "Post" if asked("delete") => "DeleteObjects",
        "Get" if asked("versions") => "ListObjectVersions",
        "Get" if asked("uploads") => "ListMultipartUploads",
        "Get" if asked("list-type") => "ListObjectsV2",
        "Get" => "ListObjects",
        _ => return format!("{verb}Bucket"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::name;
    use hyper::Request;

    fn check(method: &str, uri: &str, service: &str, body: &str, expected: &str) {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, Signature=0"
        );
        let request =
            Request::builder().method(method).uri(uri).header("authorization", scope).body(()).unwrap();
        assert_eq!(name(&request.into_parts().0, body.as_bytes()), expected, "{method} {uri}");
    }

    #[test]
    fn s3_is_named_by_method_and_sub_resource() {
        check("GET", "/?x-id=ListBuckets", "s3", "", "s3.ListBuckets");
        check("PUT", "/assets", "s3", "", "s3.CreateBucket");
        check("PUT", "/assets/", "s3", "", "s3.CreateBucket");
        check("HEAD", "/assets", "s3", "", "s3.HeadBucket");
        check("DELETE", "/assets", "s3", "", "s3.DeleteBucket");
        check("GET", "/assets?policy", "s3", "", "s3.GetBucketPolicy");
        check("GET", "/assets?policyStatus", "s3", "", "s3.GetBucketPolicyStatus");
        check("DELETE", "/assets/?lifecycle=", "s3", "", "s3.DeleteBucketLifecycleConfiguration");
        check("GET", "/assets?website", "s3", "", "s3.GetBucketWebsite");
        check("POST", "/assets?delete", "s3", "", "s3.DeleteObjects");
        check("GET", "/assets?versions&max-keys=1000", "s3", "", "s3.ListObjectVersions");
        check("GET", "/assets?list-type=2", "s3", "", "s3.ListObjectsV2");
        check("PUT", "/assets/a/b.txt?x-id=PutObject", "s3", "", "s3.PutObject");
    }

    #[test]
    fn other_services_are_named_by_action_or_by_path() {
        check("POST", "/", "sts", "Action=GetCallerIdentity&Version=2011-06-15", "sts.GetCallerIdentity");
        check("GET", "/2015-03-31/functions/f", "lambda", "", "lambda GET /2015-03-31/functions/f");
    }

    #[test]
    fn a_target_header_names_the_operation() {
        let request = Request::builder()
            .uri("/")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/budgets/aws4_request",
            )
            .header("x-amz-target", "AWSBudgetServiceGateway.DescribeBudget")
            .body(())
            .unwrap();
        assert_eq!(name(&request.into_parts().0, b""), "budgets.DescribeBudget");
    }

    #[test]
    fn an_unsigned_request_is_named_by_method_and_path() {
        let request = Request::builder().uri("/moto-api/data.json").body(()).unwrap();
        assert_eq!(name(&request.into_parts().0, b""), "GET /moto-api/data.json");
    }
}
