//! `slipway sandbox up`: runs until Ctrl-C, and shows every call.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sandbox::aws::{self, Kind, Tools};
use sandbox::{Event, Exchange, FaultRule, Options, Running, StartError};
use serde_json::json;
use tokio::sync::mpsc;

use super::files::Files;
use super::{CLOUDFLARE_PORT, SUPABASE_PORT, line};
use crate::exit::Exit;
use crate::failure::{Failure, Message};
use crate::output::{BAD, FAINT, Output, STRONG, styled};

/// Run the clouds in the foreground, until Ctrl-C
///
/// Supabase (Management and Storage API) and Cloudflare (API v4, and R2 by S3) run in this process and start at once. AWS
/// is moto, which is installed on the first `--aws`. Everything listens on 127.0.0.1 only. State is in memory unless
/// --state names a directory; there, whatever was answered survives even a kill.
///
/// With --json every event is a JSON object on a line of its own: `ready`, `call`, `problem`, `stopped`.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Port of Supabase; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = SUPABASE_PORT)]
    supabase_port: u16,

    /// Port of Cloudflare; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = CLOUDFLARE_PORT)]
    cloudflare_port: u16,

    #[command(flatten)]
    aws: Aws,

    /// Keep state in this directory, and go on from what is there
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Append every call to this file, one JSON object a line, secrets blanked
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Start with the faults in this file: a JSON list such as `[{"fault": {"kind": "cut"}, "method": "POST"}]`
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Where identifiers and keys start from; the same seed gives the same ones
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,

    /// How long what the clouds do in the background takes, in milliseconds: a project comes up, a bucket is emptied
    #[arg(long, value_name = "MS", default_value_t = 400)]
    settle: u64,
}

/// Whether AWS runs too.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Aws {
    /// Run AWS too
    #[arg(long)]
    aws: bool,

    /// Use the AWS double that already runs there, such as LocalStack
    #[arg(long, value_name = "URL")]
    aws_endpoint: Option<Kind>,

    /// Leave AWS out; that is also what happens without any of these
    #[arg(long)]
    no_aws: bool,
}

/// What the loop hears of.
enum News {
    Call(Box<Exchange>),
    Problem(String),
    Progress(String),
}

type Hear = mpsc::UnboundedSender<News>;

impl Up {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let stop = stop_signal();
        tokio::pin!(stop);
        let (hear, mut news) = mpsc::unbounded_channel();
        let running =
            sandbox::Sandbox::start(self.options(hear.clone())?).map_err(|error| refused(&error))?;
        let files = Files::write(&running, self.state.as_deref())?;
        running.announce(files.variables());

        let starting = self.start_aws(hear);
        tokio::pin!(starting);
        let mut aws = None;
        let mut ready = false;
        loop {
            tokio::select! {
                () = &mut stop => break,
                started = &mut starting, if !ready => {
                    aws = started?;
                    if let Some(aws) = &aws {
                        running.announce(variables_of(aws));
                    }
                    greet(&running, aws.as_ref(), output)?;
                    ready = true;
                }
                Some(heard) = news.recv() => tell(heard, output)?,
            }
        }
        drop(aws);
        running.stop();
        if output.is_json() {
            output.record(&json!({ "event": "stopped" }))?;
        } else {
            output.hint("\nStopped. Nothing is left running.");
        }
        Ok(Exit::Success)
    }

    fn options(&self, hear: Hear) -> Result<Options, Failure> {
        let faults = match &self.faults {
            Some(path) => FaultRule::list(crate::failure::read_text(path)?.as_bytes()).map_err(|error| {
                Message::new(format!("`{}` holds no faults", path.display()))
                    .detail(format!("{error}."))
                    .next(r#"Write a JSON list of rules, such as [{"fault": {"kind": "cut"}, "method": "POST"}]."#)
            })?,
            None => Vec::new(),
        };
        // When the loop is gone nobody needs to hear any more.
        let listener = move |event: Event<'_>| {
            let _ = hear.send(match event {
                Event::Call(call) => News::Call(Box::new(call.clone())),
                Event::Complaint(problem) => News::Problem(problem.to_owned()),
            });
        };
        Ok(Options {
            supabase_port: self.supabase_port,
            cloudflare_port: self.cloudflare_port,
            state: self.state.clone(),
            record: self.record.clone(),
            faults,
            seed: self.seed,
            settle: Duration::from_millis(self.settle),
            listener: Some(Arc::new(listener)),
            ..Options::default()
        })
    }

    /// The AWS double, installed first where that was never done.
    async fn start_aws(&self, hear: Hear) -> Result<Option<aws::Double>, Failure> {
        let kind = match &self.aws {
            Aws { aws_endpoint: Some(kind), .. } => kind.clone(),
            Aws { aws: true, .. } => Kind::Moto,
            Aws { .. } => return Ok(None),
        };
        let start = move || {
            // When the loop is gone nobody needs to hear any more.
            let tools = Tools::new(tools_folder())?.on_progress(move |line| {
                let _ = hear.send(News::Progress(line.to_owned()));
            });
            aws::Double::start(&kind, &tools)
        };
        let started = tokio::task::spawn_blocking(start).await.expect("starting AWS does not panic");
        let started = started.map_err(|missing| {
            Message::new("AWS did not start, so nothing runs")
                .detail(format!("{missing}."))
                .next("Put that right, or leave --aws out.")
        })?;
        Ok(Some(started))
    }
}

