//! Plans that are never applied: what is refused, and what a switch adds.

use super::plan::Plan;
use super::rows::{ENVIRONMENTS, Environment};
use super::{IMAGE, System, image};
use crate::test::Tally;
use anyhow::Result;

/// Workspace, variable file and credentials that do not belong together, and the sentence that names both sides.
const REFUSED: [(&str, &str, &Environment, &Environment, &str); 3] = [
    (
        "the variable file of another environment",
        "storymagic-development",
        &ENVIRONMENTS[2],
        &ENVIRONMENTS[2],
        "The workspace is storymagic-development, the variable file is for production.",
    ),
    (
        "a workspace of no environment",
        "default",
        &ENVIRONMENTS[0],
        &ENVIRONMENTS[0],
        "The workspace is default, which belongs to no environment; the variable file is for development.",
    ),
    (
        "the account of another environment",
        "storymagic-staging",
        &ENVIRONMENTS[1],
        &ENVIRONMENTS[0],
        "The credentials are for account 111111111111, the variable file for staging names account 222222222222.",
    ),
];

/// What a switch adds to production: row, what is given, and the type of which there is one then.
const ADDED: [(&str, &str, &str); 2] = [
    ("SM-144", "-var=reserve_database=true", "aws_rds_reserved_instance"),
    ("SM-155", "-var=dr_region=eu-west-1", "aws_db_instance_automated_backups_replication"),
];

/// These run beside the applies of the environments, whose locks they leave alone.
const BESIDE: &str = "-lock=false";

pub(super) fn proven(system: &System<'_>) -> Result<Tally> {
    let mut tally = Tally::default();
    for (what, workspace, file, credentials, sentence) in REFUSED {
        let mut stack = system.stack("examples/storymagic", credentials.account)?;
        stack.set("TF_WORKSPACE", workspace);
        let run = stack.run(&["plan", BESIDE, &file.file(), &image(IMAGE)]);
        let refused = run.code() == Some(1) && run.text().contains(sentence);
        let what = format!("refused at plan: {what}");
        tally += if refused { system.passed(&what) } else { system.failed(&what, &run.output()) };
    }
    let production = &ENVIRONMENTS[2];
    for (row, switch, kind) in ADDED {
        let stack = system.root(production)?;
        let saved = format!("{row}.tfplan");
        let arguments = ["plan", BESIDE, &production.file(), &image(IMAGE), switch, "-out", &saved];
        let what = format!("{row}: one {kind} with {switch}");
        let shown = stack.run(&arguments).check().and_then(|_| stack.run(&["show", "-json", &saved]).check());
        tally += match shown.map(|run| Plan::new(run.json()).count(kind)) {
            Ok(1) => system.passed(&what),
            Ok(count) => system.failed(&what, &format!("there are {count}")),
            Err(story) => system.failed(&what, &story),
        };
    }
    Ok(tally)
}
