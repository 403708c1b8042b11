//! What the linked things give together: the edges that lead back, the order of stories, and where links lead.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::rank::Places;
use super::resolve::Dangling;
use super::telling::told_words;
use super::{CaseStudyId, Destination, Node, Origin, QuestionId, Resolver, Site, StoryId, cycles, push_new_last};
use crate::diagnostic::Diagnostic;
use crate::model::Part;
use crate::source::SitePath;

/// Everything that needs the whole: edges in the other direction, counts, ranks, links.
pub(super) fn finish(site: &mut Site, assets: &BTreeSet<SitePath>) -> Vec<Diagnostic> {
    sum_up_tellings(site);
    let named = reverse_edges(site);
    let places = rank_stories(site);
    let ranked: Vec<_> = (0..site.questions.len())
        .into_par_iter()
        .map(|index| {
            let id = QuestionId(index);
            if !site.is_of_bank(id) {
                return (Vec::new(), Vec::new(), 0);
            }
            let answers = site.ranked_answers(id, named[index].clone(), &places);
            let (adaptable, total) = site.ranked_adaptable(id, &answers, &places);
            (answers, adaptable, total)
        })
        .collect();
    for (question, (answers, adaptable, total)) in site.questions.iter_mut().zip(ranked) {
        (question.answers, question.adaptable, question.adaptable_total) = (answers, adaptable, total);
    }
    let mut found = resolve_links(site, assets);
    found.extend(cycles::cycles(site));
    found
}

/// Fills what the sections of each telling give: its words, and where its headline stands.
fn sum_up_tellings(site: &mut Site) {
    let documents = &site.documents;
    site.stories.par_iter_mut().for_each(|story| {
        for telling in &mut story.tellings {
            telling.headline =
                telling.sections.iter().position(|told| documents[told.document.0].sections[told.section].part == Some(Part::Headline));
            let words = telling.sections.iter().map(|told| {
                let document = &documents[told.document.0];
                told_words(document, &document.sections[told.section], &telling.left_out)
            });
            telling.words = words.sum();
        }
    });
}

/// Fills the edges that lead back, and gives the stories that name each question.
fn reverse_edges(site: &mut Site) -> Vec<Vec<StoryId>> {
    let mut named: Vec<Vec<StoryId>> = vec![Vec::new(); site.questions.len()];
    for (index, story) in site.stories.iter().enumerate() {
        let id = StoryId(index);
        for telling in story.tellings.iter().filter(|telling| telling.is_eligible()) {
            for question in &telling.answers {
                push_new_last(&mut named[question.0], id);
            }
        }
        for competency in &story.competencies {
            site.competencies[competency.0].stories.push(id);
        }
    }
    for index in 0..site.questions.len() {
        let question = &site.questions[index];
        match question.about {
            Some(story) => site.stories[story.0].follow_ups.push(QuestionId(index)),
            None => {
                for competency in &question.competencies {
                    site.competencies[competency.0].questions.push(QuestionId(index));
                }
            }
        }
    }
    for (index, case) in site.case_studies.iter().enumerate() {
        if let Some(story) = case.story {
            site.stories[story.0].case_studies.push(CaseStudyId(index));
        }
    }
    named
}

/// Puts the stories in order, and with them those of each competency.
fn rank_stories(site: &mut Site) -> Places {
    let stories = (0..site.stories.len()).into_par_iter().map(StoryId);
    let mut standing: Vec<_> = stories.map(|story| (site.standing(story), story)).collect();
    standing.par_sort_unstable();
    let ranked: Vec<StoryId> = standing.into_iter().map(|(_, story)| story).collect();
    let places = Places::in_order(&ranked);
    for competency in &mut site.competencies {
        competency.stories.sort_unstable_by_key(|&story| places.of(story));
    }
    site.ranked = ranked;
    places
}

fn resolve_links(site: &mut Site, assets: &BTreeSet<SitePath>) -> Vec<Diagnostic> {
    site.pages = owners(site);
    let resolver = Resolver::new(site, assets);
    let resolved: Vec<(Vec<Destination>, Vec<Box<Dangling>>)> = site
        .documents
        .par_iter()
        .zip(&site.pages)
        .map(|(document, &own)| {
            let mut found = Vec::new();
            let links = document.body.links.iter();
            let destinations = links.map(|link| {
                resolver.resolve(document, own, link).unwrap_or_else(|dangling| {
                    found.push(dangling);
                    Destination::Nothing
                })
            });
            (destinations.collect(), found)
        })
        .collect();
    let (resolved, dangling): (Vec<_>, Vec<_>) = resolved.into_iter().unzip();
    let found = resolver.advised(dangling.into_iter().flatten());
    let mut backlinks = Vec::new();
    let mut destinations = Vec::with_capacity(resolved.len());
    for (resolved, own) in resolved.into_iter().zip(&site.pages) {
        for destination in &resolved {
            if let (Destination::Page { node, .. }, &Some(from)) = (destination, own)
                && *node != from
            {
                backlinks.push((*node, from));
            }
        }
        destinations.push(resolved);
    }
    site.destinations = destinations;
    // Stable, so that those that lead to one page stay in the order of their files.
    backlinks.par_sort_by_key(|&(node, _)| node);
    backlinks.dedup();
    site.backlinks = backlinks;
    found
}

/// The page of each document. A sheet has none of its own; what it links to is found from its first question.
fn owners(site: &Site) -> Vec<Option<Node>> {
    let mut owners = vec![None; site.documents.len()];
    for id in site.questions() {
        let owner = &mut owners[site.question(id).document.0];
        *owner = owner.or(Some(Node::Question(id)));
    }
    for id in site.stories() {
        let story = site.story(id);
        owners[story.document.0] = Some(Node::Telling(id, 0));
        for (index, telling) in story.tellings.iter().enumerate() {
            if let Origin::Variant(document) = telling.origin {
                owners[document.0] = Some(Node::Telling(id, index));
            }
        }
    }
    for id in site.case_studies() {
        owners[site.case_study(id).document.0] = Some(Node::CaseStudy(id));
    }
    for id in site.competencies() {
        owners[site.competency(id).document.0] = Some(Node::Competency(id));
    }
    if let Some(home) = site.home {
        owners[home.0] = Some(Node::Home);
    }
    owners
}
