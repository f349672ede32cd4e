//! `hengtan receipt`: proofs to keep.

use std::path::{Path, PathBuf};

use hengtan_api::v1 as api;
use hengtan_ledger::{receipt as proof, v1};

use crate::config;

use super::arguments::{Receipt, ReceiptGet};
use super::session::{Session, unreadable};
use super::{Exit, Failure, activity, codes, inventory};

pub async fn run(command: Receipt, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Receipt::Get(arguments) => get(arguments, session).await,
    }
}

async fn get(arguments: ReceiptGet, session: &Session<'_>) -> Result<Exit, Failure> {
    use api::receipt_get_request::Subject;
    let reference = arguments.reference.trim();
    let rows: Vec<u32> = arguments
        .row
        .iter()
        .map(|number| u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX))
        .collect();
    let (subject, name) = if reference.contains([':', '：']) {
        let address = activity::find_row(reference, session).await?;
        let name = format!(
            "row-{}",
            file_name(&activity::address(
                &address.import.import_id,
                address.number
            ))
        );
        let row = api::RowName {
            organisation: address.import.organisation,
            import_id: address.import.import_id,
            number: address.number,
        };
        (Subject::Row(row), name)
    } else if let Ok(index) = reference.parse::<u64>() {
        (Subject::Index(index), format!("entry-{index}"))
    } else if let Some(id) = envelope_id(reference) {
        (Subject::Id(id), format!("envelope-{}", &reference[..12]))
    } else if let Ok((_, inventory)) = inventory::find(Some(reference), session).await {
        let name = format!("inventory-{}", inventory.name);
        (
            Subject::Inventory(api::InventoryName {
                organisation: inventory.organisation,
                name: inventory.name,
            }),
            name,
        )
    } else {
        let import = activity::find_import(reference, session)
            .await
            .map_err(|failure| {
                if failure.code == codes::NOT_FOUND {
                    not_found(reference, session)
                } else {
                    failure
                }
            })?;
        let name = format!("import-{}", &hex::encode(&import.import_id)[..12]);
        (
            Subject::Import(api::ImportName {
                organisation: import.organisation,
                import_id: import.import_id,
            }),
            name,
        )
    };
    let receipt = fetch(subject, rows, session).await?;
    match arguments.out {
        Some(path) if path.as_os_str() == "-" => {
            session.console.print_utf8(&proof::to_json(&receipt)?)?
        }
        path => {
            let path = path.unwrap_or_else(|| PathBuf::from(format!("receipt-{name}.json")));
            write(&receipt, &path)?;
            let catalogue = session.console.catalogue();
            session
                .console
                .say(&catalogue.done_receipt_written(path.display().to_string()));
        }
    }
    Ok(Exit::Ok)
}

/// An envelope's id is 64 hexadecimal digits, as an import's is; envelopes are asked for first by those who have one.
fn envelope_id(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("envelope:")?;
    hex::decode(digits).ok().filter(|bytes| bytes.len() == 32)
}

fn not_found(reference: &str, session: &Session<'_>) -> Failure {
    let what = session.console.catalogue().name("what", "reference");
    Failure::new(codes::NOT_FOUND)
        .with("what", what)
        .with("name", reference)
}

/// A colon cannot stand in every file name.
fn file_name(address: &crate::console::Cell) -> String {
    address.human().replace(':', "-")
}

pub(super) async fn fetch(
    subject: api::receipt_get_request::Subject,
    rows: Vec<u32>,
    session: &Session<'_>,
) -> Result<v1::Receipt, Failure> {
    let request = api::ReceiptGetRequest {
        subject: Some(subject),
        rows,
        all_rows: false,
    };
    let answer = session
        .client()
        .receipt_get(request)
        .await
        .map_err(|status| session.failed(status))?;
    answer
        .into_inner()
        .receipt
        .ok_or_else(|| unreadable("receipt"))
}

/// The receipt of an inventory: that of the answer if it has one, else asked for.
pub(super) async fn of_inventory(
    name: &str,
    answer: &api::SubmitResponse,
    session: &Session<'_>,
) -> Result<v1::Receipt, Failure> {
    let (_, inventory) = inventory::find(Some(name), session).await?;
    let subject = api::receipt_get_request::Subject::Inventory(api::InventoryName {
        organisation: inventory.organisation,
        name: inventory.name,
    });
    match fetch(subject, Vec::new(), session).await {
        Ok(receipt) => Ok(receipt),
        Err(failure) => answer.receipt.clone().ok_or(failure),
    }
}

/// Writes a receipt; an existing file is left alone unless it is this very receipt.
pub(super) fn write(receipt: &v1::Receipt, path: &Path) -> Result<(), Failure> {
    let text = proof::to_json(receipt)?;
    if path.exists() {
        if std::fs::read(path).is_ok_and(|known| known == text.as_bytes()) {
            return Ok(());
        }
        return Err(Failure::new(codes::FILE_EXISTS).with("path", path.display()));
    }
    // A name without folder stands for this one.
    let path = std::path::absolute(path).map_err(|error| Failure::writing(path, &error))?;
    Ok(config::write_new(&path, text.as_bytes())?)
}
