//! The list resources against the doubles: what is found, what it costs, and what goes wrong.

use std::sync::Arc;

use sandbox::contract::Judge;
use sandbox::{Fault, FaultRule, Options, Running, Sandbox};
use serde_json::{Value as Json, json};
use slipway_provider::Slipway;
use tfplugin::codec::json::decode;
use tfplugin::{Service, Value};
use tfplugin_testkit::{Core, Listed, Verdict};
use wiremock::matchers::{any, method, path, path_regex, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const BUCKET: &str = "slipway_storage_bucket";
const SECRETS: &str = "slipway_supabase_secrets";

/// The provider, configured, and the resource that a test is about.
struct Bench {
    core: Core<Service<Slipway>>,
    resource: &'static str,
}

impl Bench {
    async fn configured(resource: &'static str, provider: Json) -> Self {
        let core = Core::start(Service::new()).await.expect("Terraform accepts the schemas");
        let config = decode(provider.to_string().as_bytes(), &core.provider_block().ty());
        core.configure(&config.expect("a provider block")).await.expect("it can be configured");
        Self { core, resource }
    }

    /// Creates an object and gives back its attributes.
    async fn create(&self, object: Json) -> Value {
        let config = decode(object.to_string().as_bytes(), &self.core.resource(self.resource).ty());
        let applied = self.core.apply(self.resource, None, &config.expect("a configuration")).await;
        applied.verdict.unwrap_or_else(|verdict| panic!("{object}: {verdict}"));
        applied.instance.expect("it was created").value
    }

    async fn destroy(&self, bucket: Value) {
        let instance = tfplugin_testkit::Instance { value: bucket, private: Vec::new(), tainted: false };
        self.core.destroy(self.resource, instance).await.verdict.expect("it is removed");
    }

    async fn list(&self, search: Json, limit: i64, with_objects: bool) -> Result<Vec<Listed>, Verdict> {
        let config = decode(search.to_string().as_bytes(), &self.core.list_config(self.resource).ty());
        self.core.list(self.resource, &config.expect("a search"), limit, with_objects).await
    }

    /// The names of what is found.
    async fn names(&self, search: Json, limit: i64) -> Vec<String> {
        let found = self.list(search, limit, false).await.expect("a list");
        assert!(found.iter().all(|listed| listed.object.is_none()));
        found.into_iter().map(|listed| listed.display_name).collect()
    }

    /// Creates the buckets, which a search must find in this order with everything that an import of each sees, and
    /// removes them. What Terraform writes down for each leaves nothing to do after its import.
    async fn finds_what_an_import_gives(&self, search: Json, buckets: &[Json]) {
        let mut created = Vec::new();
        for bucket in buckets {
            created.push(self.create(bucket.clone()).await);
        }
        let found = self.list(search, 0, true).await.expect("a list");
        assert_eq!(found.len(), buckets.len(), "{found:#?}");
        for (listed, created) in found.iter().zip(&created) {
            assert_eq!(Some(listed.display_name.as_str()), created.get("name").as_str());
            let object = listed.object.as_ref().expect("the attributes were asked for");
            assert_eq!(object.get("id"), created.get("id"));
            let imported =
                self.core.import_listed(self.resource, listed).await.expect("what is found can be imported");
            assert_eq!(&imported.value, object, "{}", listed.display_name);
            let config = self.core.generate_config(self.resource, &imported).await.expect("a configuration");
            let planned = self.core.plan(self.resource, Some(&imported), &config).await.expect("a plan");
            assert!(planned.no_op, "{}: {config:#?}", listed.display_name);
        }
        for bucket in created {
            self.destroy(bucket).await;
        }
    }
}

fn refused(found: Result<Vec<Listed>, Verdict>) -> String {
    match found.expect_err("it is refused") {
        Verdict::Refused(errors) => errors.join("\n"),
        broken @ Verdict::Broken(..) => panic!("{broken}"),
    }
}

/// The provider beside a sandbox of its own, whose answers are judged by the contracts when the test is over.
struct Cloud {
    sandbox: Running,
    bench: Bench,
}

impl Cloud {
    async fn new() -> Self {
        Self::with(BUCKET).await
    }

    async fn with(resource: &'static str) -> Self {
        let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts on free ports");
        let (cloudflare, supabase) = (sandbox.cloudflare(), sandbox.supabase());
        let bench = Bench::configured(
            resource,
            json!({
                "cloudflare": {
                    "api_token": cloudflare.token,
                    "account_id": cloudflare.account_id,
                    "endpoint": cloudflare.url,
                    "r2_endpoint": cloudflare.r2_s3_url,
                },
                "supabase": {
                    "access_token": supabase.access_token,
                    "service_key": supabase.service_role_key,
                    "endpoint": supabase.url,
                    "project_url": format!("{}/projects/{{ref}}", supabase.url),
                },
            }),
        );
        Self { bench: bench.await, sandbox }
    }

    fn project(&self) -> String {
        self.sandbox.supabase().project_ref
    }

    /// What was called since `before`: the method, and path and query behind what all of them have in common.
    fn calls_since(&self, before: usize) -> Vec<String> {
        let account = format!("/client/v4/accounts/{}/r2/", self.sandbox.cloudflare().account_id);
        let project = format!("/projects/{}/storage/v1/", self.project());
        let calls = self.sandbox.calls().into_iter().skip(before);
        calls
            .map(|call| format!("{} {}", call.method, call.path.replace(&account, "").replace(&project, "")))
            .collect()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let Some(judge) = Judge::beside_checkout() else { return };
        let findings = judge.judge_all(&self.sandbox.calls());
        if !std::thread::panicking() {
            assert!(findings.broken.is_empty(), "{findings}");
        }
    }
}

#[tokio::test]
async fn what_is_found_on_r2_is_what_an_import_of_it_gives() {
    let cloud = Cloud::new().await;
    let rule = json!([{ "allowed": { "origins": ["https://example.com"], "methods": ["GET"] } }]);
    for jurisdiction in ["default", "eu"] {
        let on = |own: Json| {
            let mut target = own;
            target["jurisdiction"] = jurisdiction.into();
            target
        };
        let search = json!({ "cloudflare": { "jurisdiction": jurisdiction } });
        cloud
            .bench
            .finds_what_an_import_gives(search, &[
                json!({ "name": "assets", "cloudflare": on(json!({ "cors_rules": rule, "r2_dev_enabled": true })) }),
                json!({ "name": "backups", "force_destroy": true, "cloudflare": on(json!({ "storage_class": "InfrequentAccess" })) }),
                json!({ "name_prefix": "uploads-", "cloudflare": on(json!({})) }),
            ])
            .await;
    }
}

#[tokio::test]
async fn what_is_found_on_supabase_is_what_an_import_of_it_gives() {
    let cloud = Cloud::new().await;
    let on = |own: Json| {
        let mut target = own;
        target["project_ref"] = cloud.project().into();
        target
    };
    let search = json!({ "supabase": { "project_ref": cloud.project() } });
    cloud
        .bench
        .finds_what_an_import_gives(search, &[
            json!({ "name": "avatars", "supabase": on(json!({ "public": true, "file_size_limit": "5MB" })) }),
            json!({ "name": "my documents", "supabase": on(json!({ "allowed_mime_types": ["application/pdf"] })) }),
            json!({ "name_prefix": "uploads-", "supabase": on(json!({})) }),
        ])
        .await;
}

#[tokio::test]
async fn what_is_found_on_s3_is_what_an_import_of_it_gives() {
    #[expect(clippy::disallowed_methods, reason = "how the test run names its double")]
    let Ok(endpoint) = std::env::var("SLIPWAY_TEST_AWS_ENDPOINT") else {
        println!("not run: no AWS double (set SLIPWAY_TEST_AWS_ENDPOINT)");
        return;
    };
    let bench = Bench::configured(BUCKET, on_s3(&endpoint)).await;
    // The double is shared with other tests.
    let prefix = format!("lists-test-{}", std::process::id());
    let bucket = |name: &str, target: Json| json!({ "name": format!("{prefix}-{name}"), "aws": target });
    bench
        .finds_what_an_import_gives(
            json!({ "aws": { "prefix": prefix } }),
            &[
                bucket("a", json!({ "versioning": "Enabled", "tags": { "team": "web" } })),
                bucket("b", json!({ "region": "us-west-2", "website": { "index_document": "index.html" } })),
            ],
        )
        .await;
}

#[tokio::test]
async fn a_search_on_r2_is_narrowed_by_cloudflare_and_costs_one_page_and_the_reads_that_are_wanted() {
    let cloud = Cloud::new().await;
    for name in ["other", "story-a", "story-b", "story-c"] {
        cloud.bench.create(json!({ "name": name, "cloudflare": {} })).await;
    }
    let search = json!({ "cloudflare": { "name_contains": "story" } });
    let before = cloud.sandbox.calls().len();
    assert_eq!(cloud.bench.names(search.clone(), 2).await, ["story-a", "story-b"]);
    assert_eq!(cloud.calls_since(before), ["GET buckets?per_page=2&name_contains=story"]);

    let before = cloud.sandbox.calls().len();
    assert_eq!(cloud.bench.list(search.clone(), 2, true).await.expect("a list").len(), 2);
    let calls = cloud.calls_since(before);
    assert_eq!(calls.iter().filter(|call| call.starts_with("GET buckets?")).count(), 1, "{calls:#?}");
    assert!(!calls.iter().any(|call| call.contains("story-c")), "{calls:#?}");
    assert_eq!(cloud.bench.names(search, 0).await.len(), 3);
}

#[tokio::test]
async fn a_search_on_supabase_is_narrowed_by_storage_and_costs_one_page_and_no_read_at_all() {
    let cloud = Cloud::new().await;
    let project = cloud.project();
    for name in ["other", "Story A", "story b", "story c"] {
        cloud.bench.create(json!({ "name": name, "supabase": { "project_ref": project } })).await;
    }
    let search = json!({ "supabase": { "project_ref": project, "search": "story" } });
    let before = cloud.sandbox.calls().len();
    let found = cloud.bench.list(search.clone(), 2, true).await.expect("a list");
    assert!(found.iter().all(|listed| listed.object.is_some()));
    assert_eq!(
        cloud.calls_since(before),
        ["GET bucket?limit=2&offset=0&sortColumn=name&sortOrder=asc&search=story"]
    );
    assert_eq!(cloud.bench.names(search, 0).await, ["Story A", "story b", "story c"]);
}

#[tokio::test]
async fn a_project_is_found_while_it_has_secrets_and_they_are_those_that_an_import_gives() {
    let cloud = Cloud::with(SECRETS).await;
    let bench = &cloud.bench;
    assert_eq!(bench.names(json!({}), 0).await, Vec::<String>::new());

    let secrets =
        json!({ "project_ref": cloud.project(), "values": { "API_KEY": "a long and random text" } });
    let secrets = bench.create(secrets).await;
    let before = cloud.sandbox.calls().len();
    let found = bench.list(json!({}), 0, true).await.expect("a list");
    let secrets_of = format!("GET /v1/projects/{}/secrets", cloud.project());
    assert_eq!(cloud.calls_since(before), ["GET /v1/projects", &secrets_of]);

    let [listed] = &found[..] else { panic!("{found:#?}") };
    assert_eq!(listed.object.as_ref(), Some(&secrets));
    let imported = bench.core.import_listed(SECRETS, listed).await.expect("what is found can be imported");
    assert_eq!(imported.value, secrets);
}

#[tokio::test]
async fn the_secrets_of_another_organizations_projects_are_not_asked_for() {
    let cloud = Cloud::with(SECRETS).await;
    assert_eq!(cloud.bench.names(json!({ "organization_slug": "nobody" }), 0).await, Vec::<String>::new());
    assert_eq!(cloud.calls_since(0), ["GET /v1/projects"]);
}

#[tokio::test]
async fn a_list_that_is_refused_says_what_was_asked_and_what_was_answered() {
    let cloud = Cloud::new().await;
    let account = "0123456789abcdef0123456789abcdef";
    let said = refused(cloud.bench.list(json!({ "cloudflare": { "account_id": account } }), 0, false).await);
    for words in [
        "The buckets on Cloudflare could not be listed",
        "Tried List Buckets on Cloudflare in account 0123456789abcdef0123456789abcdef.",
        "Cloudflare answered 403 10000: \"Authentication error\" (request ",
        "Nothing was changed.",
        "Allow `Workers R2 Storage Read` for these credentials, then query again.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[tokio::test]
async fn an_interrupt_ends_a_list_that_waits() {
    let cloud = Arc::new(Cloud::new().await);
    let wait = FaultRule::new(Fault::TooManyRequests { retry_after: Some(600) }).on("GET", "*/r2/buckets");
    cloud.sandbox.fault(wait).expect("a rule that can work");
    let listing = {
        let cloud = Arc::clone(&cloud);
        tokio::spawn(async move { cloud.bench.list(json!({ "cloudflare": {} }), 0, false).await })
    };
    while cloud.sandbox.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    cloud.bench.core.stop().await.expect("it stops");
    let said = refused(listing.await.expect("it does not panic"));
    assert!(said.contains("The operation was stopped. Cloudflare answered 429 971"), "{said}");
}

/// A provider block whose S3 is at `endpoint`.
fn on_s3(endpoint: &str) -> Json {
    json!({ "aws": {
        "region": "eu-west-1",
        "access_key": "test",
        "secret_key": "test",
        "endpoint": endpoint,
        "skip_metadata_api_check": true,
    }})
}

fn s3_error(code: &str) -> ResponseTemplate {
    let body = format!("<Error><Code>{code}</Code><Message>There is none.</Message></Error>");
    ResponseTemplate::new(404).set_body_raw(body, "application/xml")
}

fn s3_answer(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/xml")
}

/// An S3 with bare buckets, whose list comes in two pages: `apples` and `gone`, which is removed before it can be read;
/// then everything else.
async fn s3_in_two_pages(rest: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    let page = |names: &[&str], token: &str| {
        let names = names.iter().map(|name| format!("<Bucket><Name>{name}</Name></Bucket>"));
        let names = names.collect::<String>();
        s3_answer(&format!(
            "<ListAllMyBucketsResult><Buckets>{names}</Buckets>{token}</ListAllMyBucketsResult>"
        ))
    };
    let first = page(&["apples", "gone"], "<ContinuationToken>more</ContinuationToken>");
    let mock =
        |mock: wiremock::MockBuilder, answer: ResponseTemplate| mock.respond_with(answer).mount(&server);
    mock(Mock::given(path_regex("^/gone")), s3_error("NoSuchBucket")).await;
    mock(Mock::given(path("/")).and(query_param_is_missing("continuation-token")), first).await;
    mock(Mock::given(path("/")).and(query_param("continuation-token", "more")), page(rest, "")).await;
    mock(
        Mock::given(method("HEAD")),
        ResponseTemplate::new(200).insert_header("x-amz-bucket-region", "eu-west-1"),
    )
    .await;
    for (query, code) in [
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", "OwnershipControlsNotFoundError"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("cors", "NoSuchCORSConfiguration"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("policy", "NoSuchBucketPolicy"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("tagging", "NoSuchTagSet"),
    ] {
        mock(Mock::given(query_param(query, "")), s3_error(code)).await;
    }
    mock(Mock::given(query_param("versioning", "")), s3_answer("<VersioningConfiguration/>")).await;
    mock(Mock::given(any()), s3_answer("<BucketLoggingStatus/>")).await;
    server
}

/// The requests that `of` picks, as the query of each.
async fn queries(server: &MockServer, of: impl Fn(&Request) -> bool) -> Vec<String> {
    let requests = server.received_requests().await.expect("wiremock records by default");
    let queries = requests.iter().filter(|request| of(request)).map(|request| {
        let pairs = request.url.query_pairs().filter(|(name, _)| name != "x-id");
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    });
    queries.collect()
}

#[tokio::test]
async fn a_bucket_that_is_gone_when_it_is_read_is_left_out_and_the_next_page_fills_its_place() {
    let server = s3_in_two_pages(&["bananas", "cherries", "dates"]).await;
    let bench = Bench::configured(BUCKET, on_s3(&server.uri())).await;

    let found = bench.list(json!({ "aws": {} }), 3, true).await.expect("a list");

    let names: Vec<_> = found.iter().map(|listed| listed.display_name.as_str()).collect();
    assert_eq!(names, ["apples", "bananas", "cherries"]);
    let lists = queries(&server, |request| request.url.path() == "/").await;
    assert_eq!(lists, ["max-buckets=3", "max-buckets=2&continuation-token=more"]);
    let dates = queries(&server, |request| request.url.path().starts_with("/dates")).await;
    assert_eq!(dates, Vec::<String>::new(), "one that nobody wants is not read");
}

#[tokio::test]
async fn a_list_on_s3_ends_with_its_last_page_and_takes_no_read_for_names_alone() {
    let server = s3_in_two_pages(&["bananas"]).await;
    let bench = Bench::configured(BUCKET, on_s3(&server.uri())).await;

    let search = json!({ "aws": { "region": "eu-west-1", "prefix": "a" } });
    assert_eq!(bench.names(search, 100).await, ["apples", "gone", "bananas"]);

    assert_eq!(
        queries(&server, |_| true).await,
        [
            "max-buckets=100&prefix=a&bucket-region=eu-west-1",
            "max-buckets=98&continuation-token=more&prefix=a&bucket-region=eu-west-1",
        ]
    );
}
