//! The AWS double is pinned, on loopback, honest about its gaps, and never outlives its parent.

use sandbox::aws::{Client, Double, Kind, Tools, gaps_in};
use serde_json::json;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

fn tools() -> Tools {
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder is inside the target directory");
    Tools::new(target.join("tools")).expect("the target directory is ours")
}

/// Runs `test` against a fresh double, or says what is missing.
#[expect(clippy::print_stdout, reason = "the runner reads what was not run from the output of a test")]
fn on(kind: &Kind, test: impl FnOnce(&Double, &Client)) {
    let tools = tools();
    let started = Double::start(kind, &tools)
        .and_then(|double| Client::connect(double.endpoint(), &tools).map(|client| (double, client)));
    match started {
        Ok((double, client)) => test(&double, &client),
        Err(missing) => println!("not run: {missing}"),
    }
}

#[test]
fn moto_starts_at_the_pinned_version_and_keeps_what_it_is_given() {
    on(&Kind::Moto, |moto, client| {
        assert_eq!(moto.title(), "moto 5.2.5");
        client.call("s3", "create_bucket", json!({ "Bucket": "kept" })).unwrap();
        let buckets = client.call("s3", "list_buckets", json!({})).unwrap();
        assert_eq!(buckets["Buckets"][0]["Name"], "kept");
        let gone = client.call("s3", "head_bucket", json!({ "Bucket": "never-made" })).unwrap_err();
        assert_eq!(gone.code, "404");
    });
}

#[test]
fn an_operation_that_moto_lacks_is_reported_by_name() {
    on(&Kind::Moto, |moto, client| {
        let cases = [("xray", "get_encryption_config", json!({}), "xray.GetEncryptionConfig"), {
            let period = json!({ "Start": "2026-01-01", "End": "2026-02-01" });
            let forecast =
                json!({ "TimePeriod": period, "Metric": "AMORTIZED_COST", "Granularity": "MONTHLY" });
            ("ce", "get_cost_forecast", forecast, "ce.GetCostForecast")
        }];
        for (service, operation, arguments, gap) in cases {
            let refusal = client.call(service, operation, arguments).unwrap_err();
            assert_eq!(refusal.code, "DoubleGap", "{refusal}");
            assert_eq!(gaps_in(&refusal.message), [gap]);
        }
        assert_eq!(moto.gaps(), ["ce.GetCostForecast", "xray.GetEncryptionConfig"]);
    });
}

/// An effect is never proven by an answer that is the same whatever happens.
#[test]
fn an_answer_that_is_made_up_is_not_handed_out() {
    on(&Kind::Moto, |_, client| {
        let arguments = json!({ "ServiceNamespace": "ecs" });
        let refusal =
            client.call("application-autoscaling", "describe_scaling_activities", arguments).unwrap_err();
        assert_eq!(refusal.code, "ConstantAnswer");
        assert_eq!(
            refusal.message,
            "the double always answers application-autoscaling.describe_scaling_activities so, since nothing \
             ever scales: nothing can be judged by it"
        );
    });
}

/// One check per operation that is added to moto or put right, which must hold with the extension and must not without.
#[test]
fn what_is_added_to_moto_behaves_as_aws_does_and_is_still_missing_in_moto() {
    on(&Kind::Moto, |_, _| {
        let python = tools().folder().join("moto-5.2.5/bin/python");
        let mut tests = Command::new(python);
        tests.args(["-m", "moto_plus.tests"]).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("aws"));
        let output = tests.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
}

#[test]
fn aws_managed_policies_are_known_to_moto() {
    on(&Kind::Moto, |_, client| {
        let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        let policy = client.call("iam", "get_policy", json!({ "PolicyArn": arn })).unwrap();
        assert_eq!(policy["Policy"]["Arn"], arn);
    });
}

#[test]
fn localstack_starts_and_names_what_its_open_edition_lacks() {
    on(&Kind::LocalStack, |localstack, client| {
        assert!(
            ["localstack 4.14.0", "localstack 4.9.2"].contains(&localstack.title()),
            "{}",
            localstack.title()
        );
        client.call("s3", "create_bucket", json!({ "Bucket": "kept" })).unwrap();
        let refusal = client.call("xray", "get_groups", json!({})).unwrap_err();
        assert_eq!(gaps_in(&refusal.message), ["xray"]);
        if let Some(addresses) = listening_addresses(localstack) {
            assert_eq!(addresses, ["127.0.0.1"]);
        }
    });
}

#[test]
fn a_double_listens_on_loopback_only() {
    on(&Kind::Moto, |moto, _| match listening_addresses(moto) {
        Some(addresses) => assert_eq!(addresses, ["127.0.0.1"]),
        None => println!("not run: no /proc to read the listening sockets from"),
    });
}

#[test]
fn a_double_ends_when_it_is_dropped_and_its_folder_goes_with_it() {
    let double = match Double::start(&Kind::Moto, &tools()) {
        Ok(double) => double,
        Err(missing) => return println!("not run: {missing}"),
    };
    let log = double.log().expect("a double of ours has a log");
    let connection = TcpStream::connect(("127.0.0.1", port(double.endpoint()))).unwrap();
    assert!(log.is_file());

    drop(double);

    assert_closed(connection);
    assert!(!log.parent().unwrap().exists());
}

#[test]
fn a_double_ends_when_its_parent_is_killed() {
    let tools = tools();
    if let Err(missing) = Double::start(&Kind::Moto, &tools) {
        return println!("not run: {missing}");
    }
    let build = ["build", "--quiet", "--workspace", "--example", "aws_double"];
    assert!(Command::new(env!("CARGO")).args(build).status().unwrap().success());
    let target = tools.folder().parent().unwrap();
    let mut parent = Command::new(target.join("debug").join("examples").join("aws_double"))
        .arg(tools.folder())
        .arg("moto")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let connection = TcpStream::connect(("127.0.0.1", port(line.trim()))).unwrap();

    parent.kill().unwrap();
    parent.wait().unwrap();

    assert_closed(connection);
}

/// Waits for the other side to be gone.
fn assert_closed(mut connection: TcpStream) {
    connection.set_read_timeout(Some(Duration::from_secs(20))).expect("the limit is not zero");
    match connection.read(&mut [0; 1]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("the server still holds the connection: {other:?}"),
    }
}

fn port(endpoint: &str) -> u16 {
    endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).expect("an endpoint ends in a port")
}

/// The addresses that the double's own port is bound to, from the kernel's table.
fn listening_addresses(double: &Double) -> Option<Vec<String>> {
    let wanted = format!(":{:04X}", port(double.endpoint()));
    let mut found = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = std::fs::read_to_string(table).ok()?;
        for fields in text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()) {
            if fields[1].ends_with(&wanted) && fields[3] == "0A" {
                let host = u32::from_str_radix(fields[1].split(':').next()?, 16).map(u32::swap_bytes);
                found.push(
                    host.map_or_else(
                        |_| "IPv6".to_owned(),
                        |host| std::net::Ipv4Addr::from(host).to_string(),
                    ),
                );
            }
        }
    }
    Some(found)
}
