//! Names of competencies in hashtags, also in those that are not read: the build warns of them.

use super::{Edit, Plan};
use crate::markdown::{UnreadPlace, UnreadTag};
use crate::model::{Document, Kind, Meta};
use crate::slug::Slug;
use crate::source::{Span, locate};

impl Plan<'_> {
    /// The hashtags of competencies that get another name.
    pub(super) fn edit_hashtags(
        &self,
        document: &Document,
        edits: &mut Vec<Edit>,
    ) -> Result<(), String> {
        let body = &document.body;
        let of_blocks = body.tagged.iter().flat_map(|block| &block.tags);
        let of_questions = body.headings.iter().flat_map(|heading| &heading.tags);
        for (tag, span) in of_blocks.chain(of_questions) {
            edits.extend(self.edit_hashtag(document, tag, *span)?);
        }
        let unread = body.unread_tags.iter();
        for tag in unread.filter(|tag| is_warned_of(document, tag)) {
            self.refuse_spaces(document, tag)?;
            edits.extend(self.edit_hashtag(document, &tag.name, tag.span)?);
        }
        Ok(())
    }

    fn edit_hashtag(
        &self,
        document: &Document,
        tag: &Slug,
        span: Span,
    ) -> Result<Option<Edit>, String> {
        let Some(new) = self.names.renamed(Kind::Competency, tag) else {
            return Ok(None);
        };
        let at = place(document, span);
        if !new.as_str().starts_with(char::is_alphabetic) {
            return Err(format!(
                "{at} has the hashtag `#{tag}`, and a hashtag starts with a letter; give a name that does"
            ));
        }
        let written = &document.body.file_text()[span.range()];
        let name = written.trim_start_matches(['#', ' ']);
        if !written.starts_with('#') || Slug::of(name) != *tag {
            return Err(format!(
                "{at}: the place of the hashtag `#{tag}` is not known; write it as `#{tag}`, without other signs inside of it"
            ));
        }
        let start = span.range().end - name.len();
        Ok(Some(Edit {
            path: document.path.clone(),
            span: Span::new(start, span.range().end),
            text: new.to_string(),
        }))
    }

    /// Fails if a name was written with spaces after a `#`: with hyphens it could become a hashtag that is read.
    fn refuse_spaces(&self, document: &Document, tag: &UnreadTag) -> Result<(), String> {
        let mut words = tag.name.to_string();
        for word in &tag.following {
            words = format!("{words} {word}");
            let slug = Slug::of(&words);
            if self.names.renamed(Kind::Competency, &slug).is_some() {
                return Err(format!(
                    "{}: `#{words}` is not read, because a hashtag has no spaces; write `#{slug}` or `\\#{words}` first",
                    place(document, tag.span)
                ));
            }
        }
        Ok(())
    }
}

/// Whether the build warns of a hashtag that is not read.
fn is_warned_of(document: &Document, tag: &UnreadTag) -> bool {
    match document.meta {
        Meta::Story(_) | Meta::Variant(_) => true,
        Meta::Question(_) => tag.place == UnreadPlace::Heading,
        _ => false,
    }
}

fn place(document: &Document, span: Span) -> String {
    let at = locate(document.body.file_text(), span.range().start);
    format!(
        "`{}`, line {}, column {}",
        document.path, at.line, at.column
    )
}
