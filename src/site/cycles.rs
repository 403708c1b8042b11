//! Checks of transclusions: no section contains itself, and no document shows too much of others.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::{Destination, DocumentId, SectionId, Site};
use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::markdown::{Event, LinkId};
use crate::source::{SitePath, Span};

/// How deep transclusions go.
pub const DEEPEST: usize = 8;

/// How many nodes of other documents a document may show: about a megabyte of Markdown.
const MOST_SHOWN: usize = 100_000;

/// The part of a document that a transclusion shows: the section with this number; `None` for the whole document.
type Shown = (DocumentId, Option<usize>);

/// A transclusion from one section to another section or a document.
struct Edge {
    from: DocumentId,
    section: usize,
    to: Shown,
    span: Span,
}

/// Reports one transclusion of each cycle. Without cycles, reports those that are nested too deep or make a document too long.
pub fn cycles(site: &Site) -> Vec<Diagnostic> {
    let edges = edges(site);
    if edges.is_empty() {
        return Vec::new();
    }
    let graph = Graph::new(&edges);
    let rings = graph.rings();
    let ring = |shown: &Shown| graph.places.get(shown).map(|&place| rings.of[place]);
    let is_in_ring = |edge: &&Edge| {
        ring(&edge.to).is_some_and(|to| ring(&(edge.from, Some(edge.section))) == Some(to))
    };
    let mut reported = HashSet::default();
    // All transclusions of a cycle are one mistake.
    let firsts = edges
        .iter()
        .filter(is_in_ring)
        .filter(|edge| reported.insert(ring(&edge.to)));
    let cycles: Vec<Diagnostic> = firsts.map(|edge| in_cycle(site, edge)).collect();
    if cycles.is_empty() {
        too_much(site, &edges, &graph, &rings)
    } else {
        cycles
    }
}

/// Reports transclusions that are nested too deep, and those that make a document too long.
fn too_much(site: &Site, edges: &[Edge], graph: &Graph, rings: &Rings) -> Vec<Diagnostic> {
    let totals = totals(site, edges, graph, rings);
    let mut found = Vec::new();
    let mut lengths: HashMap<DocumentId, usize> = HashMap::default();
    for edge in edges {
        let below = graph
            .places
            .get(&edge.to)
            .map_or(Total::default(), |&place| totals[place]);
        let Total { depth, length } = below.within(own_length(site, edge.to));
        let path = &site.document(edge.from).path;
        if depth == DEEPEST + 1 {
            found.push(too_deep(path, edge.span, "transclusions", DEEPEST));
        }
        let so_far = lengths.entry(edge.from).or_default();
        let was_within = *so_far <= MOST_SHOWN;
        *so_far = so_far.saturating_add(length);
        if was_within && *so_far > MOST_SHOWN && below.length <= MOST_SHOWN {
            found.push(too_long(path, edge.span));
        }
    }
    found
}

/// How much of others each node of the graph shows.
fn totals(site: &Site, edges: &[Edge], graph: &Graph, rings: &Rings) -> Vec<Total> {
    let mut totals = vec![Total::default(); graph.nodes.len()];
    // In this order each node comes after those that it shows.
    for &place in &rings.order {
        let shown = graph.next[place].iter().map(|&(next, edge)| match edge {
            Some(edge) => totals[next].within(own_length(site, edges[edge].to)),
            None => totals[next],
        });
        let ends = graph.ends[place]
            .iter()
            .map(|&edge| Total::default().within(own_length(site, edges[edge].to)));
        totals[place] = shown.chain(ends).fold(Total::default(), Total::and);
    }
    totals
}

fn too_long(path: &SitePath, span: Span) -> Diagnostic {
    let message = "with this transclusion the document shows more of others than a page can hold";
    Diagnostic::new(&rules::OVER_LIMIT, path, span, message)
        .help("link to the section instead, as in `[[slug#section]]`")
}

/// How many nodes a section or document has itself.
fn own_length(site: &Site, (document, section): Shown) -> usize {
    let document = site.document(document);
    section.map_or(document.body.nodes.len(), |section| {
        document.sections[section].nodes.len()
    })
}

/// How much of others a section or document shows.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    /// How many transclusions are nested.
    depth: usize,
    /// How many nodes they show.
    length: usize,
}

impl Total {
    /// The total of a transclusion that shows this, with `own` nodes around it.
    fn within(self, own: usize) -> Self {
        Self {
            depth: self.depth + 1,
            length: self.length.saturating_add(own),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            length: self.length.saturating_add(other.length),
        }
    }
}

/// The graph of sections and documents. A document shows its sections. A section that shows nothing is not a node.
struct Graph {
    nodes: Vec<Shown>,
    places: HashMap<Shown, usize>,
    /// The nodes that each node shows, with the transclusion that shows it; `None` for a document and its sections.
    next: Vec<Vec<(usize, Option<usize>)>>,
    /// The transclusions of each node that show something that is not a node.
    ends: Vec<Vec<usize>>,
}

