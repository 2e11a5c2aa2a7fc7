//! The part `workflows`: the project's own and those that users copy, by actionlint, and what the requirements ask of
//! the latter.

use super::go::GoProgram;
use super::modules::{copy_sources, scratch};
use super::{Runner, Tally};
use acceptance_tests::{Job, Project};
use anyhow::{Context as _, Result};
use saphyr::{LoadableYamlNode as _, Yaml};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const ACTIONLINT: GoProgram =
    GoProgram { name: "actionlint", package: "github.com/rhysd/actionlint/cmd/actionlint", version: "1.7.7" };

/// Longer than it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The folders whose `.github/workflows` are checked: the project, and the templates for users.
const PLACES: [&str; 2] = ["", "examples/storymagic"];

pub(super) fn run(runner: &Runner) -> Result<Tally> {
    let root = &Project::get().root;
    let mut tally = match ACTIONLINT.install(runner)? {
        None => Tally::skip(&format!("workflows: {}", ACTIONLINT.missing())),
        Some(program) => lint(runner, &program)?,
    };
    let folder = root.join("examples/storymagic/.github/workflows");
    let read = |name: &str| -> Result<Workflow> {
        let file = folder.join(name);
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Workflow::parse(&text).with_context(|| file.display().to_string())
    };
    for (row, holds) in rows(&read("deploy.yml")?, &read("release.yml")?) {
        runner.screen.line(&format!("{row}: {}", if holds { "holds" } else { "does not hold" }));
        tally += if holds { Tally::passed(1) } else { Tally::failure(&format!("workflows {row}")) };
    }
    Ok(tally)
}

/// A reusable workflow is found from the top of its repository, so each place becomes one.
fn lint(runner: &Runner, program: &Path) -> Result<Tally> {
    let mut tally = Tally::default();
    for place in PLACES {
        let copy = tempfile::Builder::new().prefix("workflows-").tempdir_in(scratch()?)?;
        copy_sources(&Project::get().root.join(place).join(".github"), &copy.path().join(".github"))?;
        fs::create_dir(copy.path().join(".git"))?;
        let mut command = Command::new(program);
        command.arg("-no-color").current_dir(copy.path());
        let finished = Job::start(command).context("actionlint")?.wait(LIMIT)?;
        let name = if place.is_empty() { "the project's workflows" } else { place };
        let verdict = if finished.status.success() { "ok" } else { "failed" };
        runner.screen.line(&format!("actionlint: {name}: {verdict}"));
        tally += if finished.status.success() {
            Tally::passed(1)
        } else {
            runner.screen.line(&format!("{}{}", finished.stdout, finished.stderr));
            Tally::failure(&format!("workflows: actionlint: {name}"))
        };
    }
    Ok(tally)
}

/// The rows of the StoryMagic requirements that a workflow meets, and whether it does.
fn rows(deploy: &Workflow, release: &Workflow) -> Vec<(&'static str, bool)> {
    let tests = deploy.commands("test");
    let environments = ["development", "staging", "production"];
    let uses = environments.map(|name| deploy.text(&["jobs", name, "uses"]));
    let needs = environments.map(|name| deploy.text(&["jobs", name, "needs"]));
    let publish = release.commands("release");
    let snapshot = publish.iter().position(|run| run.contains("aws rds create-db-snapshot"));
    let apply = publish.iter().position(|run| run.contains("terraform apply"));
    let push = publish.iter().any(|run| run.contains("docker push \"$ECR_REPOSITORY:$GITHUB_SHA\""));
    vec![
        ("SM-117 Deploy to Production on a push to main", {
            deploy.text(&["name"]) == Some("Deploy to Production")
                && deploy.list(&["on", "push", "branches"]) == ["main"]
        }),
        ("SM-117, C-044 production after staging after development", {
            uses == [Some("./.github/workflows/release.yml"); 3]
                && needs == [Some("build"), Some("development"), Some("staging")]
        }),
        ("SM-118 install, test, end to end, lint, before anything is built", {
            tests == ["npm ci", "npm run test", "npm run test:e2e", "npm run lint"]
                && deploy.text(&["jobs", "build", "needs"]) == Some("test")
        }),
        ("SM-119, C-045 no stored keys, roles by OIDC, in eu-central-1", {
            let all = [deploy, release];
            all.iter().all(|workflow| {
                !workflow.source.contains("AWS_SECRET_ACCESS_KEY") && !workflow.source.contains("secrets.")
            }) && release.source.matches("role-to-assume:").count() == 2
                && release.source.matches("aws-region: eu-central-1").count() == 2
                && release.text(&["jobs", "release", "permissions", "id-token"]) == Some("write")
        }),
        ("SM-120 the image's tag is the commit", push),
        (
            "SM-121 the commit is applied",
            publish.iter().any(|run| run.contains("-var=\"image_tag=$GITHUB_SHA\"")),
        ),
        ("SM-147 the database is saved before the apply", snapshot.is_some() && snapshot < apply),
    ]
}

/// One workflow file.
struct Workflow {
    source: String,
    root: Yaml<'static>,
}

impl Workflow {
    fn parse(text: &str) -> Result<Self> {
        let mut documents = Yaml::load_from_str(text)?;
        let root = documents.pop().context("the file is empty")?;
        Ok(Self { source: text.to_owned(), root })
    }

    fn at(&self, path: &[&str]) -> Option<&Yaml<'static>> {
        path.iter().try_fold(&self.root, |node, name| node.as_mapping_get(name))
    }

    fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    fn list(&self, path: &[&str]) -> Vec<&str> {
        self.at(path).and_then(Yaml::as_sequence).into_iter().flatten().filter_map(Yaml::as_str).collect()
    }

    /// What the steps of a job run.
    fn commands(&self, job: &str) -> Vec<&str> {
        let steps = self.at(&["jobs", job, "steps"]).and_then(Yaml::as_sequence).into_iter().flatten();
        steps.filter_map(|step| step.as_mapping_get("run")?.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_that_says_nothing_meets_no_row() {
        let empty = || Workflow::parse("name: Nothing").unwrap();
        assert!(rows(&empty(), &empty()).iter().all(|(_, holds)| !holds));
    }

    #[test]
    fn an_apply_before_the_snapshot_is_noticed() {
        let order = |steps: &str| {
            let release = format!("jobs:\n  release:\n    steps:\n{steps}");
            let rows = rows(&Workflow::parse("name: x").unwrap(), &Workflow::parse(&release).unwrap());
            rows.iter().any(|(row, holds)| row.starts_with("SM-147") && *holds)
        };
        let (save, apply) = ("      - run: aws rds create-db-snapshot\n", "      - run: terraform apply\n");
        assert!(order(&[save, apply].concat()));
        assert!(!order(&[apply, save].concat()));
    }
}
