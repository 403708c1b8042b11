//! The front matter of a document as an audience may see it.
//!
//! Every struct is taken apart field by field, so that a new field does not compile until somebody has decided what others see of it.

use super::Projector;
use crate::model::{ActionItem, Author, CaseStudy, Competency, Fact, Home, Meta, Question, Sheet, Story, Variant};
use crate::slug::Slug;

impl Projector<'_> {
    pub(super) fn meta(&self, meta: &Meta) -> Meta {
        match meta {
            Meta::Story(story) => Meta::Story(self.story(story)),
            Meta::Variant(variant) => Meta::Variant(self.variant(variant)),
            Meta::Question(question) => Meta::Question(self.question(question)),
            Meta::Sheet(sheet) => Meta::Sheet(self.sheet(sheet)),
            Meta::CaseStudy(case) => Meta::CaseStudy(self.case_study(case)),
            Meta::Competency(competency) => Meta::Competency(self.competency(competency)),
            Meta::Home(home) => Meta::Home(self.home(home)),
        }
    }

    fn story(&self, story: &Story) -> Story {
        // How good it is and where it was told is for its author alone.
        let Story { title, headline, when, role, competencies, answers, strength: _, facts, told: _ } = story;
        Story {
            title: self.redactor.string(title),
            headline: self.redactor.string(headline),
            when: *when,
            role: self.redactor.string(role),
            competencies: self.competencies(competencies),
            answers: self.answers(answers),
            strength: 0,
            facts: facts.iter().map(|fact| self.fact(fact)).collect(),
            told: Vec::new(),
        }
    }

    fn fact(&self, fact: &Fact) -> Fact {
        let Fact { name, value, source } = fact;
        let words = |text: &str| self.redactor.string(text);
        Fact { name: words(name), value: words(value), source: words(source) }
    }

    fn variant(&self, variant: &Variant) -> Variant {
        // Whose words they are is for the author alone.
        let Variant { story, title, headline, competencies, answers, length, by: _, inherit } = variant;
        Variant {
            story: self.redactor.slug(story),
            title: self.redactor.string(title),
            headline: self.redactor.string(headline),
            competencies: self.competencies(competencies),
            answers: self.answers(answers),
            length: *length,
            by: Author::Me,
            inherit: *inherit,
        }
    }

    fn question(&self, question: &Question) -> Question {
        // Who asked it is for the author alone.
        let Question { question, aliases, competencies, about, asked: _ } = question;
        Question {
            question: self.redactor.string(question),
            aliases: self.redactor.strings(aliases),
            competencies: self.competencies(competencies),
            about: self.story_named(about.as_ref()),
            asked: Vec::new(),
        }
    }

    fn sheet(&self, sheet: &Sheet) -> Sheet {
        let Sheet { title, competencies, about } = sheet;
        Sheet { title: self.redactor.string(title), competencies: self.competencies(competencies), about: self.story_named(about.as_ref()) }
    }

    fn case_study(&self, case: &CaseStudy) -> CaseStudy {
        let CaseStudy { title, story, severity, started, detected, resolved, actions } = case;
        CaseStudy {
            title: self.redactor.string(title),
            story: self.story_named(story.as_ref()),
            severity: *severity,
            started: started.clone(),
            detected: detected.clone(),
            resolved: resolved.clone(),
            actions: actions.iter().map(|action| self.action(action)).collect(),
        }
    }

    fn action(&self, action: &ActionItem) -> ActionItem {
        let ActionItem { what, owner, due, status } = action;
        ActionItem { what: self.redactor.string(what), owner: self.redactor.string(owner), due: *due, status: *status }
    }

    fn competency(&self, competency: &Competency) -> Competency {
        let Competency { title, aliases, frameworks } = competency;
        let framework = |(name, entries): &(String, Vec<String>)| (self.redactor.string(name), self.redactor.strings(entries));
        Competency {
            title: self.redactor.string(title),
            aliases: self.redactor.strings(aliases),
            frameworks: frameworks.iter().map(framework).collect(),
        }
    }

    fn home(&self, home: &Home) -> Home {
        let Home { title } = home;
        Home { title: self.redactor.string(title) }
    }

    fn competencies(&self, slugs: &[Slug]) -> Vec<Slug> {
        self.slugs(slugs, |slug| self.site.names.competency(slug.as_str()).map(|id| self.site.competency(id).document))
    }

    fn answers(&self, slugs: &[Slug]) -> Vec<Slug> {
        self.slugs(slugs, |slug| self.question_document(slug))
    }

    /// The story of a slug, if the viewer may see it.
    fn story_named(&self, slug: Option<&Slug>) -> Option<Slug> {
        self.slugs(slug, |slug| self.story_document(slug)).pop()
    }
}
