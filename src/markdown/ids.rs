//! Lists whose values have ids of a type of their own. An id cannot be used with the wrong list.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Index, IndexMut};

use crate::source::offset;

/// The number of a `T` in its [`Arena`].
pub struct Id<T> {
    place: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    fn new(place: usize) -> Self {
        Self {
            place: offset(place),
            of: PhantomData,
        }
    }

    /// The place in the list, from 0: for lists that run beside the arena.
    pub fn index(self) -> usize {
        self.place as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<T> Eq for Id<T> {}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.place, formatter)
    }
}

/// A list that is read as a slice, and by the ids of its values.
#[derive(Debug, Clone)]
pub struct Arena<T>(Vec<T>);

impl<T> Arena<T> {
    /// Adds a value at the end.
    pub fn push(&mut self, value: T) -> Id<T> {
        self.0.push(value);
        Id::new(self.0.len() - 1)
    }

    /// The ids of all values, in their order.
    pub fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.0.len()).map(Id::new)
    }

    /// Takes a value out. The ids of those after it change: [`Arena::id_without`] gives the new ones.
    pub(super) fn remove(&mut self, id: Id<T>) {
        self.0.remove(id.index());
    }

    /// The new id of a value once another one is removed.
    pub(super) fn id_without(id: Id<T>, removed: Id<T>) -> Id<T> {
        Id::new(id.index() - usize::from(id.place > removed.place))
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<T> for Arena<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> Deref for Arena<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Arena<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}

impl<T> IndexMut<Id<T>> for Arena<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.index()]
    }
}
