//! The result: one table for the screen, one object for programs, one page for the documentation.

use super::measure::Cost;
use super::protocol::Protocol;
use super::stacks::Subject;
use acceptance_tests::NotRun;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::thread;

/// Everything that one run has found out.
#[derive(Serialize)]
pub(super) struct Report {
    /// The day, in UTC.
    date: String,
    processors: usize,
    terraform: String,
    runs: usize,
    /// The provider alone: ours, and hashicorp/aws where it was found.
    protocol: Vec<(String, Protocol)>,
    pub(super) rows: Vec<Row>,
    refreshes: Vec<Refresh>,
    goals: Vec<Goal>,
    pub(super) engine: Value,
    /// What was not measured, and why.
    not_run: Vec<String>,
}

/// The medians of one command.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) subject: Subject,
    pub(super) count: usize,
    pub(super) command: &'static str,
    #[serde(flatten)]
    pub(super) cost: Cost,
    pub(super) runs: usize,
}

/// The API calls of a plan of what exists.
#[derive(Serialize)]
struct Refresh {
    subject: String,
    buckets: usize,
    calls: BTreeMap<String, usize>,
    /// Calls for one bucket: of S3 alone where it is about AWS.
    per_bucket: f64,
}

/// What was wished for, and what came out.
#[derive(Serialize)]
struct Goal {
    what: String,
    goal: String,
    found: String,
    met: bool,
}

