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
        let mut authorities: Vec<Vec<u8>> =
            state::list::<v1::Organisation>(reading, key::ORGANISATIONS)?
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
        authorities.sort();
        Ok(Self { nodes, authorities })
    }

    /// What genesis says: enough for whoever cannot read the ledger.
    #[must_use]
    pub fn of_genesis(founded: &Founded) -> Self {
        let genesis = founded.genesis();
        let mut authorities: Vec<Vec<u8>> = genesis
            .organisations
            .iter()
            .filter_map(|founder| founder.organisation.as_ref())
            .map(|organisation| organisation.ca_certificate.clone())
            .collect();
        authorities.sort();
        Self {
            nodes: genesis.nodes.clone(),
            authorities,
        }
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
