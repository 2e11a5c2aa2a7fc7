//! A whole provider: notes, each in a file of its own.

use std::{fs, io, process::ExitCode};

use tfplugin::{Computed, Context, Diagnostic, Identity, Model, Operation, Outcome, Registry, Resource};

/// A note.
#[derive(Model, Clone, Debug)]
struct Note {
    /// Where the note is kept.
    #[tf(replace, length = "1..=255")]
    path: String,
    /// What it says.
    text: String,
    /// The path again.
    #[tf(keep)]
    id: Computed<String>,
}

/// What tells a note from every other one.
#[derive(Model, Identity, Clone, Debug)]
struct NoteId {
    /// Where the note is kept.
    path: String,
}

fn write(note: Note) -> Outcome<Note> {
    fs::write(&note.path, &note.text).map_err(Diagnostic::from_cause("The note was not written"))?;
    Ok(Note { id: note.path.clone().into(), ..note })
}

impl Resource for Note {
    const NAME: &'static str = "note";
    type Client = ();
    type Model = Self;
    type Identity = NoteId;

    async fn create(_: &Context<Self>, plan: Self) -> Outcome<Self> {
        write(plan)
    }

    async fn read(_: &Context<Self>, NoteId { path }: &NoteId) -> Outcome<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(Self { path: path.clone(), text, id: path.clone().into() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Diagnostic::from_cause("The note was not read")(error)),
        }
    }

    async fn update(_: &Context<Self>, _: Self, plan: Self) -> Outcome<Self> {
        write(plan)
    }

    async fn delete(_: &Context<Self>, state: Self) -> Outcome<()> {
        match fs::remove_file(&state.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(Diagnostic::from_cause("The note was not removed")),
        }
    }
}

struct Notes;

impl tfplugin::Provider for Notes {
    const ADDRESS: &'static str = "registry.terraform.io/example/notes";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Config = ();
    type Client = ();

    async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
        Ok(Some(()))
    }

    fn register(registry: &mut Registry<()>) {
        registry.resource::<Note>();
    }
}

fn main() -> ExitCode {
    tfplugin::run::<Notes>()
}