impl Report {
    pub(super) fn new(terraform: &str, runs: usize) -> Self {
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            processors: thread::available_parallelism().map_or(1, usize::from),
            terraform: terraform.to_owned(),
            runs,
            protocol: Vec::new(),
            rows: Vec::new(),
            refreshes: Vec::new(),
            goals: Vec::new(),
            engine: Value::Null,
            not_run: Vec::new(),
        }
    }

    pub(super) fn not_run(&mut self, what: &str, missing: &NotRun) {
        self.not_run.push(format!("{what}: {missing}"));
    }

    pub(super) fn protocol(&mut self, ours: &Protocol, theirs: Option<&Protocol>, missing: Option<&NotRun>) {
        self.protocol.push(("slipway".to_owned(), ours.clone()));
        match theirs {
            Some(theirs) => self.protocol.push(("hashicorp/aws".to_owned(), theirs.clone())),
            None => self.not_run(
                "start and schema of hashicorp/aws",
                missing.unwrap_or(&NotRun("it was not found".into())),
            ),
        }
    }

    pub(super) fn refresh(&mut self, subject: &str, buckets: usize, calls: &BTreeMap<String, usize>) {
        if calls.is_empty() {
            return;
        }
        let asks_s3 = calls.keys().any(|name| name.starts_with("s3."));
        let counted = calls.iter().filter(|(name, _)| !asks_s3 || name.starts_with("s3."));
        let per_bucket = counted.map(|(_, count)| count).sum::<usize>() as f64 / buckets as f64;
        self.refreshes.push(Refresh {
            subject: subject.to_owned(),
            buckets,
            calls: calls.clone(),
            per_bucket,
        });
    }

    /// Compares what was measured with the goals. Called once, when everything is measured.
    pub(super) fn judge(&mut self) {
        let mut goals = Vec::new();
        if let Some((_, ours)) = self.protocol.first() {
            let limits = [
                ("process start to handshake", ours.handshake_ms, 10.0, "ms"),
                ("first GetProviderSchema", ours.schema_ms, 5.0, "ms"),
                ("memory at start", ours.schema_mb, 20.0, "MB"),
                ("binary, stripped", ours.binary_mb, 40.0, "MB"),
            ];
            goals.extend(limits.map(|(what, found, limit, unit)| at_most(what, found, limit, unit)));
        }
        let most = |subject| {
            let rows = self.rows.iter().filter(move |row| row.subject == subject && row.count == 200);
            rows.map(|row| row.cost.provider_mb).fold(0.0, f64::max)
        };
        let (ours, theirs) = (most(Subject::Slipway), most(Subject::HashicorpAws));
        if ours > 0.0 {
            goals.push(at_most("memory at 200 buckets", ours, 40.0, "MB"));
        }
        if ours > 0.0 && theirs > 0.0 {
            goals.push(at_least("memory against hashicorp/aws, 200 buckets", theirs / ours, 20.0));
        }
        for (count, goal) in [(1, 20.0), (200, 10.0)] {
            for command in ["plan", "apply", "re-plan", "destroy"] {
                let wall = |subject| self.cost(subject, count, command).map(|cost| cost.wall);
                if let Some((ours, theirs)) = wall(Subject::Slipway).zip(wall(Subject::HashicorpAws)) {
                    let what = format!("{command} of {count} against hashicorp/aws");
                    goals.push(at_least(&what, theirs / ours, goal));
                }
            }
        }
        let calls = |subject: Subject| {
            let refresh = self.refreshes.iter().filter(|refresh| refresh.subject == subject.name());
            refresh.max_by_key(|refresh| refresh.buckets).map(|refresh| refresh.per_bucket)
        };
        if let Some((ours, theirs)) = calls(Subject::Slipway).zip(calls(Subject::HashicorpAws)) {
            goals.push(at_least("API calls per refresh against hashicorp/aws", theirs / ours, 3.0));
        }
        let seconds_per_call = self.seconds_per_call(1000).unwrap_or_default();
        for command in ["plan", "plan without refresh", "apply"] {
            let cost = |subject| self.cost(subject, 1000, command);
            if let Some(ours) = cost(Subject::Slipway) {
                let what = format!("the provider's own processor time over Terraform's, {command} of 1000");
                let own = ours.provider_cpu - ours.calls * seconds_per_call;
                goals.push(at_most(&what, own / ours.terraform_cpu() * 100.0, 10.0, "%"));
            }
            for (subject, floor) in [
                (Subject::Notes, Subject::Floor),
                (Subject::Slipway, Subject::FloorOfSize),
                (Subject::Slipway, Subject::Floor),
            ] {
                if let Some((cost, least)) = cost(subject).zip(cost(floor)) {
                    let what = format!(
                        "all processor time of {} over {}, {command} of 1000",
                        subject.name(),
                        floor.name()
                    );
                    goals.push(at_most(&what, (cost.cpu / least.cpu - 1.0) * 100.0, 10.0, "%"));
                }
            }
        }
        let engine = |figure: &str| self.engine[figure].as_f64();
        if let Some(nanoseconds) = engine("step_ns") {
            goals.push(at_most("one step of the release engine", nanoseconds / 1000.0, 10.0, "µs"));
        }
        if let Some(milliseconds) = engine("rollout_ms") {
            goals.push(at_most("a simulated rollout of 30 days", milliseconds, 50.0, "ms"));
        }
        self.goals = goals;
    }

    /// What one API call costs the provider in processor time: what a refresh has more than a plan without one.
    fn seconds_per_call(&self, count: usize) -> Option<f64> {
        let with = self.cost(Subject::Slipway, count, "re-plan")?;
        let without = self.cost(Subject::Slipway, count, "plan without refresh")?;
        Some((with.provider_cpu - without.provider_cpu) / with.calls)
    }

    fn cost(&self, subject: Subject, count: usize, command: &str) -> Option<Cost> {
        let row = self
            .rows
            .iter()
            .find(|row| row.subject == subject && row.count == count && row.command == command);
        row.map(|row| row.cost)
    }

    /// All tables, for a terminal.
    pub(super) fn table(&self) -> String {
        self.sections().into_iter().map(|(title, table)| format!("\n{title}\n{table}")).collect()
    }

    /// The page of the documentation.
    pub(super) fn guide(&self) -> String {
        let Self { date, processors, terraform, runs, .. } = self;
        let sections: String =
            self.sections().into_iter().map(|(title, table)| format!("\n## {title}\n\n{table}\n")).collect();
        format!(
            "---\npage_title: \"Performance\"\nsubcategory: \"\"\ndescription: |-\n  How fast the provider is, measured against \
             Terraform alone and against hashicorp/aws.\n---\n\n# Performance\n\n\
             Measured on {date} with {terraform} on {processors} processors by `cargo xtask bench --write-docs`: release \
             build, medians of {runs} runs after one to warm up, everybody in turn. The S3 that they talk to is a stub that \
             answers at once, so that what is left is Terraform's time and the provider's. R2 and Supabase are those of the \
             sandbox, which checks what it is asked and keeps it. Compare the ratios: seconds depend on the machine.\n\n\
             The bucket has a public access block, ownership controls, a TLS-only policy, versioning, encryption and a tag. \
             For hashicorp/aws that is six resources. `terraform_data` is Terraform's own floor: as many resources and no \
             provider at all.\n\n\
             Processor time is told apart: Terraform's own, and that of the provider's processes. Of what 1,000 buckets cost, \
             nearly all is Terraform's own, and a profile of it shows where it goes: it derives the types of the schema \
             again for every step of every object, writes the whole state after every object it has applied, and copies \
             all instances of a resource for each of them. The first grows with the schema, the others with the size of \
             the state and the square of the number. A `terraform_data` has no schema to speak of and a quarter of a \
             bucket's state, so that there is a second floor, of `terraform_data` whose state is as large as a bucket's, and \
             a second provider: `example/notes`, the framework's smallest, whose resource has three attributes. The \
             provider's own time leaves the API calls out, each with what it costs in a refresh.\n{sections}"
        )
    }

    fn sections(&self) -> Vec<(&'static str, Table)> {
        let mut sections = vec![("Goals", self.goals_table())];
        sections.push(("The provider alone", self.protocol_table()));
        sections.push(("Commands", self.rows_table()));
        sections.push(("API calls of one refresh", self.refresh_table()));
        if let Some(engine) = self.engine.as_object() {
            let mut table = new_table(&["release engine", "found"]);
            for (name, value) in engine {
                table.add_row([name.replace('_', " "), value.to_string()]);
            }
            sections.push(("The release engine", table));
        }
        if !self.not_run.is_empty() {
            let mut table = new_table(&["not run"]);
            for missing in &self.not_run {
                table.add_row([missing]);
            }
            sections.push(("Not run", table));
        }
        sections
    }

    fn goals_table(&self) -> Table {
        let mut table = new_table(&["goal", "wanted", "found", ""]);
        for goal in &self.goals {
            let verdict = if goal.met { "met" } else { "missed" };
            table.add_row([&goal.what, &goal.goal, &goal.found, verdict]);
        }
        table
    }

    fn protocol_table(&self) -> Table {
        let head = [
            "provider",
            "handshake ms",
            "schema ms",
            "schema bytes",
            "memory at start MB",
            "with schema MB",
            "binary MB",
        ];
        let mut table = new_table(&head);
        for (name, it) in &self.protocol {
            table.add_row([
                name.clone(),
                format!("{:.1}", it.handshake_ms),
                format!("{:.1}", it.schema_ms),
                format!("{:.0}", it.schema_bytes),
                format!("{:.1}", it.start_mb),
                format!("{:.1}", it.schema_mb),
                format!("{:.1}", it.binary_mb),
            ]);
        }
        table
    }

    fn rows_table(&self) -> Table {
        let head = [
            "resources",
            "command",
            "subject",
            "wall s",
            "terraform's processor s",
            "provider's processor s",
            "API calls",
            "provider MB",
            "times slipway",
            "others' load",
        ];
        let mut table = new_table(&head);
        let order = |command: &str| {
            ["plan", "apply", "plan without refresh", "re-plan", "destroy"]
                .iter()
                .position(|it| *it == command)
        };
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| {
            (row.count, order(row.command), row.subject != Subject::Slipway, row.subject.name())
        });
        for row in rows {
            let ours = self.cost(Subject::Slipway, row.count, row.command);
            let of_provider =
                |figure: String| if row.cost.provider_mb > 0.0 { figure } else { String::new() };
            table.add_row([
                row.count.to_string(),
                row.command.to_owned(),
                row.subject.name().to_owned(),
                format!("{:.2}", row.cost.wall),
                format!("{:.2}", row.cost.terraform_cpu()),
                of_provider(format!("{:.2}", row.cost.provider_cpu)),
                of_provider(format!("{:.0}", row.cost.calls)),
                of_provider(format!("{:.0}", row.cost.provider_mb)),
                ours.map(|ours| format!("{:.2}", row.cost.wall / ours.wall)).unwrap_or_default(),
                format!("{:.1}", row.cost.foreign),
            ]);
        }
        table
    }

    fn refresh_table(&self) -> Table {
        let mut table = new_table(&["buckets", "subject", "calls for each", "all calls"]);
        for refresh in &self.refreshes {
            let calls: Vec<String> =
                refresh.calls.iter().map(|(name, count)| format!("{count} {name}")).collect();
            table.add_row([
                refresh.buckets.to_string(),
                refresh.subject.clone(),
                format!("{:.1}", refresh.per_bucket),
                calls.join(", "),
            ]);
        }
        table
    }
}

fn new_table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(head);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn at_most(what: &str, found: f64, limit: f64, unit: &str) -> Goal {
    Goal {
        what: what.to_owned(),
        goal: format!("at most {limit} {unit}"),
        found: format!("{found:.1} {unit}"),
        met: found <= limit,
    }
}

fn at_least(what: &str, found: f64, limit: f64) -> Goal {
    Goal {
        what: what.to_owned(),
        goal: format!("{limit} times"),
        found: format!("{found:.1} times"),
        met: found >= limit,
    }
}
