//! Summaries of measured values.

/// The smallest, the median and the largest of some values.
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

/// The spread of one or more values.
pub fn spread(values: impl IntoIterator<Item = f64>) -> Spread {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = |index: usize| values[index / 2];
    Spread {
        min: values[0],
        median: f64::midpoint(middle(values.len() - 1), middle(values.len())),
        max: values[values.len() - 1],
    }
}
