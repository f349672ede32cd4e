//! Activity data from the files that offices produce: CSV and XLSX, English and Chinese.
//!
//! ```text
//! Source ──► Line ──► Header ──► Mapper ──► Row ──► Batch
//! (bytes)   (cells)  (meaning)  (faults)  (ledger)  (envelope)
//! ```
//!
//! Nothing here writes a sentence: faults and notices carry codes and fields ([`fault`]). Nothing is guessed: what may mean
//! two things is refused, and every bad row is reported at once.

pub mod cell;
pub mod check;
pub mod column;
pub mod delimited;
pub mod encoding;
pub mod fault;
pub mod header;
pub mod number;
pub mod parameter;
pub mod period;
pub mod rejects;
pub mod row;
mod seen;
pub mod source;
pub mod table;
pub mod workbook;

pub use fault::{CODES, Fault, FileError, Matter, Notice, Place, RowError};
pub use row::{Defaults, Facility, Row};
pub use table::{Batch, Import, Judge, Options, Progress, Report, Table};
