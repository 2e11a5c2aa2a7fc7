//! Buckets on all the clouds at once: the quickstart as a user runs it, the move from one cloud to another, secrets.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use acceptance_tests::{AwsLab, NotRun, Project, SandboxLab, Stack, on_clouds};
use serde_json::{Value, json};

/// The address of the bucket in every configuration here.
const BUCKET: &str = "slipway_storage_bucket.b";

/// `slipway sandbox up` in the background; killed when dropped.
struct Up {
    child: Child,
    /// What the other commands of `slipway sandbox` are told with `--at`.
    at: String,
}

impl Up {
    fn start(slipway: &Path, aws: &str) -> Self {
        let ports = ["--supabase-port", "0", "--cloudflare-port", "0"];
        let mut child = Command::new(slipway)
            .args(["sandbox", "up", "--json", "--aws-endpoint", aws])
            .args(ports)
            .stdout(Stdio::piped())
            .spawn()
            .expect("slipway starts");
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        let mut events = BufReader::new(stdout);
        events.read_line(&mut ready).expect("a line");
        // The rest must be read, or the sandbox would wait for its reader.
        std::thread::spawn(move || events.lines().for_each(drop));
        let ready: Value = serde_json::from_str(&ready).unwrap_or_else(|error| panic!("{error}: {ready}"));
        let at = ready["status"]["supabase_url"].as_str().expect("a URL").to_owned();
        Self { child, at }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that runs `program` as a user's shell does after `eval "$(slipway sandbox env)"`.
fn after_eval(slipway: &Path, up: &Up, program: &Path, folder: &Path) -> std::path::PathBuf {
    let script = folder.join("after-eval");
    let (slipway, at, program) = (slipway.display(), &up.at, program.display());
    let text = format!(
        "#!/bin/sh\nset -eu\neval \"$('{slipway}' sandbox env --at '{at}')\"\nexec '{program}' \"$@\"\n"
    );
    fs::write(&script, text).expect("the folder of the stack can be written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("it is ours");
    script
}

#[test]
fn the_quickstart_is_applied_by_plain_terraform_in_the_environment_that_the_sandbox_prints() {
    on_clouds(|aws, cloud| {
        let slipway = cloud.lab().toolkit();
        let up = Up::start(&slipway, aws.proxy.endpoint());
        let mut stack = cloud.lab().plain_stack();
        let example = Project::get().root.join("examples/quickstart/main.tf");
        let hcl = fs::read_to_string(example).expect("the quickstart");
        // The AWS double may be shared, and is not the only one to hold a bucket of that name.
        stack.configure(&hcl.replace("\"slipway-quickstart-\"", &format!("\"{}-\"", aws.name())));
        let script = after_eval(&slipway, &up, &cloud.lab().cli().program, stack.folder());
        stack.run_by(&script);

        stack.init().succeeds();
        stack.apply().did(3, 0, 0);
        stack.plan().is_empty();
        let told = stack.output("avatars_url");
        assert!(told.as_str().is_some_and(|url| url.starts_with(&up.at)), "{told}");
        stack.destroy().did(0, 0, 3);
    });
}

#[test]
fn the_aws_cli_is_led_to_the_double_and_to_r2_by_the_environment_that_the_sandbox_prints() {
    on_clouds(|aws, cloud| {
        let folder = cloud.lab().plain_stack();
        let version = Command::new("aws").arg("--version").output();
        if !version.is_ok_and(|version| version.status.success()) {
            NotRun("aws is not installed".into()).end_test();
        }
        let slipway = cloud.lab().toolkit();
        let up = Up::start(&slipway, aws.proxy.endpoint());
        let run = |script: &str| {
            let program = after_eval(&slipway, &up, Path::new("/bin/sh"), folder.folder());
            let output = Command::new(program).args(["-euc", script]).output().expect("a shell");
            assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        let name = aws.name();
        run(&format!("aws s3api create-bucket --bucket {name}"));
        assert!(run("aws s3 ls").contains(name));
        run(&format!("aws s3 rb s3://{name}"));
        let as_r2 = "AWS_ACCESS_KEY_ID=$R2_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$R2_SECRET_ACCESS_KEY AWS_REGION=auto AWS_DEFAULT_REGION=auto aws --endpoint-url \"$R2_ENDPOINT_URL\"";
        run(&format!("{as_r2} s3api create-bucket --bucket {name}"));
        assert!(run(&format!("{as_r2} s3 ls")).contains(name));
    });
}

/// A configuration of one bucket on one of the clouds.
fn bucket_on(target: &str, own: &str) -> String {
    let project = if target == "supabase" { "project_ref = \"PROJECT\"" } else { "" };
    format!(
        "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"NAME\"\n  {own}\n  {target} = {{ {project} }}\n}}\n"
    )
}

/// Puts an object into the bucket of a cloud, past Terraform.
fn fill(aws: &AwsLab, cloud: &SandboxLab<'_>, target: &str) {
    let name = aws.name();
    let status = match target {
        "aws" => {
            aws.call("s3", "put_object", json!({ "Bucket": name, "Key": "kept", "Body": "x" }));
            200
        }
        "cloudflare" => cloud.r2("PUT", &format!("/{name}/objects/kept"), "x"),
        "supabase" => cloud.storage("POST", &format!("/object/{name}/kept"), "\"x\""),
        other => panic!("no cloud `{other}`"),
    };
    assert_eq!(status, 200, "{target}");
}

/// Moves a bucket that holds an object from one cloud to another.
fn moves(from: &str, to: &str) {
    on_clouds(|aws, cloud| {
        let configure = |stack: &Stack, hcl: &str| cloud.configure(stack, &aws.named(hcl));
        let stack = cloud.stack_with(aws, &bucket_on(from, ""));
        stack.apply().did(1, 0, 0);
        fill(aws, cloud, from);

        configure(&stack, &bucket_on(to, ""));
        stack.plan().does(&[(BUCKET, "replace")]);
        stack.apply().fails_with(&["was not removed", "force_destroy = true"]);
        let kept = stack.resource(BUCKET).expect("it is kept in the state");
        assert!(!kept[from].is_null() && kept[to].is_null(), "{kept:#}");
        let calls = cloud.sandbox.calls();
        let made = calls.iter().filter(|call| call.method == "POST" && call.path.ends_with("bucket"));
        assert_eq!(made.count(), usize::from(from == "supabase"), "nothing was made on {to}");

        configure(&stack, &bucket_on(from, "force_destroy = true"));
        stack.apply().did(0, 1, 0);
        configure(&stack, &bucket_on(to, ""));
        stack.apply().did(1, 0, 1);
        stack.plan().is_empty();
        let holds = cloud.sandbox.status().holds;
        let of = |target| usize::from(to == target);
        assert_eq!((holds.r2_buckets, holds.storage_buckets), (of("cloudflare"), of("supabase")));
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn a_bucket_with_data_moves_from_s3_to_r2_only_when_its_removal_is_forced() {
    moves("aws", "cloudflare");
}

#[test]
fn a_bucket_with_data_moves_from_r2_to_supabase_only_when_its_removal_is_forced() {
    moves("cloudflare", "supabase");
}

#[test]
fn a_bucket_with_data_moves_from_supabase_to_s3_only_when_its_removal_is_forced() {
    moves("supabase", "aws");
}

#[test]
fn a_bucket_is_on_exactly_one_cloud() {
    on_clouds(|aws, cloud| {
        for (targets, said) in [
            ("", ["aws", "cloudflare", "supabase"].as_slice()),
            ("aws = {}\n  cloudflare = {}", &["`aws` and `cloudflare` are set together"]),
        ] {
            let hcl = format!("resource \"slipway_storage_bucket\" \"b\" {{\n  {targets}\n}}\n");
            cloud.stack_with(aws, &hcl).plan().fails_with(said);
        }
        assert_eq!(cloud.sandbox.calls().len(), 0);
    });
}

#[test]
fn a_bucket_whose_name_was_made_up_is_imported_as_it_is_and_replaced_by_another_prefix() {
    on_clouds(|aws, cloud| {
        for target in ["aws", "cloudflare", "supabase"] {
            let prefixed = |prefix| {
                bucket_on(target, "").replace("name = \"NAME\"", &format!("name_prefix = \"{prefix}\""))
            };
            let stack = cloud.stack_with(aws, &prefixed("NAME-"));
            stack.apply().did(1, 0, 0);
            let made = stack.resource(BUCKET).expect("it was created");
            stack.plan().is_empty();
            stack.lose_state();
            stack.import(BUCKET, made["id"].as_str().expect("an id")).succeeds();
            stack.plan().is_empty();
            assert_eq!(stack.resource(BUCKET).expect("it was imported")["name_prefix"], made["name_prefix"]);

            // The name that was chosen by then is a name like any other.
            let chosen = bucket_on(target, "").replace("NAME", made["name"].as_str().expect("a name"));
            cloud.configure(&stack, &chosen);
            stack.plan().is_empty();
            cloud.configure(&stack, &aws.named(&prefixed("other-NAME-")));
            stack.plan().does(&[(BUCKET, "replace")]);
            stack.destroy().did(0, 0, 1);
        }
    });
}

/// What nobody may read anywhere, wherever the credentials come from.
const AWS_SECRET: &str = "aws-secret-of-this-test";

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap_or_default()));
        }
    }
}

#[test]
fn no_secret_is_in_anything_that_a_run_at_trace_writes() {
    on_clouds(|aws, cloud| {
        let hcl: String = ["aws", "cloudflare", "supabase"]
            .map(|target| {
                bucket_on(target, "force_destroy = true").replace("\"b\"", &format!("\"{target}\""))
            })
            .concat();
        let mut stack = cloud.stack_with(aws, &hcl);
        stack.set("AWS_SECRET_ACCESS_KEY", AWS_SECRET);
        let log = stack.trace();
        let mut secrets = vec![AWS_SECRET.to_owned()];
        for (name, value) in cloud.sandbox.variables() {
            if ["TOKEN", "SECRET", "ROLE_KEY"].iter().any(|word| name.contains(word)) {
                secrets.push(value);
            }
        }
        assert!(secrets.len() >= 5, "each cloud has some");

        let mut said = stack.apply().did(3, 0, 0).output();
        for target in ["aws", "cloudflare", "supabase"] {
            fill(aws, cloud, target);
        }
        said += &stack.plan().run.output();
        // A service key that opens nothing: the answer that refuses it is logged too.
        stack.set("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_that_opens_nothing");
        secrets.push("sb_secret_that_opens_nothing".to_owned());
        said += &stack.run(&["plan"]).output();
        stack.set("SUPABASE_SERVICE_ROLE_KEY", "");
        said += &stack.destroy().did(0, 0, 3).output();

        let trace = fs::read_to_string(&log).expect("Terraform wrote its log");
        for words in ["CreateBucket", "Create Bucket", "Create a bucket", "Get project api keys"] {
            assert!(trace.contains(words), "the log is a real one: no `{words}`");
        }
        let mut written = vec![("the output".to_owned(), said.into_bytes())];
        files(stack.folder(), &mut written);
        assert!(written.len() > 3, "log, states and plans");
        for (name, bytes) in &written {
            for secret in &secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "a secret stands in {name}");
            }
        }
    });
}
