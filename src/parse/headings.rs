//! Which part a heading means: STAR and the forms around it have many words for few things.

use crate::model::{Meta, Part};

/// What a word means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Is(Part),
    /// `Problem` and its like: what stood in the way where a situation is told beside it, else the situation itself.
    SituationOrObstacle,
}

use Meaning::{Is, SituationOrObstacle};

const STORY: &[(&str, Meaning)] = &[
    ("headline", Is(Part::Headline)),
    ("hook", Is(Part::Headline)),
    ("summary", Is(Part::Headline)),
    ("tl;dr", Is(Part::Headline)),
    ("tldr", Is(Part::Headline)),
    ("one-liner", Is(Part::Headline)),
    ("one liner", Is(Part::Headline)),
    ("one-sentence preview", Is(Part::Headline)),
    ("table of contents", Is(Part::Headline)),
    ("situation", Is(Part::Situation)),
    ("context", Is(Part::Situation)),
    ("background", Is(Part::Situation)),
    ("setting", Is(Part::Situation)),
    ("scene", Is(Part::Situation)),
    ("s", Is(Part::Situation)),
    ("task", Is(Part::Task)),
    ("target", Is(Part::Task)),
    ("goal", Is(Part::Task)),
    ("objective", Is(Part::Task)),
    ("responsibility", Is(Part::Task)),
    ("responsibilitie", Is(Part::Task)),
    ("role", Is(Part::Task)),
    ("my role", Is(Part::Task)),
    ("t", Is(Part::Task)),
    ("obstacle", Is(Part::Obstacle)),
    ("hindrance", Is(Part::Obstacle)),
    ("complication", Is(Part::Obstacle)),
    ("conflict", Is(Part::Obstacle)),
    ("anticipated consequence", Is(Part::Obstacle)),
    ("o", Is(Part::Obstacle)),
    ("h", Is(Part::Obstacle)),
    ("challenge", SituationOrObstacle),
    ("problem", SituationOrObstacle),
    ("c", SituationOrObstacle),
    ("p", SituationOrObstacle),
    ("action", Is(Part::Action)),
    ("action taken", Is(Part::Action)),
    ("actions taken", Is(Part::Action)),
    ("approach", Is(Part::Action)),
    ("approache", Is(Part::Action)),
    ("solution", Is(Part::Action)),
    ("step", Is(Part::Action)),
    ("what i did", Is(Part::Action)),
    ("decision rationale", Is(Part::Action)),
    ("a", Is(Part::Action)),
    ("result", Is(Part::Result)),
    ("outcome", Is(Part::Result)),
    ("impact", Is(Part::Result)),
    ("end result", Is(Part::Result)),
    ("r", Is(Part::Result)),
    ("learning", Is(Part::Learning)),
    ("lesson", Is(Part::Learning)),
    ("lessons learned", Is(Part::Learning)),
    ("lesson learned", Is(Part::Learning)),
    ("lessons learnt", Is(Part::Learning)),
    ("what i learned", Is(Part::Learning)),
    ("what i learnt", Is(Part::Learning)),
    ("learnt", Is(Part::Learning)),
    ("reflection", Is(Part::Learning)),
    ("takeaway", Is(Part::Learning)),
    ("evaluation", Is(Part::Learning)),
    ("what i would do differently", Is(Part::Learning)),
    ("l", Is(Part::Learning)),
    ("e", Is(Part::Learning)),
    ("change", Is(Part::Changes)),
    ("prevention", Is(Part::Changes)),
    ("next step", Is(Part::Changes)),
    ("action item", Is(Part::Changes)),
    ("corrective action", Is(Part::Changes)),
    ("what i changed", Is(Part::Changes)),
    ("follow-up", Is(Part::FollowUps)),
    ("follow up", Is(Part::FollowUps)),
    ("followup", Is(Part::FollowUps)),
    ("follow-up question", Is(Part::FollowUps)),
    ("follow up question", Is(Part::FollowUps)),
    ("they will ask", Is(Part::FollowUps)),
    ("they may ask", Is(Part::FollowUps)),
    ("they will ask next", Is(Part::FollowUps)),
    ("q&a", Is(Part::FollowUps)),
];

