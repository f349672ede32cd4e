//! Who may speak between nodes, as the ledger says now.

use crate::error::Error;
use crate::store::Reading;
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::state::{self, key};
use hengtan_ledger::{membership, v1};

/// The ledger's nodes and the authorities of their organisations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    nodes: Vec<v1::Node>,
    authorities: Vec<Vec<u8>>,
}

impl Roster {
    /// Reads the ledger's state.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn read(reading: &Reading<'_>) -> Result<Self, Error> {
        let nodes: Vec<v1::Node> = membership::desired(reading)?
            .nodes
            .into_iter()
            .map(|place| place.node)
            .collect();
        let authorities = state::list::<v1::Organisation>(reading, key::ORGANISATIONS)?
            .into_iter()
            .map(|(_, organisation)| organisation)
            // Only those that run nodes: nobody else's certificates are of use here.
            .filter(|organisation| {
                nodes
                    .iter()
                    .any(|node| node.organisation == organisation.name)
            })
            .map(|organisation| organisation.ca_certificate)
            .collect();
        Ok(Self::new(nodes, authorities))
    }

    /// Of nodes and certificates of authorities, DER.
    #[must_use]
    pub(crate) fn new(nodes: Vec<v1::Node>, mut authorities: Vec<Vec<u8>>) -> Self {
        authorities.sort();
        Self { nodes, authorities }
    }

    /// The ledger's state, or, until that names this node, what it was told.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn known(
        reading: &Reading<'_>,
        own: u64,
        introduction: Option<&Self>,
    ) -> Result<Self, Error> {
        let roster = Self::read(reading)?;
        match introduction {
            Some(told) if roster.numbered(own).is_none() => Ok(told.clone()),
            _ => Ok(roster),
        }
    }

    /// What genesis says: enough for whoever cannot read the ledger.
    #[must_use]
    pub fn of_genesis(founded: &Founded) -> Self {
        let genesis = founded.genesis();
        let authorities = genesis
            .organisations
            .iter()
            .filter_map(|founder| founder.organisation.as_ref())
            .map(|organisation| organisation.ca_certificate.clone())
            .collect();
        Self::new(genesis.nodes.clone(), authorities)
    }

    /// Every node.
    #[must_use]
    pub fn nodes(&self) -> &[v1::Node] {
        &self.nodes
    }

    /// The node with this number.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Option<&v1::Node> {
        self.nodes.iter().find(|node| node.number == number)
    }

    /// The node that may connect with this transport key (65 bytes uncompressed): a revoked one opens nothing.
    #[must_use]
    pub fn with_key(&self, key: &[u8]) -> Option<&v1::Node> {
        self.nodes
            .iter()
            .find(|node| node.transport_key == key && node.transport_revoked_at_ms == 0)
    }

    /// Certificates of the authorities, DER.
    #[must_use]
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.authorities
    }
}
