//! The table of paths: each is one method of the gRPC service.

/// HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Hands something in.
    Post,
}

/// One path.
#[derive(Debug)]
pub struct Route {
    pub verb: Verb,
    /// axum's path grammar.
    pub path: &'static str,
    /// Method of `hengtan.api.v1.Ledger`.
    pub rpc: &'static str,
    /// Path parameters that stand elsewhere in the request message: (parameter, dotted field).
    pub fields: &'static [(&'static str, &'static str)],
}

const fn read(path: &'static str, rpc: &'static str) -> Route {
    Route {
        verb: Verb::Get,
        path,
        rpc,
        fields: &[],
    }
}

const fn read_with(
    path: &'static str,
    rpc: &'static str,
    fields: &'static [(&'static str, &'static str)],
) -> Route {
    Route {
        verb: Verb::Get,
        path,
        rpc,
        fields,
    }
}

/// Every path below `/v1`.
pub const ROUTES: &[Route] = &[
    Route {
        verb: Verb::Post,
        path: "/v1/envelopes",
        rpc: "Submit",
        fields: &[],
    },
    read("/v1/envelopes/{id}", "EntryShow"),
    read("/v1/envelopes/{id}/receipt", "ReceiptGet"),
    read("/v1/network", "NetworkShow"),
    read("/v1/status", "StatusShow"),
    read("/v1/cluster", "ClusterShow"),
    read("/v1/checkpoint", "CheckpointShow"),
    read("/v1/consistency", "ConsistencyShow"),
    read("/v1/entries", "EntryList"),
    read("/v1/entries/watch", "EntryWatch"),
    read("/v1/entries/{index}", "EntryShow"),
    read("/v1/entries/{index}/receipt", "ReceiptGet"),
    read("/v1/export", "Export"),
    read("/v1/backup", "Backup"),
    read("/v1/state/{*key}", "StateShow"),
    read("/v1/organisations", "OrganisationList"),
    read("/v1/organisations/{name}", "OrganisationShow"),
    read("/v1/members", "MemberList"),
    read_with(
        "/v1/members/{organisation}/{name}",
        "MemberShow",
        &[("organisation", "name.organisation"), ("name", "name.name")],
    ),
    read("/v1/keys/{key_id}", "MemberShow"),
    read("/v1/nodes", "NodeList"),
    read("/v1/policies", "PolicyList"),
    read("/v1/proposals", "ProposalList"),
    read("/v1/proposals/{number}", "ProposalShow"),
    read("/v1/facilities", "FacilityList"),
    read("/v1/facilities/{organisation}/{name}", "FacilityShow"),
    read("/v1/factor-sets", "FactorSetList"),
    read("/v1/factor-sets/{id}", "FactorSetShow"),
    read("/v1/imports", "ImportList"),
    read("/v1/imports/{organisation}/{import_id}", "ImportShow"),
    read_with(
        "/v1/imports/{organisation}/{import_id}/receipt",
        "ReceiptGet",
        &[
            ("organisation", "import.organisation"),
            ("import_id", "import.import_id"),
        ],
    ),
    read("/v1/activities", "ActivityList"),
    read(
        "/v1/activities/{organisation}/{import_id}/{number}",
        "ActivityShow",
    ),
    read_with(
        "/v1/activities/{organisation}/{import_id}/{number}/receipt",
        "ReceiptGet",
        &[
            ("organisation", "row.organisation"),
            ("import_id", "row.import_id"),
            ("number", "row.number"),
        ],
    ),
    read("/v1/inventories", "InventoryList"),
    read("/v1/inventories/{organisation}/{name}", "InventoryShow"),
    read(
        "/v1/inventories/{organisation}/{name}/rows",
        "InventoryRowList",
    ),
    read_with(
        "/v1/inventories/{organisation}/{name}/receipt",
        "ReceiptGet",
        &[
            ("organisation", "inventory.organisation"),
            ("name", "inventory.name"),
        ],
    ),
];

impl Route {
    /// Names of the path's parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| name.trim_start_matches('*'))
    }

    /// Dotted field of the request message that the path parameter `name` fills.
    pub fn field(&self, name: &str) -> String {
        self.fields
            .iter()
            .find(|(parameter, _)| *parameter == name)
            .map_or(name, |(_, field)| *field)
            .to_owned()
    }
}
