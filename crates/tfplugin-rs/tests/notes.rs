//! The example provider under the real Terraform: a whole life of a resource, from sixty lines of Rust.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with the example. Cargo builds examples for a whole test run only, so a run of this file alone builds it
/// here.
fn examples() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--quiet",
        "--package",
        env!("CARGO_PKG_NAME"),
        "--example",
        "terraform-provider-notes",
    ]);
    assert!(cargo.status().expect("cargo runs").success());
    let tests = std::env::current_exe().expect("a path");
    tests.ancestors().nth(2).expect("target/<profile>/deps/<test>").join("examples")
}

/// Exit code, and everything that was printed.
fn terraform(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new("terraform")
        .arg(arguments[0])
        .args(["-no-color", "-input=false"])
        .args(&arguments[1..])
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("terraformrc"))
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .output()
        .expect("terraform runs");
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).into_owned())
}

#[test]
fn a_note_is_created_seen_changed_imported_and_removed() {
    if Command::new("terraform").arg("version").output().is_err() {
        // Past the test runner, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "not run: terraform, which is not on the search path");
        return;
    }
    let folder = tempfile::tempdir().expect("a directory");
    let (folder, note) = (folder.path(), folder.path().join("note.txt"));
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("a write");
    let overrides = format!(
        "provider_installation {{\n  dev_overrides {{ \"example/notes\" = {:?} }}\n  direct {{}}\n}}\n",
        examples()
    );
    write("terraformrc", overrides);
    let say = |text: &str| {
        let required =
            "terraform {\n  required_providers {\n    notes = { source = \"example/notes\" }\n  }\n}\n";
        write(
            "main.tf",
            format!(
                "{required}resource \"notes_note\" \"a\" {{\n  path = {note:?}\n  text = \"{text}\"\n}}\n"
            ),
        );
    };
    let run = |arguments: &[&str], code: i32| {
        let (found, printed) = terraform(folder, arguments);
        assert_eq!(found, code, "{arguments:?}: {printed}");
        printed
    };
    let (apply, plan, changes) = (["apply", "-auto-approve"], ["plan", "-detailed-exitcode"], 2);

    say("hello");
    run(&apply, 0);
    assert_eq!(std::fs::read_to_string(&note).expect("a note"), "hello");
    run(&plan, 0);

    std::fs::write(&note, "changed by hand").expect("a write");
    assert!(run(&plan, changes).contains("changed by hand"), "drift is shown");
    run(&apply, 0);

    say("hello again");
    run(&apply, 0);
    assert_eq!(std::fs::read_to_string(&note).expect("a note"), "hello again");

    std::fs::remove_file(folder.join("terraform.tfstate")).expect("a state");
    run(&["import", "notes_note.a", note.to_str().expect("a path")], 0);
    run(&plan, 0);

    std::fs::remove_file(&note).expect("a note");
    assert!(run(&plan, changes).contains("1 to add"), "what is gone is made again");
    run(&apply, 0);
    run(&["destroy", "-auto-approve"], 0);
    assert!(!note.exists());
}
