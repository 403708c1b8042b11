//! `storybank schema`: JSON Schemas for editors.

use std::path::Path;

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::new::shown;
use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::cli::{Schema, SchemaKind};
use crate::disk::{self, Interrupts};
use crate::parse::FrontMatter;
use crate::{config, parse};

/// Prints schemas, or writes each into a file.
pub fn run(options: &Schema, terminal: &Terminal) -> Result<Outcome, Error> {
    match (&options.out, options.kind) {
        (Some(folder), _) => write(folder, terminal)?,
        (None, Some(kind)) => terminal.page(&text(&schema(kind))),
        (None, None) => {
            let named = SchemaKind::value_variants();
            let named = named.iter().map(|&kind| (name(kind), schema(kind)));
            terminal.page(&text(&Value::Object(named.collect::<Map<_, _>>())));
        }
    }
    Ok(Outcome::Done)
}

/// Writes a file for each schema.
fn write(folder: &Path, terminal: &Terminal) -> Result<(), Error> {
    let kinds = SchemaKind::value_variants().iter();
    let files: Vec<_> = kinds
        .map(|&kind| {
            let path = shown(folder, &format!("{}.schema.json", name(kind)));
            (path, text(&schema(kind)).into_bytes())
        })
        .collect();
    let _held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    disk::write_all(&files)?;
    for (path, _) in files {
        terminal.result(&path.to_string_lossy());
    }
    Ok(())
}

fn schema(kind: SchemaKind) -> Value {
    match front_matter(kind) {
        Some(kind) => parse::schema(kind),
        None => config::schema(),
    }
}

/// The front matter that a schema is of; `None` for that of the settings.
fn front_matter(kind: SchemaKind) -> Option<FrontMatter> {
    match kind {
        SchemaKind::Story => Some(FrontMatter::Story),
        SchemaKind::Variant => Some(FrontMatter::Variant),
        SchemaKind::Question => Some(FrontMatter::Question),
        SchemaKind::CaseStudy => Some(FrontMatter::CaseStudy),
        SchemaKind::Competency => Some(FrontMatter::Competency),
        SchemaKind::Interview => Some(FrontMatter::Interview),
        SchemaKind::Home => Some(FrontMatter::Home),
        SchemaKind::Site => None,
    }
}

/// The name of a schema, as on the command line.
fn name(kind: SchemaKind) -> String {
    front_matter(kind)
        .map_or("site", FrontMatter::name)
        .to_owned()
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
