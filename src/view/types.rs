//! The data that a template can use: one struct per kind of page, and the pieces that they share.
//!
//! These are the only types that are `Serialize` for templates. Their texts are finished: times and dates are written in
//! the language of the site, addresses are relative to the page, bodies are HTML. They are `Hash`, because a page is a
//! function of its view and its theme: the hash identifies the page that a view gives.

use std::borrow::Cow;

use serde::Serialize;

/// The data that every page has.
#[derive(Debug, Serialize, Hash)]
pub struct Head<'a> {
    /// The title of the page, without the title of the site.
    pub title: Cow<'a, str>,
    /// A sentence or two about the page, for the browser and for previews of a link.
    pub description: &'a str,
    /// The way from this page to the root of the site: empty, `../` or `../../`.
    pub root: &'a str,
    /// The entry of the navigation that is current: the name of a list (`stories`), or empty.
    pub section: &'static str,
}

/// The data that all pages of a site share.
#[derive(Debug, Serialize, Hash)]
pub struct SiteView<'a> {
    /// The title from `site.toml`.
    pub title: &'a str,
    /// The language of the texts, a BCP 47 tag.
    pub language: &'a str,
    /// The direction of its script, `ltr` or `rtl`.
    pub direction: &'static str,
    /// The audience of the site: `private`, `team` or `public`.
    pub audience: &'static str,
    /// Whether the site is made for its author.
    pub is_author: bool,
    /// The entries of the navigation; lists that are empty are left out.
    pub nav: Vec<NavEntry>,
    /// The suffix of the address of the style sheet. It changes with the style sheet, so browsers fetch the new one.
    pub style_version: String,
}

/// An entry of the navigation.
#[derive(Debug, Serialize, Hash)]
pub struct NavEntry {
    /// The name to compare with [`Head::section`], to mark the current entry.
    pub section: &'static str,
    /// The words of the link.
    pub label: String,
    /// The address, from the root of the site.
    pub url: String,
}

/// A link to a page of the site.
#[derive(Debug, Clone, Serialize, Hash)]
pub struct LinkView<'a> {
    /// The title of the page that is linked to.
    pub title: Cow<'a, str>,
    /// The address, relative to this page.
    pub url: String,
}

/// A competency, as it is shown beside a story or a question.
#[derive(Debug, Clone, Serialize, Hash)]
pub struct Chip<'a> {
    /// The title of the competency.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// Its names in the frameworks of employers, as `Dive Deep (Amazon)`, joined by commas; may be empty.
    pub known_as: &'a str,
}

/// A segment of the bar that shows how long each part takes to say.
#[derive(Debug, Serialize, Hash)]
pub struct MeterPart<'a> {
    /// The letter of the part, `S`, or empty for a part without one.
    pub letter: &'static str,
    /// The heading of the part.
    pub label: &'a str,
    /// How long it takes to say, `0:25`.
    pub spoken: String,
    /// Its share of the whole in per cent, at least 1.
    pub share: u32,
}

/// A part of a telling: a section under its heading.
#[derive(Debug, Serialize, Hash)]
pub struct PartView<'a> {
    /// The fragment that leads to it, without `#`; empty if the page has no fragment for it.
    pub id: String,
    /// The canonical name of the part, `action`, or empty for a heading that has none.
    pub part: &'static str,
    /// The letter of the part, `A`, or empty for a part without one.
    pub letter: &'static str,
    /// The heading as the author wrote it.
    pub label: &'a str,
    /// How long it takes to say, `1:00`; empty if it is not spoken.
    pub spoken: String,
    /// The words, as HTML.
    pub html: String,
    /// On the page of a variant: the words of the story that this part replaces, as HTML; may be empty.
    pub replaces: String,
    /// On the page of a variant: how the part differs from the story: `same`, `retold`, `added`, `shortened`; otherwise empty.
    pub change: &'static str,
    /// On the page of a cut: the blocks that it leaves out, as HTML; may be empty.
    pub left_out: String,
    /// How its spoken words start: the first sentence, cut after eight words; empty if it is not spoken, and
    /// on pages of stories.
    pub first_words: String,
    /// On the page of a draft: whether its words are still to be written. Only its author sees this.
    pub is_missing: bool,
}

