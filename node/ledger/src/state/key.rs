//! Keys of the state: `kind/…`.

/// Name, network id and birth of the network.
pub const NETWORK: &str = "system/network";
/// End of the chain of batch headers.
pub const CHAIN: &str = "system/chain";
/// Who cosigns.
pub const VOTING_SET: &str = "system/voting-set";
/// Bounds.
pub const LIMITS: &str = "system/limits";
/// Accepted algorithms.
pub const ALGORITHMS: &str = "system/algorithms";
/// Whether tokens are permitted.
pub const TOKENS: &str = "system/tokens";
/// Which kinds and rules hold.
pub const FEATURE_LEVEL: &str = "system/feature-level";

/// Prefix of all organisations.
pub const ORGANISATIONS: &str = "organisation/";
/// Prefix of all members.
pub const MEMBERS: &str = "member/";
/// Prefix of all nodes.
pub const NODES: &str = "node/";
/// Prefix of all policies.
pub const POLICIES: &str = "policy/";
/// Prefix of all factor sets.
pub const FACTOR_SETS: &str = "factor-set/";

/// An organisation.
#[must_use]
pub fn organisation(name: &str) -> String {
    format!("organisation/{name}")
}

/// A member by its key id.
#[must_use]
pub fn member(key_id: &[u8]) -> String {
    format!("member/{}", hex::encode(key_id))
}

/// Which key a member's name stands for.
#[must_use]
pub fn member_name(organisation: &str, name: &str) -> String {
    format!("member-name/{organisation}/{name}")
}

/// A node.
#[must_use]
pub fn node(name: &str) -> String {
    format!("node/{name}")
}

/// The policy of a command kind.
#[must_use]
pub fn policy(kind: &str) -> String {
    format!("policy/{kind}")
}

/// Prefix of all policies that wait or took another's place.
pub const POLICY_CHANGES: &str = "policy-change/";
/// Prefix of all proposals.
pub const PROPOSALS: &str = "proposal/";

/// The change of the policy of a command kind.
#[must_use]
pub fn policy_change(kind: &str) -> String {
    format!("policy-change/{kind}")
}

/// A proposal by the index of the entry that opened it.
#[must_use]
pub fn proposal(number: u64) -> String {
    format!("proposal/{number:016x}")
}

/// Prefix of an organisation's facilities.
#[must_use]
pub fn facilities(organisation: &str) -> String {
    format!("facility/{organisation}/")
}

/// A facility.
#[must_use]
pub fn facility(organisation: &str, name: &str) -> String {
    format!("facility/{organisation}/{name}")
}

/// One version of a factor set.
#[must_use]
pub fn factor_set(id: &str, version: &str) -> String {
    format!("factor-set/{id}/{version}")
}

/// Prefix of an organisation's imports.
#[must_use]
pub fn imports(organisation: &str) -> String {
    format!("import/{organisation}/")
}

/// An import.
#[must_use]
pub fn import(organisation: &str, import_id: &[u8]) -> String {
    format!("import/{organisation}/{}", hex::encode(import_id))
}

/// Prefix of the parts of an import; they sort by their first row.
#[must_use]
pub fn import_parts(organisation: &str, import_id: &[u8]) -> String {
    format!("import-part/{organisation}/{}/", hex::encode(import_id))
}

/// A part of an import.
#[must_use]
pub fn import_part(organisation: &str, import_id: &[u8], first: u64) -> String {
    format!(
        "import-part/{organisation}/{}/{first:016x}",
        hex::encode(import_id)
    )
}

/// Prefix of the changes of an import's rows; they sort by row number.
#[must_use]
pub fn row_changes(organisation: &str, import_id: &[u8]) -> String {
    format!("row-change/{organisation}/{}/", hex::encode(import_id))
}

/// The change of a row.
#[must_use]
pub fn row_change(organisation: &str, import_id: &[u8], number: u64) -> String {
    format!(
        "row-change/{organisation}/{}/{number:016x}",
        hex::encode(import_id)
    )
}

/// Prefix of an organisation's period locks.
#[must_use]
pub fn period_locks(organisation: &str) -> String {
    format!("period-lock/{organisation}/")
}

/// The period lock of an inventory.
#[must_use]
pub fn period_lock(organisation: &str, inventory: &str) -> String {
    format!("period-lock/{organisation}/{inventory}")
}

/// Prefix of an organisation's inventories.
#[must_use]
pub fn inventories(organisation: &str) -> String {
    format!("inventory/{organisation}/")
}

/// An inventory.
#[must_use]
pub fn inventory(organisation: &str, name: &str) -> String {
    format!("inventory/{organisation}/{name}")
}
