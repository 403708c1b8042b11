//! Reports about claims and the names that employers use, which need the finished contents of a site.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::{CompetencyId, Contents, InterviewId, StoryId};
use crate::diagnostic::{Diagnostic, did_you_mean, rules};
use crate::slug::Slug;
use crate::source::Span;

/// Competencies that only hashtags show, and frameworks without names.
pub fn report(site: &Contents) -> Vec<Diagnostic> {
    let best = best_evidence(site);
    let tags = first_tags(site, best.values().copied());
    let unclaimed = site
        .competencies()
        .filter_map(|id| unclaimed(site, id, *best.get(&id)?, &tags));
    let mut found: Vec<Diagnostic> = unclaimed.collect();
    if !site.interviews.is_empty() {
        let known = known_frameworks(site);
        let interviews = site.interviews();
        found.extend(interviews.flat_map(|id| unknown_frameworks(site, id, &known)));
    }
    found
}

/// The story with the most evidence for each competency that has some in a story which is still told.
fn best_evidence(site: &Contents) -> HashMap<CompetencyId, StoryId> {
    let mut best = HashMap::default();
    for id in site.stories().filter(|&id| !site.is_retired(id)) {
        for evidence in &site.story(id).evidence {
            let known = best
                .entry(evidence.competency)
                .or_insert((evidence.share, id));
            if evidence.share > known.0 {
                *known = (evidence.share, id);
            }
        }
    }
    let best = best.into_iter();
    best.map(|(competency, (_, story))| (competency, story))
        .collect()
}

/// The place of the first hashtag of each name in some stories.
fn first_tags(
    site: &Contents,
    stories: impl Iterator<Item = StoryId>,
) -> HashMap<(StoryId, &Slug), Span> {
    let mut first = HashMap::default();
    for story in stories.collect::<HashSet<StoryId>>() {
        let body = &site.document(site.story(story).document).body;
        for (slug, span) in body.tagged.iter().flat_map(|block| &block.tags) {
            first.entry((story, slug)).or_insert(*span);
        }
    }
    first
}

/// A competency that hashtags of stories name and no story claims. No question is covered by it.
fn unclaimed(
    site: &Contents,
    id: CompetencyId,
    story: StoryId,
    tags: &HashMap<(StoryId, &Slug), Span>,
) -> Option<Diagnostic> {
    let competency = site.competency(id);
    if !competency.stories.is_empty() {
        return None;
    }
    let path = &site.document(site.story(story).document).path;
    let slug = &competency.slug;
    let span = *tags.get(&(story, slug))?;
    let message = format!("hashtags show `{slug}`, but no story claims it, so it counts as a gap");
    let help = format!(
        "add `{slug}` to the `competencies` of the story that shows it best, such as this one"
    );
    Some(Diagnostic::new(&rules::UNCLAIMED, path, span, message).help(help))
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
