//! Names that an author or a program gave to parts of a drawing, and others in their place that say nothing.

use std::collections::{BTreeMap, BTreeSet};

/// The names of a drawing, by what they are names of.
pub struct Names {
    /// Of elements.
    pub ids: Renamed,
    /// Of what is styled alike.
    pub classes: Renamed,
    /// Of values that a style uses several times.
    pub variables: Renamed,
    /// Of movements in a style.
    pub movements: Renamed,
    /// Of what the steps of a filter give.
    pub results: Renamed,
}

impl Names {
    /// No name is known yet.
    pub fn new() -> Self {
        Self {
            ids: Renamed::new("i"),
            classes: Renamed::new("c"),
            variables: Renamed::new("v"),
            movements: Renamed::new("m"),
            results: Renamed::new("r"),
        }
    }
}

/// Names of one kind, numbered in the order in which they come.
pub struct Renamed {
    letter: &'static str,
    new: BTreeMap<String, String>,
    /// The new names that something refers to.
    referred: BTreeSet<String>,
}

impl Renamed {
    fn new(letter: &'static str) -> Self {
        Self { letter, new: BTreeMap::new(), referred: BTreeSet::new() }
    }

    /// The new name for an old one.
    pub fn new_name(&mut self, old: &str) -> String {
        let number = self.new.len() + 1;
        self.new.entry(old.to_owned()).or_insert_with(|| format!("{}{number}", self.letter)).clone()
    }

    /// The same, where something refers to what has the name.
    pub fn refer(&mut self, old: &str) -> String {
        let new = self.new_name(old);
        self.referred.insert(new.clone());
        new
    }

    /// The new names that something refers to.
    pub fn into_referred(self) -> BTreeSet<String> {
        self.referred
    }
}
