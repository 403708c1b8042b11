//! The words that the program itself looks up; templates use the others.

/// The name of an entry that every table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(pub(super) &'static str);

macro_rules! words {
    ($($name:ident = $entry:literal;)*) => {
        $(
            #[doc = concat!("The entry `", $entry, "`.")]
            pub const $name: Word = Word($entry);
        )*

        /// Every word that the program looks up.
        pub const ALL: &[Word] = &[$($name),*];
    };
}

words! {
    THOUSANDS_SEPARATOR = "thousands_separator";
    MONTH = "month";
    DATE = "date";
    DATE_OF_MONTH = "date_of_month";
    MOMENT = "moment";
    DAYS = "days";
    HOURS = "hours";
    MINUTES = "minutes";
    QUESTIONS = "questions";
    STORIES = "stories";
    COMPETENCIES = "competencies";
    CASE_STUDIES = "case_studies";
    MATRIX = "matrix";
    COVERAGE = "coverage";
    OPEN_POINTS = "open_points";
    TITLE_WITH_NUMBER = "title_with_number";
    TITLE_OF_TELLING = "title_of_telling";
    ABOUT_QUESTIONS = "about_questions";
    ABOUT_STORIES = "about_stories";
    ABOUT_COMPETENCIES = "about_competencies";
    ABOUT_CASE_STUDIES = "about_case_studies";
    ABOUT_CASE_STUDY = "about_case_study";
    ABOUT_MATRIX = "about_matrix";
    ABOUT_COVERAGE = "about_coverage";
    ABOUT_OPEN_POINTS = "about_open_points";
    NOT_FOUND = "not_found";
    ABOUT_NOT_FOUND = "about_not_found";
    LABEL_OF_STORY = "label_of_story";
    LABEL_OF_EMPHASIS = "label_of_emphasis";
    LABEL_OF_CUT = "label_of_cut";
    A_REVIEWER = "a_reviewer";
    REASON_WRITTEN = "reason_written";
    REASON_NAMED = "reason_named";
    REASON_SHARED = "reason_shared";
    REASON_STRENGTH = "reason_strength";
    REASON_TOLD = "reason_told";
    REASON_TOLD_ON = "reason_told_on";
    INTERVIEWS = "interviews";
    ABOUT_INTERVIEWS = "about_interviews";
    STARTED = "started";
    DETECTED = "detected";
    RESOLVED = "resolved";
    TIME_TO_DETECT = "time_to_detect";
    TIME_TO_RESOLVE = "time_to_resolve";
    NOTE = "note";
    TIP = "tip";
    IMPORTANT = "important";
    WARNING = "warning";
    CAUTION = "caution";
    BACK_TO_TEXT = "back_to_text";
    REMARK_OPEN = "remark_open";
    REMARK_ANSWERED = "remark_answered";
    ONLY_FOR_YOU = "only_for_you";
}