/// A link to another telling of the story.
#[derive(Debug, Serialize, Hash)]
pub struct TellingLink<'a> {
    /// The name of the telling: `The story`, the title of a variant, `Lean on ownership`.
    pub label: Cow<'a, str>,
    /// The address of its page, relative to this page.
    pub url: String,
    /// How long it takes to say, `2:05`.
    pub spoken: String,
    /// Whether it is the telling that this page shows.
    pub current: bool,
    /// `story`, `variant`, `emphasis` or `cut`.
    pub origin: &'static str,
    /// The title of the competency of an emphasis or a cut; otherwise empty.
    pub competency: &'a str,
    /// Who wrote the words, if not the author (`chatgpt`); otherwise empty.
    pub by: &'a str,
    /// Whether it is a draft.
    pub draft: bool,
}

/// One telling in full.
#[derive(Debug, Serialize, Hash)]
pub struct TellingView<'a> {
    /// The name of the telling, as in [`TellingLink::label`].
    pub label: Cow<'a, str>,
    /// The address of its page, relative to this page.
    pub url: String,
    /// `story`, `variant`, `emphasis` or `cut`.
    pub origin: &'static str,
    /// One or two sentences: the answer in thirty seconds, as HTML; empty without one.
    pub headline: String,
    /// How many words the headline has.
    pub headline_words: u32,
    /// Whether the headline takes more than thirty seconds: it has over 75 words.
    pub is_headline_long: bool,
    /// How many words it has.
    pub words: u32,
    /// How long it takes to say, `2:05`.
    pub spoken: String,
    /// The target length, `1:30`: its own, that of the story, or that of the site.
    pub target: String,
    /// The position of the target on the bar in per cent, at most 100.
    pub target_at: u32,
    /// The end of the telling on the bar in per cent, at most 100. The bar ends at the later of the two.
    pub spoken_to: u32,
    /// `over` if it exceeds its target by more than a tenth, `short` if it has less than half of it, otherwise empty.
    pub pace: &'static str,
    /// Whether it exceeds its target by more than a tenth.
    pub over: bool,
    /// The bar.
    pub meter: Vec<MeterPart<'a>>,
    /// The text before the first heading, as HTML; empty without any.
    pub lead: String,
    /// The parts in the order of the telling; follow-ups are not among them.
    pub parts: Vec<PartView<'a>>,
}

/// A figure that every telling of the story may use.
#[derive(Debug, Clone, Serialize, Hash)]
pub struct FactView<'a> {
    /// What the figure measures, `customers affected`.
    pub label: Cow<'a, str>,
    /// The figure.
    pub value: Cow<'a, str>,
    /// Where it comes from; may be empty.
    pub source: &'a str,
    /// Whether the telling on the page says it. These come first.
    pub said: bool,
}

/// A follow-up question, with its answer if there is one.
#[derive(Debug, Serialize, Hash)]
pub struct FollowUpView<'a> {
    /// The question.
    pub question: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The answer as HTML; empty while it is open.
    pub answer: String,
    /// Whether an answer is missing.
    pub open: bool,
}

/// An occasion on which a story was told or a question was asked.
#[derive(Debug, Serialize, Hash)]
pub struct OccasionView<'a> {
    /// The day, `2 October 2026`; may be empty.
    pub on: String,
    /// To whom or by whom; may be empty.
    pub who: &'a str,
    /// The round of the interviews; may be empty.
    pub round: &'a str,
    /// The interview that it happened in; absent if the author named none.
    pub interview: Option<LinkView<'a>>,
    /// The question that the story answered; absent if the author noted none.
    pub question: Option<LinkView<'a>>,
    /// `well`, `mixed`, `badly`, or empty.
    pub went: &'static str,
}

/// A question that a telling is for.
#[derive(Debug, Serialize, Hash)]
pub struct AnsweredView<'a> {
    /// The question.
    pub question: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The sentence that answers exactly this question, spoken before the story; may be empty.
    pub opening: &'a str,
}

