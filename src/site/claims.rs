//! Reports about claims and the names that employers use, which need the finished contents of a site.

use rustc_hash::FxHashSet as HashSet;

use super::{CompetencyId, Contents, InterviewId};
use crate::diagnostic::{Diagnostic, did_you_mean, rules};
use crate::model::Status;
use crate::slug::Slug;
use crate::source::Span;

/// Competencies that only hashtags show, and frameworks without names.
pub fn report(site: &Contents) -> Vec<Diagnostic> {
    let unclaimed = site.competencies().filter_map(|id| unclaimed(site, id));
    let mut found: Vec<Diagnostic> = unclaimed.collect();
    if !site.interviews.is_empty() {
        let known = known_frameworks(site);
        let interviews = site.interviews();
        found.extend(interviews.flat_map(|id| unknown_frameworks(site, id, &known)));
    }
    found
}

/// A competency that hashtags of stories name and no story claims. No question is covered by it.
fn unclaimed(site: &Contents, id: CompetencyId) -> Option<Diagnostic> {
    let competency = site.competency(id);
    let told = competency
        .evidenced
        .iter()
        .filter(|&&story| site.document(site.story(story).document).status != Status::Retired);
    let story = told.max_by_key(|&&story| {
        site.story(story)
            .standing(id)
            .map(|standing| standing.evidence)
    })?;
    if !competency.stories.is_empty() {
        return None;
    }
    let document = site.document(site.story(*story).document);
    let mut tags = document.body.tagged.iter().flat_map(|block| &block.tags);
    let (_, span) = tags.find(|(slug, _)| *slug == competency.slug)?;
    let slug = &competency.slug;
    let message = format!("hashtags show `{slug}`, but no story claims it, so it counts as a gap");
    let help = format!(
        "add `{slug}` to the `competencies` of the story that shows it best, such as this one"
    );
    Some(Diagnostic::new(&rules::UNCLAIMED, &document.path, *span, message).help(help))
}

/// The slugs of the frameworks that competencies have names in.
fn known_frameworks(site: &Contents) -> HashSet<Slug> {
    let competencies = site.competencies();
    let names = competencies.flat_map(|id| &site.competency_meta(id).frameworks);
    names.map(|(name, _)| Slug::of(name.as_str())).collect()
}

fn unknown_frameworks<'s>(
    site: &'s Contents,
    id: InterviewId,
    known: &'s HashSet<Slug>,
) -> impl Iterator<Item = Diagnostic> + 's {
    let path = &site.document(site.interview(id).document).path;
    let unknown = site.interview_meta(id).frameworks.iter();
    unknown
        .filter(|name| !known.contains(&Slug::of(name.as_str())))
        .map(move |name| {
            let name_of = name.as_str();
            let message = format!("no competency has a name in the framework `{name_of}`");
            let near = did_you_mean(name_of, known.iter().map(Slug::as_str));
            let help = near.unwrap_or_else(|| {
                format!("add the names that the employer uses to competencies, as in `frameworks: {{ {name_of}: [Dive Deep] }}`")
            });
            let span: Span = name.span();
            Diagnostic::new(&rules::FRAMEWORK, path, span, message).help(help)
        })
}
