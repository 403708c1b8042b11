//! The front matter of a document as an audience may see it.
//!
//! Every struct is destructured field by field: a new field does not compile until this module says what others see of it.
//! The words of the author are [`Prose`], which cannot be copied, only redacted.

use super::Projector;
use crate::model::{
    ActionItem, Answer, Asks, Author, CaseStudy, Competency, Fact, Home, Interview, Meta, Prose,
    Question, Sheet, Story, Variant,
};
use crate::slug::Slug;
use crate::source::Spanned;

impl Projector<'_> {
    pub(super) fn meta(&self, meta: &Meta) -> Meta {
        match meta {
            Meta::Story(story) => Meta::Story(self.story(story)),
            Meta::Variant(variant) => Meta::Variant(self.variant(variant)),
            Meta::Question(question) => Meta::Question(self.question(question)),
            Meta::Sheet(sheet) => Meta::Sheet(self.sheet(sheet)),
            Meta::Asks(asks) => Meta::Asks(self.asks(asks)),
            Meta::CaseStudy(case) => Meta::CaseStudy(self.case_study(case)),
            Meta::Competency(competency) => Meta::Competency(self.competency(competency)),
            Meta::Interview(interview) => Meta::Interview(Self::interview(interview)),
            Meta::Home(home) => Meta::Home(self.home(home)),
        }
    }

    fn story(&self, story: &Story) -> Story {
        // How good it is and where it was told is for its author alone.
        let Story {
            title,
            headline,
            when,
            role,
            competencies,
            answers,
            strength: _,
            length,
            facts,
            told: _,
        } = story;
        Story {
            title: self.words(title),
            headline: self.words_if_any(headline.as_ref()),
            when: *when,
            role: self.words_if_any(role.as_ref()),
            competencies: self.competencies(competencies),
            answers: self.answers(answers),
            strength: None,
            length: *length,
            facts: facts.iter().map(|fact| self.fact(fact)).collect(),
            told: Vec::new(),
        }
    }

    fn fact(&self, fact: &Fact) -> Fact {
        let Fact {
            name,
            value,
            source,
        } = fact;
        Fact {
            name: self.words(name),
            value: self.words(value),
            source: self.words_if_any(source.as_ref()),
        }
    }

    fn variant(&self, variant: &Variant) -> Variant {
        // Whose words they are is for the author alone.
        let Variant {
            story,
            title,
            headline,
            competencies,
            answers,
            length,
            by: _,
            inherit,
        } = variant;
        Variant {
            story: self.redactor.slug(story),
            title: self.words_if_any(title.as_ref()),
            headline: self.words_if_any(headline.as_ref()),
            competencies: self.competencies(competencies),
            answers: self.answers(answers),
            length: *length,
            by: Author::Me,
            inherit: *inherit,
        }
    }

    fn question(&self, question: &Question) -> Question {
        // Who asked it is for the author alone.
        let Question {
            question,
            aliases,
            competencies,
            about,
            asked: _,
            length,
        } = question;
        Question {
            question: self.words(question),
            aliases: self.all_words(aliases),
            competencies: self.competencies(competencies),
            about: self.story_named(about.as_ref()),
            asked: Vec::new(),
            length: *length,
        }
    }

    fn sheet(&self, sheet: &Sheet) -> Sheet {
        let Sheet {
            title,
            competencies,
            about,
        } = sheet;
        Sheet {
            title: self.words_if_any(title.as_ref()),
            competencies: self.competencies(competencies),
            about: self.story_named(about.as_ref()),
        }
    }

    fn asks(&self, asks: &Asks) -> Asks {
        let Asks { title } = asks;
        Asks {
            title: self.words_if_any(title.as_ref()),
        }
    }

    /// No other audience sees an interview: [`super::is_visible`] leaves its document out, and nothing of it is copied here.
    fn interview(interview: &Interview) -> Interview {
        let Interview {
            title: _,
            company: _,
            when: _,
            round: _,
            people: _,
            frameworks: _,
            questions: _,
        } = interview;
        Interview::default()
    }

    fn case_study(&self, case: &CaseStudy) -> CaseStudy {
        let CaseStudy {
            title,
            story,
            severity,
            started,
            detected,
            resolved,
            actions,
        } = case;
        CaseStudy {
            title: self.words(title),
            story: self.story_named(story.as_ref()),
            severity: *severity,
            started: started.clone(),
            detected: detected.clone(),
            resolved: resolved.clone(),
            actions: actions.iter().map(|action| self.action(action)).collect(),
        }
    }

    fn action(&self, action: &ActionItem) -> ActionItem {
        let ActionItem {
            what,
            owner,
            due,
            status,
        } = action;
        ActionItem {
            what: self.words(what),
            owner: self.words_if_any(owner.as_ref()),
            due: *due,
            status: *status,
        }
    }

    fn competency(&self, competency: &Competency) -> Competency {
        let Competency {
            title,
            aliases,
            frameworks,
        } = competency;
        let framework =
            |(name, entries): &(Prose, Vec<Prose>)| (self.words(name), self.all_words(entries));
        Competency {
            title: self.words(title),
            aliases: self.all_words(aliases),
            frameworks: frameworks.iter().map(framework).collect(),
        }
    }

    fn home(&self, home: &Home) -> Home {
        let Home { title } = home;
        Home {
            title: self.words_if_any(title.as_ref()),
        }
    }

    fn words(&self, words: &Prose) -> Prose {
        words.redacted(&self.redactor)
    }

    fn words_if_any(&self, words: Option<&Prose>) -> Option<Prose> {
        words.map(|words| self.words(words))
    }

    fn all_words(&self, words: &[Prose]) -> Vec<Prose> {
        words.iter().map(|words| self.words(words)).collect()
    }

    fn competencies(&self, slugs: &[Spanned<Slug>]) -> Vec<Spanned<Slug>> {
        self.slugs(slugs, |slug| {
            self.site
                .names
                .competency(slug.as_str())
                .map(|id| self.site.competency(id).document)
        })
    }

    /// The answers to questions that the viewer may see. What an opening says is as visible as the rest of the telling.
    fn answers(&self, answers: &[Answer]) -> Vec<Answer> {
        let answer = |answer: &Answer| {
            let Answer { question, opening } = answer;
            Some(Answer {
                question: self
                    .slugs(Some(question), |slug| self.question_document(slug))
                    .pop()?,
                opening: self.words_if_any(opening.as_ref()),
            })
        };
        answers.iter().filter_map(answer).collect()
    }

    /// The story of a slug, if the viewer may see it.
    fn story_named(&self, slug: Option<&Spanned<Slug>>) -> Option<Spanned<Slug>> {
        self.slugs(slug, |slug| self.story_document(slug)).pop()
    }
}