/// Template `story.html`: a story, or one of its other tellings.
#[derive(Debug, Serialize, Hash)]
pub struct StoryPage<'a> {
    /// The data of every page; `section` is `stories`.
    pub page: Head<'a>,
    /// The title of the story.
    pub title: &'a str,
    /// Whether this page is the story itself and not another telling of it.
    pub is_story: bool,
    /// `story`, `variant`, `emphasis` or `cut`.
    pub origin: &'static str,
    /// The competency of an emphasis or a cut; on other pages absent.
    pub leans_on: Option<Chip<'a>>,
    /// Who wrote the words of this telling, if not the author; otherwise empty.
    pub by: &'a str,
    /// `draft`, `ready` or `retired`.
    pub status: &'static str,
    /// Whether the page says what is still to be written: it is the author's own draft of a story.
    pub has_hints: bool,
    /// When it happened, `March 2025`; may be empty.
    pub when: String,
    /// The author's role in it; may be empty.
    pub role: &'a str,
    /// The author's own judgement, 1 to 5; 0 if there is none.
    pub strength: u8,
    /// The competencies that the telling shows.
    pub competencies: Vec<Chip<'a>>,
    /// The questions that the telling is for.
    pub answers: Vec<AnsweredView<'a>>,
    /// All tellings of the story, the story itself first.
    pub tellings: Vec<TellingLink<'a>>,
    /// The telling that this page shows.
    pub telling: TellingView<'a>,
    /// The figures to have ready, those that the telling says first.
    pub facts: Vec<FactView<'a>>,
    /// The follow-up questions.
    pub follow_ups: Vec<FollowUpView<'a>>,
    /// The occasions on which the story was told.
    pub told: Vec<OccasionView<'a>>,
    /// The case studies that come from the story.
    pub case_studies: Vec<LinkView<'a>>,
    /// The pages that link here, apart from those named above.
    pub backlinks: Vec<LinkView<'a>>,
    /// How many remarks of reviewers and follow-ups are open.
    pub open_points: u32,
    /// The address of the list of open points, relative to this page; empty if there is none.
    pub open_points_url: String,
}

/// A story as an answer to a question.
#[derive(Debug, Serialize, Hash)]
pub struct AnswerView<'a> {
    /// The title of the story.
    pub story: &'a str,
    /// The address of the telling that fits the question, relative to this page.
    pub url: String,
    /// The name of that telling.
    pub label: Cow<'a, str>,
    /// How long it takes to say, `2:05`.
    pub spoken: String,
    /// Why it has this rank: `written for this question`, `strength 4`, `claims 2 of 3 competencies`, `told to Harbour on 3 March 2026`. The
    /// strength and what was told are for the author alone.
    pub why: Vec<String>,
    /// The sentence that answers exactly this question, spoken before the story; may be empty.
    pub opening: &'a str,
    /// The headline as HTML; empty without one.
    pub headline: String,
    /// The telling in full; only for the first few stories, because the page must be readable at a glance.
    pub telling: Option<TellingView<'a>>,
    /// All tellings of the story, `current` marks the one that fits; only together with `telling`.
    pub tellings: Vec<TellingLink<'a>>,
    /// The figures to have ready, those that the telling says first; only together with `telling`.
    pub facts: Vec<FactView<'a>>,
    /// The follow-up questions; only together with `telling`.
    pub follow_ups: Vec<FollowUpView<'a>>,
}

/// Template `question.html`: a question, the stories that answer it, and what comes next.
#[derive(Debug, Serialize, Hash)]
pub struct QuestionPage<'a> {
    /// The data of every page; `section` is `questions`.
    pub page: Head<'a>,
    /// The question as it is asked.
    pub question: &'a str,
    /// Its slug, by which a story names it in `answers`.
    pub slug: &'a str,
    /// Other wordings.
    pub aliases: Vec<&'a str>,
    /// The competencies that it probes.
    pub competencies: Vec<Chip<'a>>,
    /// When it was asked, newest first.
    pub asked: Vec<OccasionView<'a>>,
    /// The story that it is a follow-up about; absent for a question of the bank.
    pub about: Option<LinkView<'a>>,
    /// For a question of the bank the guidance, for a follow-up the answer, as HTML; empty without any.
    pub body: String,
    /// Answers that need no story, the one for the coming interview first.
    pub direct: Vec<DirectAnswerView<'a>>,
    /// Whether it is a follow-up that still lacks its answer.
    pub open: bool,
    /// The stories that answer it, best first; at most a hundred.
    pub answers: Vec<AnswerView<'a>>,
    /// How many more there are.
    pub answers_more: u32,
    /// Stories that share its competencies and could be adapted, best first; at most a dozen.
    pub adaptable: Vec<AnswerView<'a>>,
    /// How many more there are.
    pub adaptable_more: u32,
    /// The pages that link here.
    pub backlinks: Vec<LinkView<'a>>,
    /// How many remarks of reviewers are open in the texts of the page, which leaves them out.
    pub open_remarks: u32,
    /// The address of the list of open points, relative to this page; empty if there is none.
    pub open_points_url: String,
}

