//! Where configuration comes from: our own, the environment, the profile files, and what happens at their end.
//!
//! The environment belongs to a whole process, so these tests ask a second one: this program again, with only
//! [`as_a_process_of_its_own`] to run.

use std::{path::Path, process::Command};

use clouds::{
    Call, Policy, Vendor,
    aws::{AssumeRole, Aws, AwsConfig},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, body_string_contains},
};

use crate::support::{config, xml};

/// Set for the second process only.
const ALONE: &str = "SLIPWAY_TEST_ALONE";
const PROFILE: &str = "SLIPWAY_TEST_PROFILE";

#[tokio::test]
async fn as_a_process_of_its_own() {
    #[expect(clippy::disallowed_methods, reason = "the parent test speaks to its child this way")]
    let set = |name| std::env::var(name).ok();
    if set(ALONE).is_none() {
        return;
    }
    let config = AwsConfig { profile: set(PROFILE), skip_metadata_api_check: true, ..AwsConfig::default() };
    let aws = Aws::new(config, Policy::of(Vendor::Aws));
    match aws.s3(None).tags(&Call::unbounded(), "orders").await {
        Ok(tags) => println!("tags: {}", tags.len()),
        Err(error) => println!("{error}"),
    }
}

/// What the second process prints under exactly these variables.
fn alone(variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["connecting::as_a_process_of_its_own", "--exact", "--nocapture"])
        .env_clear()
        .env(ALONE, "1")
        .env("HOME", "/nonexistent")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

async fn server() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(xml("<Tagging><TagSet/></Tagging>")).mount(&server).await;
    server
}

/// Host, path, region and access key of the one request that arrived.
async fn request(server: &MockServer) -> (String, String) {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let credential = requests[0].headers["authorization"].to_str().unwrap();
    let credential = credential.split_once("Credential=").unwrap().1.split_once(',').unwrap().0;
    let parts: Vec<&str> = credential.split('/').collect();
    (requests[0].url.path().to_owned(), format!("{} in {}", parts[0], parts[2]))
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s")];

#[tokio::test]
async fn the_environment_names_region_credentials_and_endpoint() {
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        let server = server().await;
        let mut variables = KEYS.to_vec();
        let address = server.uri();
        variables.extend([("AWS_REGION", "ap-south-1"), (variable, address.as_str())]);

        assert!(alone(&variables).contains("tags: 0"));

        let expected = ("/orders/".to_owned(), "AKIAENV in ap-south-1".to_owned());
        assert_eq!(request(&server).await, expected, "{variable}: the bucket's name is in the path");
    }
}

#[tokio::test]
async fn a_profile_names_region_endpoint_and_a_process_that_knows_credentials() {
    let server = server().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("profile");
    std::fs::create_dir_all(&folder).unwrap();
    let keys = folder.join("keys.json");
    std::fs::write(&keys, r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s"}"#).unwrap();
    let file = folder.join("config");
    let profile = format!(
        "[profile shop]\nregion = sa-east-1\nendpoint_url = {}\ncredential_process = /bin/cat {}\n",
        server.uri(),
        keys.display()
    );
    std::fs::write(&file, profile).unwrap();

    let file = file.to_str().unwrap();
    for profile in [(PROFILE, "shop"), ("AWS_PROFILE", "shop")] {
        let said =
            alone(&[("AWS_CONFIG_FILE", file), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"), profile]);
        assert!(said.contains("tags: 0"), "{said}");
        assert_eq!(request(&server).await.1, "AKIAPROCESS in sa-east-1");
        server.reset().await;
        Mock::given(any()).respond_with(xml("<Tagging><TagSet/></Tagging>")).mount(&server).await;
    }
}

#[tokio::test]
async fn without_credentials_the_error_says_so_and_nothing_is_sent() {
    let server = server().await;
    let address = server.uri();

    let said = alone(&[("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL", &address)]);

    assert!(said.contains("Tried GetBucketTagging on AWS in eu-west-1."), "{said}");
    assert!(said.contains("No credentials were found, neither set here nor by the environment"), "{said}");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_region_the_error_names_the_three_places_for_it() {
    let said = alone(&KEYS);

    assert!(said.contains("GetBucketTagging on AWS was not tried."), "{said}");
    assert!(
        said.contains("`region` is not set, nor is `AWS_REGION`, nor does the profile name one"),
        "{said}"
    );
}

#[tokio::test]
async fn a_role_is_assumed_once_and_signs_every_request() {
    let server = MockServer::start().await;
    let role = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIAROLE</AccessKeyId>\
                <SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>\
                <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    Mock::given(body_string_contains("Action=AssumeRole")).respond_with(xml(role)).mount(&server).await;
    Mock::given(any()).respond_with(xml("<Tagging><TagSet/></Tagging>")).mount(&server).await;
    let assume_role = AssumeRole {
        role_arn: "arn:aws:iam::123456789012:role/deploy".into(),
        external_id: Some("shop-7".into()),
        session_name: Some("nightly".into()),
    };
    let config = AwsConfig { assume_role: Some(assume_role), ..config(&server.uri()) };
    let aws = Aws::new(config, Policy::of(Vendor::Aws));

    for _ in 0..2 {
        aws.s3(None).tags(&Call::unbounded(), "orders").await.unwrap();
    }

    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    let assumed = String::from_utf8_lossy(&requests[0].body);
    assert!(
        assumed.contains("ExternalId=shop-7") && assumed.contains("RoleSessionName=nightly"),
        "{assumed}"
    );
    for request in &requests[1..] {
        let signed_by = request.headers["authorization"].to_str().unwrap();
        assert!(signed_by.contains("Credential=AKIAROLE/"), "{signed_by}");
    }
}

#[tokio::test]
async fn a_role_that_is_refused_is_a_matter_of_credentials() {
    let server = MockServer::start().await;
    let refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not allowed to assume</Message>\
                   </Error></ErrorResponse>";
    Mock::given(any())
        .respond_with(ResponseTemplate::new(403).set_body_raw(refused, "text/xml"))
        .mount(&server)
        .await;
    let assume_role = AssumeRole { role_arn: "arn:aws:iam::1:role/deploy".into(), ..AssumeRole::default() };
    let config = AwsConfig { assume_role: Some(assume_role), ..config(&server.uri()) };
    let aws = Aws::new(config, Policy::of(Vendor::Aws));

    let error = aws.s3(None).tags(&Call::unbounded(), "orders").await.unwrap_err();

    assert_eq!(error.kind, clouds::ErrorKind::Unauthenticated);
    assert!(error.answered().contains("not allowed to assume"), "{error}");
}
