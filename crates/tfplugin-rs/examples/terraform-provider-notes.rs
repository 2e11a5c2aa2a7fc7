//! A whole provider: notes, each in a file of its own.

use std::{fs, io, process::ExitCode};

use tfplugin::{
    Computed, Context, Diagnostic, Identity, Invalid, Model, Operation, Outcome, Provider, Registry, Resource,
};

/// Keeps notes in files.
#[derive(Model)]
struct Settings {}

/// A note.
#[derive(Model, Clone, Debug)]
struct NoteModel {
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
#[derive(Model, Clone, Debug)]
struct NoteId {
    /// Where the note is kept.
    path: String,
}

impl Identity for NoteId {
    fn parse(id: &str) -> Result<Self, Invalid> {
        Ok(Self { path: id.to_owned() })
    }

    fn id(&self) -> String {
        self.path.clone()
    }
}

struct Note;

fn write(note: NoteModel) -> Outcome<NoteModel> {
    match fs::write(&note.path, &note.text) {
        Ok(()) => Ok(NoteModel { id: note.path.clone().into(), ..note }),
        Err(error) => Err(Diagnostic::error("The note was not written").line(format!("{error}.")).into()),
    }
}

impl Resource for Note {
    const NAME: &'static str = "note";
    type Client = ();
    type Model = NoteModel;
    type Identity = NoteId;

    async fn create(_: &Context<Self>, plan: NoteModel) -> Outcome<NoteModel> {
        write(plan)
    }

    async fn read(_: &Context<Self>, id: &NoteId) -> Outcome<Option<NoteModel>> {
        match fs::read_to_string(&id.path) {
            Ok(text) => Ok(Some(NoteModel { path: id.path.clone(), text, id: id.path.clone().into() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Diagnostic::error("The note was not read").line(format!("{error}.")).into()),
        }
    }

    async fn update(_: &Context<Self>, _: NoteModel, plan: NoteModel) -> Outcome<NoteModel> {
        write(plan)
    }

    async fn delete(_: &Context<Self>, state: NoteModel) -> Outcome<()> {
        match fs::remove_file(&state.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Diagnostic::error("The note was not removed").line(format!("{error}.")).into())
            }
            _ => Ok(()),
        }
    }
}

struct Notes;

impl Provider for Notes {
    const NAME: &'static str = "notes";
    const ADDRESS: &'static str = "registry.terraform.io/example/notes";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Config = Settings;
    type Client = ();

    async fn configure(_: &Operation, _: SettingsDraft) -> Outcome<Option<()>> {
        Ok(Some(()))
    }

    fn register(registry: &mut Registry<()>) {
        registry.resource::<Note>();
    }
}

fn main() -> ExitCode {
    tfplugin::run::<Notes>()
}