/// An answer that needs no story.
#[derive(Debug, Serialize, Hash)]
pub struct DirectAnswerView<'a> {
    /// The fragment that leads to it, without `#`; may be empty.
    pub id: String,
    /// The interview that it is for; absent for the answer that fits everywhere.
    pub interview: Option<LinkView<'a>>,
    /// Whether that is the coming interview.
    pub is_coming: bool,
    /// The words, as HTML.
    pub html: String,
    /// How long it takes to say, `0:45`.
    pub spoken: String,
    /// The target length, `1:30`.
    pub target: String,
    /// `over`, `short` or empty, as in [`TellingView::pace`].
    pub pace: &'static str,
}

/// The names of a competency in one employer's framework.
#[derive(Debug, Serialize, Hash)]
pub struct FrameworkView<'a> {
    /// The framework, `Amazon`.
    pub name: String,
    /// What the competency is called there.
    pub entries: Vec<&'a str>,
}

/// Template `competency.html`: a competency and the telling of each story that shows it.
#[derive(Debug, Serialize, Hash)]
pub struct CompetencyPage<'a> {
    /// The data of every page; `section` is `competencies`.
    pub page: Head<'a>,
    /// The title of the competency.
    pub title: &'a str,
    /// Other names.
    pub aliases: Vec<&'a str>,
    /// Its names in the frameworks of employers, in the author's order.
    pub frameworks: Vec<FrameworkView<'a>>,
    /// The text of the file, as HTML; empty without any.
    pub body: String,
    /// The stories that claim it, each in the telling for it, best first; at most a hundred; `why` is empty.
    pub stories: Vec<AnswerView<'a>>,
    /// How many more there are.
    pub stories_more: u32,
    /// Stories that have hashtags for it and do not claim it, best first; at most a hundred; `why` is empty.
    pub evidenced: Vec<AnswerView<'a>>,
    /// The questions that probe it.
    pub questions: Vec<QuestionRow<'a>>,
    /// The pages that link here.
    pub backlinks: Vec<LinkView<'a>>,
}

/// A section of a case study.
#[derive(Debug, Serialize, Hash)]
pub struct SectionView<'a> {
    /// The fragment that leads to it, without `#`.
    pub id: String,
    /// The heading; empty if it consists of a link without words.
    pub label: &'a str,
    /// The canonical name of the part, `timeline`, or empty.
    pub part: &'static str,
    /// The text, as HTML.
    pub html: String,
}

/// An action item of a case study.
#[derive(Debug, Serialize, Hash)]
pub struct ActionItemView<'a> {
    /// The task, in the author's words.
    pub what: &'a str,
    /// The role that owns it; may be empty.
    pub owner: &'a str,
    /// The day, `21 March 2025`; may be empty.
    pub due: String,
    /// `open`, `doing`, `done` or `dropped`.
    pub status: &'static str,
}

