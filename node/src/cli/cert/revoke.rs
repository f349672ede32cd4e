//! `hengtan cert revoke` and `hengtan cert crl`.

use crypto_sm::certificate::Reason;

use crate::cli::arguments::{CertCrl, CertRevoke, RevocationReason};
use crate::cli::passphrase;
use crate::cli::presentation::time;
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure, codes};
use crate::console::{Console, Record, utc_time};

use super::folder::{Entry, Folder, replace};
use super::{DAY_MS, authority, failed};

impl From<RevocationReason> for Reason {
    fn from(reason: RevocationReason) -> Self {
        match reason {
            RevocationReason::Unspecified => Self::Unspecified,
            RevocationReason::KeyCompromise => Self::KeyCompromise,
            RevocationReason::CaCompromise => Self::AuthorityCompromise,
            RevocationReason::AffiliationChanged => Self::AffiliationChanged,
            RevocationReason::Superseded => Self::Superseded,
            RevocationReason::CessationOfOperation => Self::CessationOfOperation,
            RevocationReason::CertificateHold => Self::Hold,
            RevocationReason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
        }
    }
}

pub fn run(arguments: &CertRevoke, console: &Console) -> Result<Exit, Failure> {
    let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
    let mut folder = Folder::open(&arguments.dir, &asking)?;
    let position = folder.index.find(&arguments.certificate)?;
    let entry = folder.index.certificate[position].clone();
    if entry.revoked_at.is_some() {
        return Err(already(&entry));
    }
    let catalogue = console.catalogue();
    let shown = format!("{} ({})", entry.name, entry.serial);
    let question = catalogue.ask_revoke(shown.as_str());
    if !console.agreed() && !console.interactive() {
        return Err(Failure::new(codes::NOT_CONFIRMED).with("action", question));
    }
    if !console.confirm(&question) {
        return Err(Failure::new(codes::DECLINED));
    }
    let reason = Reason::from(arguments.reason).name();
    let entry = &mut folder.index.certificate[position];
    entry.revoked_at = Some(utc_time(now_ms() / 1000 * 1000));
    entry.reason = Some(reason.to_owned());
    let entry = entry.clone();
    // Recorded before the list is written: a list that could not be written is written by the next command.
    folder.save()?;
    let record = Record::new()
        .with("serial", catalogue.col_serial(), entry.serial)
        .with("name", catalogue.col_name(), entry.name)
        .with(
            "reason",
            catalogue.col_reason(),
            authority::reason(Some(reason), catalogue),
        );
    write_list(&mut folder, arguments.next_update, record, console)
}

pub fn list(arguments: &CertCrl, console: &Console) -> Result<Exit, Failure> {
    let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
    let mut folder = Folder::open(&arguments.dir, &asking)?;
    write_list(&mut folder, arguments.next_update, Record::new(), console)
}

/// Issues the next list and shows it behind what the record has already.
fn write_list(
    folder: &mut Folder,
    days: u64,
    record: Record,
    console: &Console,
) -> Result<Exit, Failure> {
    let now = now_ms();
    folder.index.list_number = folder.index.list_number.saturating_add(1);
    let list = folder
        .issuer
        .issue_revocation_list(
            folder.index.list_number,
            now,
            now.saturating_add(days.saturating_mul(DAY_MS)),
            &folder.index.revoked(),
            &mut rand::rng(),
        )
        .map_err(failed)?;
    // The number is used up before the list is out: no two lists have one number.
    folder.save()?;
    let path = folder.list_file();
    replace(&path, list.to_pem().as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.done_list(path.display().to_string()));
    let record = record
        .with(
            "list_number",
            catalogue.col_list_number(),
            folder.index.list_number,
        )
        .with(
            "entries",
            catalogue.col_revoked_count(),
            list.entries().len(),
        )
        .with(
            "next_update",
            catalogue.col_next_update(),
            time(list.next_update_ms()),
        )
        .with(
            "list_file",
            catalogue.col_list_file(),
            path.display().to_string(),
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// What is revoked stays revoked.
pub(super) fn already(entry: &Entry) -> Failure {
    Failure::new("HT-CRY-055")
        .with("name", &entry.name)
        .with("serial", &entry.serial)
        .with(
            "revoked_at",
            entry.revoked_at.as_deref().unwrap_or_default(),
        )
        .with("reason", entry.reason.as_deref().unwrap_or_default())
        .exiting(Exit::Conflict)
}
