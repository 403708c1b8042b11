//! Checks of transclusions: no section contains itself, and no document shows too much of others.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::{Destination, DocumentId, SectionId, Site};
use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::markdown::{Event, LinkId};
use crate::source::Span;

/// How deep transclusions go.
pub const DEEPEST: usize = 8;

/// How many nodes of others a document shows at most: about a megabyte of Markdown.
const MOST_SHOWN: usize = 100_000;

/// What a transclusion can show of a document: the section with a number, or without a number all of it.
type Shown = (DocumentId, Option<usize>);

/// A transclusion: where it is, and what it shows.
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
    // In this order each node comes after those that it shows.
    let mut totals = vec![Total::default(); graph.nodes.len()];
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
            let message =
                "with this transclusion the document shows more of others than a page can hold";
            found.push(
                Diagnostic::new(&rules::OVER_LIMIT, path, edge.span, message)
                    .help("link to the section instead, as in `[[slug#section]]`"),
            );
        }
    }
    found
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

    /// The strongly connected components of the graph, by Tarjan's algorithm. It does not call itself, because a path can be as long as
    /// the site has sections.
    fn rings(&self) -> Rings {
        const UNSEEN: usize = usize::MAX;
        let count = self.nodes.len();
        let mut rings = Rings {
            of: vec![UNSEEN; count],
            order: Vec::with_capacity(count),
        };
        let (mut numbers, mut lowest, mut seen) = (vec![UNSEEN; count], vec![UNSEEN; count], 0);
        let mut open = Vec::new();
        for start in 0..count {
            let mut path = if numbers[start] == UNSEEN {
                vec![(start, 0)]
            } else {
                Vec::new()
            };
            while let Some((place, step)) = path.last_mut() {
                let place = *place;
                if *step == 0 {
                    (numbers[place], lowest[place]) = (seen, seen);
                    seen += 1;
                    open.push(place);
                }
                if let Some(&(next, _)) = self.next[place].get(*step) {
                    *step += 1;
                    if numbers[next] == UNSEEN {
                        path.push((next, 0));
                    } else if rings.of[next] == UNSEEN {
                        lowest[place] = lowest[place].min(numbers[next]);
                    }
                    continue;
                }
                path.pop();
                if let Some(&(before, _)) = path.last() {
                    lowest[before] = lowest[before].min(lowest[place]);
                }
                if lowest[place] == numbers[place] {
                    rings.close(&mut open, place);
                }
            }
        }
        rings
    }
}

/// The strongly connected components of the graph: nodes that show one another.
struct Rings {
    /// The component of each node, named by its first node.
    of: Vec<usize>,
    /// The nodes, each after those that it shows.
    order: Vec<usize>,
}

impl Rings {
    fn close(&mut self, open: &mut Vec<usize>, first: usize) {
        while let Some(place) = open.pop() {
            self.of[place] = first;
            self.order.push(place);
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
        "this transclusion shows the section that it stands in",
    )
    .note(&target.path, place, "which is reached from here")
    .help("link to the section instead, as in `[[slug#section]]`")
}
