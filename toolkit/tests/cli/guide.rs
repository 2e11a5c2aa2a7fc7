//! The guide `docs/guides/releases.md`: every output that it shows is what the command prints.

use super::{root, slipway};

#[test]
fn the_guide_shows_what_the_commands_print() {
    let guide = std::fs::read_to_string(root().join("docs/guides/releases.md")).unwrap();
    let mut commands = 0;
    let mut code = 0;
    for block in guide.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for shown in block.split("$ ").skip(1) {
            let (command, expected) = shown.split_once('\n').unwrap();
            if command == "echo $?" {
                assert_eq!(expected.trim(), code.to_string(), "the exit code after the command before");
                continue;
            }
            let (command, last_lines) = match command.split_once(" | tail -n ") {
                Some((command, count)) => (command, count.parse().unwrap()),
                None => (command, usize::MAX),
            };
            let words =
                command.strip_prefix("slipway ").expect("the guide shows commands of slipway").split(' ');
            let run = slipway(words);
            code = run.code;
            commands += 1;
            let lines: Vec<&str> = run.stdout.lines().collect();
            let printed = lines[lines.len().saturating_sub(last_lines)..].join("\n");
            assert_eq!(
                expected.trim_end(),
                printed.trim_end(),
                "`{command}` prints this now; paste it into the guide"
            );
        }
    }
    assert!(commands >= 12, "the guide shows {commands} commands");
}