/// Template `case-study.html`.
#[derive(Debug, Serialize, Hash)]
pub struct CaseStudyPage<'a> {
    /// The data of every page; `section` is `case-studies`.
    pub page: Head<'a>,
    /// The title of the case study.
    pub title: &'a str,
    /// The story that it comes from, if the audience may see it.
    pub story: Option<LinkView<'a>>,
    /// 1 is the worst; 0 if the file does not say it.
    pub severity: u8,
    /// Moments and spans, in words: `started` / `7 March 2025, 09:10 UTC`, `time to detect` / `1 h 5 min`.
    pub times: Vec<FactView<'a>>,
    /// The text before the first heading, as HTML; empty without any.
    pub lead: String,
    /// The sections under their headings, in the order of the file.
    pub sections: Vec<SectionView<'a>>,
    /// The action items of the front matter, in the author's order.
    pub actions: Vec<ActionItemView<'a>>,
    /// The pages that link here, apart from the story it comes from.
    pub backlinks: Vec<LinkView<'a>>,
    /// How many remarks of reviewers are open.
    pub open_points: u32,
    /// The address of the list of open points, relative to this page; empty if there is none.
    pub open_points_url: String,
}

/// A story in a list.
#[derive(Debug, Serialize, Hash)]
pub struct StoryRow<'a> {
    /// The title of the story.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The headline as HTML; empty without one.
    pub headline: String,
    /// How long the story takes to say, `2:05`.
    pub spoken: String,
    /// When it happened, `March 2025`; may be empty.
    pub when: String,
    /// 1 to 5; 0 if there is none.
    pub strength: u8,
    /// `draft`, `ready` or `retired`.
    pub status: &'static str,
    /// The competencies that the story or one of its tellings shows.
    pub competencies: Vec<Chip<'a>>,
    /// How many tellings it has, itself included.
    pub tellings: u32,
    /// How many questions it answers.
    pub answers: u32,
    /// How many of its follow-ups, and of the remarks in the file of the story itself, are open.
    pub open_points: u32,
}

/// A question in a list.
#[derive(Debug, Serialize, Hash)]
pub struct QuestionRow<'a> {
    /// The question as it is asked.
    pub question: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The competencies that it probes.
    pub competencies: Vec<Chip<'a>>,
    /// How many stories name it in `answers`; for a follow-up 1 if it is answered.
    pub stories: u32,
    /// How many stories could be adapted.
    pub adaptable: u32,
    /// Whether it has an answer of its own, which needs no story.
    pub direct: bool,
    /// How often it was asked; 0 unless the site is private.
    pub asked: u32,
    /// The best answer: its story, telling and time; absent if no story lists the question.
    pub best: Option<AnswerView<'a>>,
}

/// A competency in a list.
#[derive(Debug, Serialize, Hash)]
pub struct CompetencyRow<'a> {
    /// The title of the competency.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// Its names in the frameworks of employers, as `Dive Deep (Amazon)`, joined by commas; may be empty.
    pub known_as: &'a str,
    /// How many stories show it.
    pub stories: u32,
    /// How many questions probe it.
    pub questions: u32,
}

/// A case study in a list.
#[derive(Debug, Serialize, Hash)]
pub struct CaseStudyRow<'a> {
    /// The title of the case study.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The first paragraph of its summary, as HTML; empty without one.
    pub summary: String,
    /// 1 is the worst; 0 if the file does not say it.
    pub severity: u8,
    /// The day it started; may be empty.
    pub when: String,
    /// How many of its action items are not done or dropped.
    pub open_actions: u32,
    /// How many action items it has in all.
    pub actions: u32,
}

/// The position of a page in a list that is too long for one page.
#[derive(Debug, Serialize, Hash)]
pub struct Pager {
    /// From 1.
    pub number: u32,
    /// How many pages the list has.
    pub of: u32,
    /// How many entries the whole list has.
    pub entries: u32,
    /// The address of the page before, relative to this page; empty on the first.
    pub previous: String,
    /// The address of the page after, relative to this page; empty on the last.
    pub next: String,
}

/// Template `stories.html`.
#[derive(Debug, Serialize, Hash)]
pub struct StoriesPage<'a> {
    /// The data of every page; `section` is `stories`.
    pub page: Head<'a>,
    /// The stories, the strongest first; at most two hundred on a page.
    pub stories: Vec<StoryRow<'a>>,
    /// The position of this page in the list.
    pub pager: Pager,
}