impl Graph {
    fn new(edges: &[Edge]) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            places: HashMap::default(),
            next: Vec::new(),
            ends: Vec::new(),
        };
        for edge in edges {
            let known = graph.nodes.len();
            let section = graph.add((edge.from, Some(edge.section)));
            let document = graph.add((edge.from, None));
            if section >= known {
                graph.next[document].push((section, None));
            }
        }
        for (number, edge) in edges.iter().enumerate() {
            let from = graph.places[&(edge.from, Some(edge.section))];
            match graph.places.get(&edge.to) {
                Some(&to) => graph.next[from].push((to, Some(number))),
                None => graph.ends[from].push(number),
            }
        }
        graph
    }

    fn add(&mut self, shown: Shown) -> usize {
        let place = *self.places.entry(shown).or_insert(self.nodes.len());
        if place == self.nodes.len() {
            self.nodes.push(shown);
            self.next.push(Vec::new());
            self.ends.push(Vec::new());
        }
        place
    }

    /// The strongly connected components of the graph.
    fn rings(&self) -> Rings {
        let mut search = Search::new(self);
        for start in 0..self.nodes.len() {
            if search.numbers[start] == UNSEEN {
                search.search_from(start);
            }
        }
        search.rings
    }
}

/// The strongly connected components of the graph: nodes that show one another.
struct Rings {
    /// The component of each node, identified by its first node.
    of: Vec<usize>,
    /// The nodes, each after those that it shows.
    order: Vec<usize>,
}

/// The number of a node that the search has not reached.
const UNSEEN: usize = usize::MAX;

/// The search for strongly connected components, by Tarjan's algorithm.
///
/// It is not recursive, because a path can be as long as the site has sections.
struct Search<'g> {
    graph: &'g Graph,
    rings: Rings,
    /// The position of each node in the order of the search.
    numbers: Vec<usize>,
    /// The lowest number that each node leads to, among nodes without a component.
    lowest: Vec<usize>,
    /// How many nodes have been reached.
    seen: usize,
    /// The nodes that have been reached and have no component yet.
    open: Vec<usize>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph) -> Self {
        let count = graph.nodes.len();
        Self {
            graph,
            rings: Rings {
                of: vec![UNSEEN; count],
                order: Vec::with_capacity(count),
            },
            numbers: vec![UNSEEN; count],
            lowest: vec![UNSEEN; count],
            seen: 0,
            open: Vec::new(),
        }
    }

    /// Searches everything that a node leads to.
    fn search_from(&mut self, start: usize) {
        // Each node of the path, and how many of its edges have been followed.
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((place, step)) = path.last_mut() {
            let place = *place;
            let Some(&(next, _)) = self.graph.next[place].get(*step) else {
                path.pop();
                self.leave(place, path.last().map(|&(before, _)| before));
                continue;
            };
            *step += 1;
            if self.numbers[next] == UNSEEN {
                self.enter(next);
                path.push((next, 0));
            } else if self.rings.of[next] == UNSEEN {
                self.lowest[place] = self.lowest[place].min(self.numbers[next]);
            }
        }
    }

    fn enter(&mut self, place: usize) {
        self.numbers[place] = self.seen;
        self.lowest[place] = self.seen;
        self.seen += 1;
        self.open.push(place);
    }

    /// Returns from a node to the one before it on the path. The first node of a component completes it.
    fn leave(&mut self, place: usize, before: Option<usize>) {
        if let Some(before) = before {
            self.lowest[before] = self.lowest[before].min(self.lowest[place]);
        }
        if self.lowest[place] == self.numbers[place] {
            self.complete(place);
        }
    }

    fn complete(&mut self, first: usize) {
        while let Some(place) = self.open.pop() {
            self.rings.of[place] = first;
            self.rings.order.push(place);
            if place == first {
                return;
            }
        }
    }
}

fn edges(site: &Site) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, document) in site.documents.iter().enumerate() {
        let from = DocumentId(index);
        for (section_index, section) in document.sections.iter().enumerate() {
            for node in &document.body.nodes[section.nodes.clone()] {
                let Event::Transclusion(link) = node.event else {
                    continue;
                };
                if let Some(to) = shown(site, from, link) {
                    edges.push(Edge {
                        from,
                        section: section_index,
                        to,
                        span: node.span,
                    });
                }
            }
        }
    }
    edges
}

/// The section or document that a transclusion shows.
fn shown(site: &Site, from: DocumentId, link: LinkId) -> Option<Shown> {
    match site.destination(from, link) {
        Destination::Page {
            section: Some(SectionId { document, section }),
            ..
        } => Some((*document, Some(*section))),
        Destination::Page { page, .. } => Some((site.document_of(*page)?, None)),
        Destination::Asset(_) | Destination::External | Destination::Nothing => None,
    }
}

fn in_cycle(site: &Site, edge: &Edge) -> Diagnostic {
    let target = site.document(edge.to.0);
    let place = edge
        .to
        .1
        .map_or(Span::default(), |section| target.sections[section].span);
    Diagnostic::new(
        &rules::CYCLE,
        &site.document(edge.from).path,
        edge.span,
        "this transclusion shows the section that contains it",
    )
    .note(&target.path, place, "which is reached from here")
    .help("link to the section instead, as in `[[slug#section]]`")
}
