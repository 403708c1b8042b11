//! Replaces the names in a picture by numbered ones.

use std::collections::{BTreeMap, BTreeSet};

/// The names of a picture by their kind.
pub struct Names {
    /// Ids of elements.
    pub ids: Renamed,
    /// Classes.
    pub classes: Renamed,
    /// CSS variables.
    pub variables: Renamed,
    /// CSS animations.
    pub movements: Renamed,
    /// Results of filter steps.
    pub results: Renamed,
}

impl Names {
    /// No names yet.
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

/// Names of one kind, numbered in order of appearance.
pub struct Renamed {
    letter: &'static str,
    new: BTreeMap<String, String>,
    /// The new names that something refers to.
    referred: BTreeSet<String>,
}

impl Renamed {
    fn new(letter: &'static str) -> Self {
        Self {
            letter,
            new: BTreeMap::new(),
            referred: BTreeSet::new(),
        }
    }

    /// The new name for an old one.
    pub fn new_name(&mut self, old: &str) -> String {
        let number = self.new.len() + 1;
        self.new
            .entry(old.to_owned())
            .or_insert_with(|| format!("{}{number}", self.letter))
            .clone()
    }

    /// The new name in a reference.
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