/// The way to the questions of the bank that name the same competency first.
#[derive(Debug, Serialize, Hash)]
pub struct GroupLink<'a> {
    /// The title of the competency; empty for the questions that name none.
    pub title: Cow<'a, str>,
    /// The address of the group in the list of questions, relative to this page.
    pub url: String,
    /// How many questions the group has.
    pub total: u32,
    /// How many of them have no answer; 0 unless the site is private.
    pub gaps: u32,
    /// How often they were asked, all together; 0 unless the site is private.
    pub asked: u32,
}

/// The questions of the bank that name the same competency first. What was asked most is first, then what has no answer.
#[derive(Debug, Serialize, Hash)]
pub struct QuestionGroup<'a> {
    /// The competency; absent for the questions that name none.
    pub competency: Option<LinkView<'a>>,
    /// The fragment that leads to the group in the list of questions, without `#`.
    pub id: &'a str,
    /// The way to it there, with its numbers.
    pub link: GroupLink<'a>,
    /// Whether the home page shows it unfolded.
    pub is_open: bool,
    /// Those of its questions that this page shows.
    pub questions: Vec<QuestionRow<'a>>,
    /// How many other questions it has.
    pub more: u32,
}

/// The follow-ups about one story, in the list of questions.
#[derive(Debug, Serialize, Hash)]
pub struct FollowUpGroup<'a> {
    /// The story that they are about.
    pub story: LinkView<'a>,
    /// Those of them that are on this page of the list.
    pub questions: Vec<QuestionRow<'a>>,
}

/// Template `questions.html`: the bank first, then the follow-ups story by story.
#[derive(Debug, Serialize, Hash)]
pub struct QuestionsPage<'a> {
    /// The data of every page; `section` is `questions`.
    pub page: Head<'a>,
    /// All groups of the bank, on whatever page of the list.
    pub index: Vec<GroupLink<'a>>,
    /// The groups of the bank with their questions on this page: what was asked most is first, then what has a gap; empty if the page has only follow-ups.
    pub groups: Vec<QuestionGroup<'a>>,
    /// The lists of questions that the author asks; only on the first page.
    pub asks: Vec<LinkView<'a>>,
    /// The follow-ups, story by story; empty if the page has only questions of the bank.
    pub follow_ups: Vec<FollowUpGroup<'a>>,
    /// The position of this page in the list. Its entries are the bank and the follow-ups together, at most two hundred on a page.
    pub pager: Pager,
}

/// Template `competencies.html`.
#[derive(Debug, Serialize, Hash)]
pub struct CompetenciesPage<'a> {
    /// The data of every page; `section` is `competencies`.
    pub page: Head<'a>,
    /// All competencies, in the order of their titles.
    pub competencies: Vec<CompetencyRow<'a>>,
}

/// An interview in a list.
#[derive(Debug, Serialize, Hash)]
pub struct InterviewRow<'a> {
    /// Its title, else the company and the round.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// When it is, or was; may be empty.
    pub when: String,
    /// Whether it comes next.
    pub is_coming: bool,
    /// `draft`, `ready` or `retired`.
    pub status: &'static str,
    /// How many questions are likely.
    pub questions: u32,
    /// How many stories were told in it.
    pub told: u32,
}

/// Template `interviews.html`.
#[derive(Debug, Serialize, Hash)]
pub struct InterviewsPage<'a> {
    /// The data of every page; `section` is `interviews`.
    pub page: Head<'a>,
    /// All interviews: those to come, the next first, then those that are over, the latest first.
    pub interviews: Vec<InterviewRow<'a>>,
}

/// A competency under the names that one employer uses.
#[derive(Debug, Serialize, Hash)]
pub struct NamedChip<'a> {
    /// The title of the competency.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// What the employer calls it; empty if its frameworks have no name for it.
    pub names: Vec<&'a str>,
}

/// A question that an interview may bring.
#[derive(Debug, Serialize, Hash)]
pub struct LikelyQuestion<'a> {
    /// The question.
    pub question: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// What it probes, under the names of this employer.
    pub competencies: Vec<NamedChip<'a>>,
    /// The story to tell; absent if no story names the question.
    pub best: Option<AnswerView<'a>>,
    /// Whether the story is also the one to tell for a question before this one, because there is no other.
    pub is_again: bool,
    /// The story that would fit better and is planned for a question before this one; absent if there is none.
    pub planned_above: Option<LinkView<'a>>,
    /// How many stories could be adapted.
    pub adaptable: u32,
    /// When this company has heard that story, `told to Harbour on 3 March 2026`; empty if it has not.
    pub told: String,
    /// The answer that needs no story, as HTML; empty without one.
    pub direct: String,
    /// How long that takes to say, `0:45`; may be empty.
    pub direct_spoken: String,
    /// Whether it was asked in this interview.
    pub asked: bool,
    /// The other interviews at the company in which it was asked.
    pub asked_before: Vec<LinkView<'a>>,
}