const CASE_STUDY: &[(&str, Meaning)] = &[
    ("summary", Is(Part::Summary)),
    ("incident summary", Is(Part::Summary)),
    ("executive summary", Is(Part::Summary)),
    ("overview", Is(Part::Summary)),
    ("tl;dr", Is(Part::Summary)),
    ("tldr", Is(Part::Summary)),
    ("impact", Is(Part::Impact)),
    ("business impact", Is(Part::Impact)),
    ("timeline", Is(Part::Timeline)),
    ("trigger", Is(Part::Trigger)),
    ("fault", Is(Part::Trigger)),
    ("contributing factor", Is(Part::ContributingFactors)),
    ("leadup", Is(Part::ContributingFactors)),
    ("lead-up", Is(Part::ContributingFactors)),
    ("root cause", Is(Part::ContributingFactors)),
    ("cause", Is(Part::ContributingFactors)),
    ("five whys", Is(Part::ContributingFactors)),
    ("five why", Is(Part::ContributingFactors)),
    ("detection", Is(Part::Detection)),
    ("resolution", Is(Part::Resolution)),
    ("response", Is(Part::Resolution)),
    ("recovery", Is(Part::Resolution)),
    ("mitigation", Is(Part::Resolution)),
    ("lesson", Is(Part::Lessons)),
    ("lessons learned", Is(Part::Lessons)),
    ("lessons learnt", Is(Part::Lessons)),
    ("learning", Is(Part::Lessons)),
    ("action item", Is(Part::ActionItems)),
    ("action", Is(Part::ActionItems)),
    ("corrective action", Is(Part::ActionItems)),
    ("follow-up", Is(Part::ActionItems)),
    ("next step", Is(Part::ActionItems)),
    ("supporting information", Is(Part::SupportingInformation)),
    ("appendix", Is(Part::SupportingInformation)),
    ("reference", Is(Part::SupportingInformation)),
];

/// The parts that the headings of a document mean, one for each.
pub fn parts(headings: &[&str], meta: &Meta) -> Vec<Option<Part>> {
    let words = match meta {
        Meta::Story(_) | Meta::Variant(_) => STORY,
        Meta::CaseStudy(_) => CASE_STUDY,
        Meta::Question(_) | Meta::Sheet(_) | Meta::Competency(_) | Meta::Home(_) => return vec![None; headings.len()],
    };
    let meanings: Vec<Option<Meaning>> = headings.iter().map(|heading| meaning(heading, words)).collect();
    let has_situation = matches!(meta, Meta::Variant(variant) if variant.inherit) || meanings.contains(&Some(Is(Part::Situation)));
    let part = |meaning| match meaning {
        Is(part) => part,
        SituationOrObstacle if has_situation => Part::Obstacle,
        SituationOrObstacle => Part::Situation,
    };
    meanings.into_iter().map(|meaning| meaning.map(part)).collect()
}

fn meaning(heading: &str, words: &[(&str, Meaning)]) -> Option<Meaning> {
    let plain = plain(heading);
    let with_letter = plain.split_once([' ', ':']).and_then(|(letter, rest)| {
        let rest = rest.trim_start_matches([' ', '-', '–', '—', ':', '.']);
        (letter.trim_end_matches(['.', ')', ':', '-']).chars().count() == 1 && !rest.is_empty()).then_some(rest)
    });
    // `Approach 1`, `Approach 2`: a number at the end tells two of a kind apart.
    let unnumbered = plain.trim_end_matches(|last: char| last.is_ascii_digit() || last == ' ');
    [Some(plain.as_str()), with_letter, Some(unnumbered)].into_iter().flatten().find_map(|form| {
        let singular = form.strip_suffix('s').unwrap_or(form);
        words.iter().find(|(word, _)| *word == form || *word == singular).map(|&(_, meaning)| meaning)
    })
}

/// A heading without its numbering, marks and final colon, in lower case.
fn plain(heading: &str) -> String {
    let lower = heading.trim().to_lowercase().replace('’', "'");
    let unnumbered = lower.trim_start_matches(|first: char| first.is_ascii_digit());
    let unnumbered = if unnumbered.len() < lower.len() { unnumbered.trim_start_matches(['.', ')', ':', ' ']) } else { unnumbered };
    unnumbered.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '*' | '_' | '#' | ':' | '.' | '?')).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CaseStudy, Story};

    #[test]
    fn knows_a_part_by_many_names() {
        for (heading, part) in [
            ("Situation", Part::Situation),
            ("**ACtion**", Part::Action),
            ("Actions taken:", Part::Action),
            ("S - Situation", Part::Situation),
            ("2. Results", Part::Result),
            ("Lessons learned", Part::Learning),
            ("R", Part::Result),
            ("What I did", Part::Action),
            ("Follow-ups", Part::FollowUps),
            ("Approach 2", Part::Action),
            ("T: Task", Part::Task),
            ("Corrective actions", Part::Changes),
        ] {
            assert_eq!(parts(&[heading], &Meta::Story(Story::default())), [Some(part)], "{heading}");
        }
        assert_eq!(parts(&["Why it mattered", "A note", "1"], &Meta::Story(Story::default())), [None, None, None]);
    }

    #[test]
    fn decides_by_the_form_what_a_problem_is() {
        let story = Meta::Story(Story::default());
        assert_eq!(parts(&["Problem", "Action", "Result"], &story)[0], Some(Part::Situation));
        assert_eq!(parts(&["Situation", "Problem", "Solution"], &story)[1], Some(Part::Obstacle));
        assert_eq!(parts(&["Impact"], &Meta::CaseStudy(CaseStudy::default())), [Some(Part::Impact)]);
    }
}
