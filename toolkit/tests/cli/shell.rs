//! Help, completions, manual pages: what every command has.

use super::{argument, file, slipway};

#[test]
fn every_command_has_help() {
    for command in [
        vec![],
        vec!["canary"],
        vec!["canary", "simulate"],
        vec!["canary", "odds"],
        vec!["canary", "lint"],
        vec!["canary", "explain"],
        vec!["completions"],
        vec!["man"],
    ] {
        let run = slipway(command.iter().copied().chain(["--help"]));
        assert_eq!(run.code, 0, "{command:?}");
        insta::assert_snapshot!(format!("help_{}", command.join("_")), run.stdout);
    }
}

#[test]
fn an_unknown_command_is_misuse() {
    let run = slipway(["canary", "simulat"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("'simulate'"), "{}", run.stderr);
    assert_eq!(slipway([]).code, 2);
    assert_eq!(slipway(["canary"]).code, 2);
}

#[test]
fn the_version_is_told() {
    let run = slipway(["--version"]);
    assert_eq!((run.code, run.stdout), (0, format!("slipway {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = slipway(["completions", shell]);
        assert_eq!(run.code, 0, "{shell}");
        for word in ["canary", "simulate", "odds", "lint", "explain", "requests-per-minute"] {
            assert!(run.stdout.contains(word), "{shell} does not complete {word}");
        }
    }
    assert_eq!(slipway(["completions", "tcsh"]).code, 2);
}

#[test]
fn every_command_gets_a_manual_page() {
    let (folder, _) = file("unused", "");
    let pages = folder.path().join("man");
    let run = slipway(["man", argument(&pages), "--json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut names: Vec<String> = std::fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let canary = [
        "slipway-canary-explain.1",
        "slipway-canary-lint.1",
        "slipway-canary-odds.1",
        "slipway-canary-simulate.1",
    ];
    for page in
        canary.iter().chain(&["slipway-canary.1", "slipway-completions.1", "slipway-man.1", "slipway.1"])
    {
        assert!(names.contains(&(*page).to_owned()), "{page} is missing");
    }
    let page = std::fs::read_to_string(pages.join("slipway-canary-odds.1")).unwrap();
    assert!(
        page.contains("Tell the chances of promotion") && page.contains("requests\\-per\\-minute"),
        "{page}"
    );
    assert_eq!(run.json()["pages"].as_array().unwrap().len(), names.len());

    let (_folder, occupied) = file("taken", "");
    assert_eq!(slipway(["man", argument(&occupied)]).code, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::Read;
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}