/// A story that a company has heard.
#[derive(Debug, Serialize, Hash)]
pub struct ToldView<'a> {
    /// The title of the story.
    pub story: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// When, to whom, in which interview, and how it went.
    pub occasion: OccasionView<'a>,
}

/// A list of questions to ask.
#[derive(Debug, Serialize, Hash)]
pub struct AsksView<'a> {
    /// The title of the list.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// The questions.
    pub questions: Vec<&'a str>,
}

/// Template `interview.html`: what to say in an interview, and what was said. Only the author has it.
#[derive(Debug, Serialize, Hash)]
pub struct InterviewPage<'a> {
    /// The data of every page; `section` is `interviews`.
    pub page: Head<'a>,
    /// Its title, else the company and the round.
    pub title: &'a str,
    /// The employer.
    pub company: &'a str,
    /// When it is, or was; may be empty.
    pub when: String,
    /// Which round it is; may be empty.
    pub round: &'a str,
    /// Whether it comes next.
    pub is_coming: bool,
    /// Whom the author meets.
    pub people: Vec<&'a str>,
    /// The frameworks whose names the page shows, `Amazon`.
    pub frameworks: Vec<String>,
    /// The author's notes, as HTML; empty without any.
    pub body: String,
    /// The likely questions, in the author's order.
    pub questions: Vec<LikelyQuestion<'a>>,
    /// Other questions that were asked in it.
    pub asked: Vec<LinkView<'a>>,
    /// What was told in it.
    pub told: Vec<ToldView<'a>>,
    /// What the company heard on other occasions.
    pub told_earlier: Vec<ToldView<'a>>,
    /// The questions to ask.
    pub asks: Vec<AsksView<'a>>,
    /// The other interviews at the company.
    pub rounds: Vec<LinkView<'a>>,
    /// The pages that link here, apart from those named above.
    pub backlinks: Vec<LinkView<'a>>,
}

/// Template `asks.html`: questions that the author asks.
#[derive(Debug, Serialize, Hash)]
pub struct AsksPage<'a> {
    /// The data of every page; `section` is `questions`.
    pub page: Head<'a>,
    /// The title of the list.
    pub title: &'a str,
    /// The whole text of the file, as HTML: each question is a heading.
    pub body: String,
    /// The pages that link here.
    pub backlinks: Vec<LinkView<'a>>,
}

/// Template `case-studies.html`.
#[derive(Debug, Serialize, Hash)]
pub struct CaseStudiesPage<'a> {
    /// The data of every page; `section` is `case-studies`.
    pub page: Head<'a>,
    /// All case studies, in the order of their slugs.
    pub case_studies: Vec<CaseStudyRow<'a>>,
}

/// A story's row in the matrix.
#[derive(Debug, Serialize, Hash)]
pub struct MatrixRow<'a> {
    /// The title of the story.
    pub title: &'a str,
    /// The address of its page, relative to this page.
    pub url: String,
    /// How long the story takes to say, `2:05`.
    pub spoken: String,
    /// One for each competency, in the order of the columns.
    pub cells: Vec<MatrixCell>,
}

/// Whether a story shows a competency, and in which telling.
#[derive(Debug, Serialize, Hash)]
pub struct MatrixCell {
    /// The address of the telling for the competency; empty if the story does not show it.
    pub url: String,
    /// `variant`, `emphasis`, `story`, or empty.
    pub origin: &'static str,
    /// `both` if the story claims the competency and has hashtags for it, `claimed`, `evidenced`, or empty.
    pub standing: &'static str,
    /// How much of the story's action has the hashtag, in per cent of its words.
    pub share: u8,
}

