//! Activity data from the files that offices produce: CSV and XLSX, English and Chinese.

pub mod cell;
pub mod column;
pub mod delimited;
pub mod encoding;
pub mod fault;
pub mod header;
pub mod number;
pub mod period;
pub mod source;
pub mod workbook;
