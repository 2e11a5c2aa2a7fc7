//! The testkit and the real Terraform refuse the same broken providers, with the same words.

mod provider;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;
use std::{env, fs};

use provider::{Broken, Fault};
use tfplugin::Value;
use tfplugin_testkit::core::UNDECODABLE;
use tfplugin_testkit::{Core, Verdict};

/// What each judge says of a thing that is made, changed and removed: the first rule that is broken.
type Judgement = Option<String>;

fn config(size: i64) -> Value {
    Value::object([
        ("name", Value::from("a")),
        ("size", size.into()),
        ("secret", "s".into()),
        ("etag", Value::Null),
        ("id", Value::Null),
    ])
}

async fn testkit(fault: Fault) -> Judgement {
    let core = Core::start(Broken::new(fault)).await.expect("the schema is sound");
    core.configure(&Value::object([] as [(&str, Value); 0])).await.expect("there is nothing to configure");
    let rule = |verdict: Verdict| match verdict {
        Verdict::Broken(rule, _) => rule.to_owned(),
        refused @ Verdict::Refused(_) => panic!("{fault:?}: {refused}"),
    };
    let created = core.apply("broken_thing", None, &config(1)).await;
    if let Err(verdict) = created.verdict {
        return Some(rule(verdict));
    }
    let instance = created.instance.expect("what was created is there");
    let instance = match core.refresh("broken_thing", &instance).await {
        Ok(found) => found.expect("it is still there"),
        Err(verdict) => return Some(rule(verdict)),
    };
    let updated = core.apply("broken_thing", Some(instance), &config(2)).await;
    if let Err(verdict) = updated.verdict {
        return Some(rule(verdict));
    }
    let removed = core.destroy("broken_thing", updated.instance.expect("what was changed is there")).await;
    removed.verdict.err().map(rule)
}

/// The folder with the broken provider. Cargo builds examples for a whole test run only, so a run of this file alone
/// builds it here.
fn examples() -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--quiet",
            "--package",
            env!("CARGO_PKG_NAME"),
            "--example",
            "terraform-provider-broken",
        ]);
        assert!(cargo.status().expect("cargo runs").success());
    });
    let tests = env::current_exe().expect("a path");
    tests.ancestors().nth(2).expect("target/<profile>/deps/<test>").join("examples")
}

/// Terraform on the search path.
fn terraform() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "programs are found on the search path")]
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join("terraform")).find(|program| program.is_file())
}

fn real(terraform: &Path, folder: &Path, fault: Fault) -> Judgement {
    let folder = folder.join(format!("{fault:?}"));
    fs::create_dir_all(&folder).expect("a working file system");
    let examples = examples();
    let overrides = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"example/broken\" = {examples:?}\n  }}\n  direct {{}}\n}}\n"
    );
    fs::write(folder.join("cli.tfrc"), overrides).expect("a working file system");
    let run = |size: i64, arguments: &[&str]| -> Judgement {
        let thing = format!(
            "resource \"broken_thing\" \"a\" {{\n  name   = \"a\"\n  size   = {size}\n  secret = \"s\"\n}}\n"
        );
        let source =
            "terraform {\n  required_providers {\n    broken = { source = \"example/broken\" }\n  }\n}\n";
        fs::write(folder.join("main.tf"), format!("{source}{thing}")).expect("a working file system");
        let output = Command::new(terraform)
            .args(arguments)
            .args(["-auto-approve", "-no-color", "-input=false"])
            .current_dir(&folder)
            .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("BROKEN_PROVIDER_FAULT", format!("{fault:?}"))
            .stdin(Stdio::null())
            .output()
            .expect("a working file system");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        let error =
            printed.lines().find_map(|line| line.trim_start_matches(['│', ' ', '╷']).strip_prefix("Error: "));
        assert_eq!(output.status.success(), error.is_none(), "{fault:?}: {printed}");
        // A value that Terraform cannot decode is refused in the decoder's words.
        let undecodable = |error: &&str| error.starts_with("an object with ");
        error.map(|error| if undecodable(&error) { UNDECODABLE } else { error }.to_owned())
    };
    run(1, &["apply"]).or_else(|| run(2, &["apply"])).or_else(|| run(2, &["destroy"]))
}

#[tokio::test]
async fn the_testkit_and_terraform_refuse_the_same_providers() {
    let Some(terraform) = terraform() else {
        // Past the test runner, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "not run: terraform, which is not on the search path");
        return;
    };
    let folder = env::temp_dir().join(format!("tfplugin-testkit-{}", std::process::id()));
    let mut table = String::new();
    let mut differences = Vec::new();
    for fault in Fault::ALL {
        let (ours, theirs) = (testkit(fault).await, real(&terraform, &folder, fault));
        table += &format!("{fault:?}: {}\n", theirs.as_deref().unwrap_or("accepted"));
        if ours != theirs {
            differences.push(format!("{fault:?}: the testkit says {ours:?}, Terraform {theirs:?}"));
        }
    }
    let _ = fs::remove_dir_all(&folder);
    println!("{table}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(table.starts_with("None: accepted\n"));
}