/// Template `matrix.html`: which story shows which competency.
#[derive(Debug, Serialize, Hash)]
pub struct MatrixPage<'a> {
    /// The data of every page; `section` is `matrix`.
    pub page: Head<'a>,
    /// The columns; `stories` counts over the whole site, not this page of the matrix.
    pub competencies: Vec<CompetencyRow<'a>>,
    /// The stories, the strongest first; at most a hundred on a page.
    pub rows: Vec<MatrixRow<'a>>,
    /// The position of this page in the matrix.
    pub pager: Pager,
}

/// Template `coverage.html`: which question has its story, and which has none.
#[derive(Debug, Serialize, Hash)]
pub struct CoveragePage<'a> {
    /// The data of every page; `section` is `coverage`.
    pub page: Head<'a>,
    /// Questions without an answer: what was asked most is first, then what a story could be adapted to.
    pub gaps: Vec<QuestionRow<'a>>,
    /// Questions that stand on one story, what was asked most first.
    pub thin: Vec<QuestionRow<'a>>,
    /// Questions with an answer of their own, and at most one story.
    pub direct: Vec<QuestionRow<'a>>,
    /// Questions with two stories or more.
    pub covered: Vec<QuestionRow<'a>>,
}

/// The open points of one document.
#[derive(Debug, Serialize, Hash)]
pub struct OpenPointsGroup<'a> {
    /// The page of the document: of a story, a variant, a question, a case study or a competency, or the home page.
    pub document: LinkView<'a>,
    /// What reviewers asked, as HTML, with the address of the part that they asked it of.
    pub remarks: Vec<RemarkView>,
    /// Follow-ups without an answer.
    pub questions: Vec<LinkView<'a>>,
}

/// A reviewer's remark that is still open.
#[derive(Debug, Serialize, Hash)]
pub struct RemarkView {
    /// What was asked, as HTML.
    pub html: String,
    /// The address of the part that it was asked of, relative to this page.
    pub url: String,
}

/// Template `open-points.html`.
#[derive(Debug, Serialize, Hash)]
pub struct OpenPointsPage<'a> {
    /// The data of every page; `section` is `open-points`.
    pub page: Head<'a>,
    /// The documents with open points: stories, each before its variants, then questions, case studies, competencies and the home page.
    pub groups: Vec<OpenPointsGroup<'a>>,
    /// How many points there are in all.
    pub total: u32,
}

/// Template `home.html`.
#[derive(Debug, Serialize, Hash)]
pub struct HomePage<'a> {
    /// The data of every page; `section` is empty.
    pub page: Head<'a>,
    /// The text of `home.md`, as HTML; empty without one.
    pub body: String,
    /// How many questions of the bank have a story or an answer of their own.
    pub questions_covered: u32,
    /// How many questions of the bank there are.
    pub questions_total: u32,
    /// How many of the competencies some story shows.
    pub competencies_covered: u32,
    /// How many competencies there are.
    pub competencies_total: u32,
    /// How many remarks of reviewers and follow-ups are open; 0 unless the site is private.
    pub open_points: u32,
    /// How many stories there are, retired ones included.
    pub stories_total: u32,
    /// The interview that comes next; absent if there is none, and unless the site is private.
    pub coming: Option<InterviewRow<'a>>,
    /// The groups of the bank, each with at most a dozen questions: what was asked most is first, then what has a gap.
    pub groups: Vec<QuestionGroup<'a>>,
    /// The strongest stories, at most six.
    pub stories: Vec<StoryRow<'a>>,
    /// All competencies, in the order of their titles.
    pub competencies: Vec<CompetencyRow<'a>>,
    /// All case studies, in the order of their slugs.
    pub case_studies: Vec<CaseStudyRow<'a>>,
}

/// Template `404.html`. A host shows it at any address, so it carries its style with it, and its links lead to the root
/// that `address` in `site.toml` names.
#[derive(Debug, Serialize, Hash)]
pub struct NotFoundPage<'a> {
    /// What every page has; `root` is the path of the published site, from `address` in `site.toml`; empty without one.
    pub page: Head<'a>,
    /// The whole of `static/style.css`.
    pub style: &'a str,
}
