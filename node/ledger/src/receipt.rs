//! Receipts: everything that somebody needs who holds nothing but the network's id.
//!
//! A receipt is made by [`assemble`], handed on as text by [`to_json`], read by [`from_json`] and judged by [`verify_receipt`]. A
//! change of any byte of the text is found.

mod assemble;
mod json;
mod summary;
mod verify;

pub use crate::v1::{Receipt, ReceiptKind};
pub use assemble::{
    Evidence, Rows, assemble, membership_change, recovery_change, recovery_proof, state_proof,
};
pub use json::{from_json, to_json, verify_json, verify_json_with};
pub use summary::{
    AmountSummary, CategorySummary, GasSummary, ImportSummary, InventorySummary, MonthSummary,
    RowSummary, ScopeSummary, SenderSummary, Summary,
};
pub use verify::{
    Fact, NOT_PROVED, NetworkPin, PROVED, Verification, verify_receipt, verify_receipt_with,
};
pub(crate) use verify::{follow, holds, parse_genesis};

/// Format number of [`v1::Receipt`](crate::v1::Receipt).
pub const FORMAT: u32 = 1;

/// Word of a receipt kind in machine output.
#[must_use]
pub fn kind_word(kind: ReceiptKind) -> &'static str {
    match kind {
        ReceiptKind::Unspecified => "",
        ReceiptKind::Entry => "entry",
        ReceiptKind::Inventory => "inventory",
        ReceiptKind::Import => "import",
        ReceiptKind::Row => "row",
    }
}