fn refused(error: &StartError) -> Failure {
    let next = match error {
        StartError::Port { port, vendor, .. } => {
            let option = format!("--{}-port", vendor.to_lowercase());
            format!("Stop what listens on {port}, or choose another port with {option}.")
        }
        StartError::Record { .. } => "Name a file that can be written with --record.".to_owned(),
        StartError::Fault(_) => "Correct the rule in the file of --faults.".to_owned(),
        StartError::State(_) => "Name another directory with --state, or put this one right.".to_owned(),
        StartError::System(_) => "Close some programs, then try again.".to_owned(),
    };
    Message::new("The sandbox did not start").detail(format!("{error}.")).next(next).into()
}

/// Where tools are installed: beside the other caches of the user.
fn tools_folder() -> PathBuf {
    let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
    home.join(".cache").join("slipway").join("tools")
}

/// What clients of AWS need in their environment.
fn variables_of(aws: &aws::Double) -> Vec<(String, String)> {
    let mut variables: Vec<_> =
        aws.environment().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    // Version 1 of the aws CLI knows the region by an older name.
    let region = variables.iter().find(|(name, _)| name == "AWS_REGION").map(|(_, region)| region.clone());
    variables.extend(region.map(|region| ("AWS_DEFAULT_REGION".to_owned(), region)));
    variables
}

/// Says what runs where, and what to do with it.
fn greet(running: &Running, aws: Option<&aws::Double>, output: &mut Output) -> Result<(), Failure> {
    let status = running.status();
    if output.is_json() {
        return output.record(&json!({ "event": "ready", "status": status }));
    }
    let mut row =
        |name: &str, url: &str| output.line(format!("{}  {url}", styled(STRONG, format!("{name:<10}"))));
    row("Supabase", &status.supabase_url)?;
    row("Cloudflare", &status.cloudflare_url)?;
    row("R2 by S3", &running.cloudflare().r2_s3_url)?;
    match aws {
        Some(aws) => row("AWS", &format!("{} ({})", aws.endpoint(), aws.title()))?,
        None => row("AWS", &styled(FAINT, "not running; add --aws").to_string())?,
    }
    if let Some(state) = &status.state {
        row("State", state)?;
    }
    let port = status.supabase_url.rsplit(':').next().and_then(|port| port.parse().ok());
    let at = match port {
        Some(SUPABASE_PORT) => String::new(),
        _ => format!(" --at {}", status.supabase_url),
    };
    output.hint(format!("\nIn another terminal: eval \"$(slipway sandbox env{at})\"\nCtrl-C stops it.\n"));
    Ok(())
}

fn tell(news: News, output: &mut Output) -> Result<(), Failure> {
    match news {
        News::Call(call) if output.is_json() => output.record(&json!({ "event": "call", "call": call })),
        News::Call(call) => output.line(line::of(&call)),
        News::Problem(problem) if output.is_json() => {
            output.record(&json!({ "event": "problem", "problem": problem }))
        }
        News::Problem(problem) => output.line(styled(BAD, problem)),
        News::Progress(line) => {
            output.hint(line);
            Ok(())
        }
    }
}

/// Ends when the user or the system asks for the end, from the moment of the call on.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn heard(signal: Option<Signal>) {
        match signal {
            Some(mut signal) => drop(signal.recv().await),
            // A system that refuses the signal ends the process itself.
            None => std::future::pending().await,
        }
    }
    let (interrupt, terminate) = (signal(SignalKind::interrupt()).ok(), signal(SignalKind::terminate()).ok());
    async {
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }
}

/// Ends when the user asks for the end.
#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        // A system that refuses the signal ends the process itself.
        std::future::pending::<()>().await;
    }
}
