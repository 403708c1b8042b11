//! A case study of the linked site as a page that knows no markup.
