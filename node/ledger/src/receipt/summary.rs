//! The readable part of a receipt. It is derived from what is proved and from nothing else, so that it can be checked by deriving it again.

use super::kind_word;
use super::verify::Verification;
use crate::command::import::status_word;
use crate::genesis::Founded;
use crate::time::rfc3339;
use crate::v1::{self, ReceiptKind};
use crate::{Error, canonical, envelope};
use serde::Serialize;

/// Content of a receipt for people; keys in English, amounts as exact text in kg CO2e.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Receipt kind.
    pub kind: String,
    /// Name of the network.
    pub network: String,
    /// Display name of the network, Chinese.
    pub network_zh: String,
    /// Display name of the network, English.
    pub network_en: String,
    /// Index of the entry.
    pub index: u64,
    /// Entries in the log at the checkpoint.
    pub log_size: u64,
    /// Time of the checkpoint, RFC 3339.
    pub checkpoint_time: String,
    /// Voting organisations that cosigned.
    pub cosigned_by: Vec<String>,
    /// Voting organisations.
    pub organisations_voting: usize,
    /// Command kind, for an envelope's entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Ledger time of the entry, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// `accepted`, or the code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Who signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<SenderSummary>,
    /// Of an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<InventorySummary>,
    /// Of an import.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportSummary>,
    /// Rows that the receipt holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowSummary>,
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SenderSummary {
    /// Key id, hex.
    pub key_id: String,
    /// Organisation, if a founder's CA vouches for it.
    pub organisation: Option<String>,
    /// Common name of the certificate.
    pub member: Option<String>,
    /// Role of the certificate.
    pub role: Option<String>,
}

/// Sums of one group of rows, exact text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AmountSummary {
    /// kg CO2e, location-based.
    pub location_kg: String,
    /// kg CO2e, market-based.
    pub market_kg: String,
    /// kg CO2 of biogenic origin, outside the scopes.
    pub biogenic_co2_kg: String,
    /// Rows.
    pub rows: u64,
}

/// An inventory's totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InventorySummary {
    /// State key: organisation and name.
    pub key: String,
    /// 1 for the closing, more for restatements.
    pub version: u64,
    /// First day.
    pub period_start: String,
    /// Last day.
    pub period_end: String,
    /// Why it was restated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// GWP set.
    pub gwp_set: String,
    /// Rounding profile.
    pub rounding: String,
    /// Rows counted.
    pub rows_counted: u64,
    /// Rows voided.
    pub rows_voided: u64,
    /// Rows never submitted.
    pub rows_pending: u64,
    /// Scopes 1 to 3 together.
    pub total: AmountSummary,
    /// By scope.
    pub scopes: Vec<ScopeSummary>,
    /// By category.
    pub categories: Vec<CategorySummary>,
    /// By gas.
    pub gases: Vec<GasSummary>,
    /// By month.
    pub months: Vec<MonthSummary>,
}

/// One scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopeSummary {
    /// 1, 2 or 3.
    pub scope: u32,
    /// kg CO2e.
    #[serde(flatten)]
    pub amount: AmountSummary,
}

/// One category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategorySummary {
    /// Its scope.
    pub scope: u32,
    /// Category code.
    pub category: String,
    /// kg CO2e.
    #[serde(flatten)]
    pub amount: AmountSummary,
}

/// One gas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GasSummary {
    /// Gas code.
    pub gas: String,
    /// kg CO2e, location-based.
    pub location_kg: String,
    /// kg CO2e, market-based.
    pub market_kg: String,
    /// kg of the gas, location-based, as far as the sources give it.
    pub location_mass_kg: String,
    /// Whether every row with this gas gave its mass.
    pub mass_complete: bool,
}

/// One month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthSummary {
    /// YYYY-MM; empty for rows that span more than one month.
    pub month: String,
    /// kg
    #[serde(flatten)]
    pub amount: AmountSummary,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// SM3 of the imported file, hex.
    pub import_id: String,
    /// Its rows.
    pub rows: u64,
    /// Its state after this entry.
    pub status: String,
    /// Root over its parts, hex.
    pub root: String,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowSummary {
    /// Import, hex.
    pub import_id: String,
    /// Number in the import, from 1.
    pub row: u64,
    /// The row as signed, when the receipt holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivitySummary>,
    /// Scope.
    pub scope: u32,
    /// Category code.
    pub category: String,
    /// kg CO2e, location-based.
    pub location_kg: String,
    /// kg CO2e, market-based.
    pub market_kg: String,
    /// kg CO2, outside the scopes.
    pub biogenic_co2_kg: String,
    /// Factors, as `set@version/factor`.
    pub factors: Vec<String>,
    /// Flag codes.
    pub flags: Vec<String>,
}

/// A row as it was signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ActivitySummary {
    /// The entity's own reference.
    pub reference: String,
    /// Facility.
    pub facility: String,
    /// What was done or used.
    pub activity: String,
    /// First day.
    pub period_start: String,
    /// Last day.
    pub period_end: String,
    /// Decimal.
    pub quantity: String,
    /// Unit code.
    pub unit: String,
}

/// Derives the summary.
pub(super) fn summarize(
    receipt: &v1::Receipt,
    kind: ReceiptKind,
    founded: &Founded,
    proof: &Verification,
) -> Result<Summary, Error> {
    let genesis = founded.genesis();
    let names = genesis.display_name.clone().unwrap_or_default();
    let mut summary = Summary {
        kind: kind_word(kind).to_owned(),
        network: genesis.name.clone(),
        network_zh: names.zh,
        network_en: names.en,
        index: receipt.index,
        log_size: proof.checkpoint.size,
        checkpoint_time: rfc3339(proof.checkpoint.time_ms),
        cosigned_by: proof.finality.organisations.clone(),
        organisations_voting: proof.finality.organisations_voting,
        ..Summary::default()
    };
    let entry: v1::Entry = canonical::decode("entry", &receipt.entry)?;
    let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
        return Ok(summary);
    };
    let outcome = entry.outcome.unwrap_or_default();
    summary.time = Some(rfc3339(outcome.time_ms));
    summary.outcome = Some(if outcome.code.is_empty() {
        "accepted".to_owned()
    } else {
        outcome.code.clone()
    });
    let Ok(parsed) = envelope::Parsed::parse(&proof.network_id, &entry.envelope) else {
        return Ok(summary);
    };
    let body = parsed.body();
    summary.command = Some(body.kind.clone());
    summary.sender = sender(body, proof);
    match &outcome.head {
        Some(v1::outcome::Head::Inventory(head)) => {
            summary.inventory = Some(inventory(body, head)?)
        }
        Some(v1::outcome::Head::Submitted(head)) => {
            let command: v1::ActivitySubmit = canonical::decode("head", &body.head)?;
            summary.import = Some(ImportSummary {
                import_id: hex::encode(&head.import_id),
                rows: head.count,
                status: status_word(head.status()).to_owned(),
                root: hex::encode(&command.root),
            });
        }
        _ => {}
    }
    if kind == ReceiptKind::Row {
        for (position, result) in receipt.results.iter().enumerate() {
            summary.rows.push(row(receipt.rows.get(position), result)?);
        }
    }
    Ok(summary)
}

fn sender(body: &v1::Body, proof: &Verification) -> Option<SenderSummary> {
    if !proof.proves("signature") {
        return None;
    }
    let named = proof.proved.iter().find(|fact| fact.code == "sender");
    let value = |name: &str| {
        let (_, value) = named?.fields.iter().find(|(field, _)| *field == name)?;
        Some(value.clone())
    };
    Some(SenderSummary {
        key_id: hex::encode(&body.sender),
        organisation: value("organisation"),
        member: value("member"),
        role: value("role"),
    })
}

fn amount(amounts: Option<&v1::Amounts>) -> AmountSummary {
    let amounts = amounts.cloned().unwrap_or_default();
    AmountSummary {
        location_kg: amounts.location,
        market_kg: amounts.market,
        biogenic_co2_kg: amounts.biogenic_co2,
        rows: amounts.rows,
    }
}

fn inventory(body: &v1::Body, head: &v1::InventoryClosed) -> Result<InventorySummary, Error> {
    let cause = if body.kind == "inventory.restate" {
        let command: v1::InventoryRestate = canonical::decode("head", &body.head)?;
        Some(command.cause)
    } else {
        None
    };
    let profile = head.profile.clone().unwrap_or_default();
    let totals = head.totals.clone().unwrap_or_default();
    Ok(InventorySummary {
        key: head.key.clone(),
        version: head.version,
        period_start: head.period_start.clone(),
        period_end: head.period_end.clone(),
        cause,
        gwp_set: profile.gwp_set,
        rounding: profile.rounding,
        rows_counted: head.rows_counted,
        rows_voided: head.rows_voided,
        rows_pending: head.rows_pending,
        total: amount(totals.total.as_ref()),
        scopes: totals
            .scopes
            .iter()
            .map(|line| ScopeSummary {
                scope: line.scope,
                amount: amount(line.amounts.as_ref()),
            })
            .collect(),
        categories: totals
            .categories
            .iter()
            .map(|line| CategorySummary {
                scope: line.scope,
                category: line.category.clone(),
                amount: amount(line.amounts.as_ref()),
            })
            .collect(),
        gases: totals
            .gases
            .into_iter()
            .map(|line| GasSummary {
                gas: line.gas,
                location_kg: line.location,
                market_kg: line.market,
                location_mass_kg: line.location_mass,
                mass_complete: line.mass_complete,
            })
            .collect(),
        months: totals
            .months
            .iter()
            .map(|line| MonthSummary {
                month: line.month.clone(),
                amount: amount(line.amounts.as_ref()),
            })
            .collect(),
    })
}

fn row(signed: Option<&v1::ProvedRow>, result: &v1::ProvedRow) -> Result<RowSummary, Error> {
    let result: v1::RowResult = canonical::decode("row result", &result.row)?;
    let activity = match signed {
        Some(signed) => {
            let row: v1::RecordRow = canonical::decode("row", &signed.row)?;
            let Some(v1::record_row::Content::Open(row)) = row.content else {
                return Err(Error::Missing { what: "row" });
            };
            Some(ActivitySummary {
                reference: row.reference,
                facility: row.facility,
                activity: row.activity,
                period_start: row.period_start,
                period_end: row.period_end,
                quantity: row.quantity,
                unit: row.unit,
            })
        }
        None => None,
    };
    let location = result.location.unwrap_or_default();
    Ok(RowSummary {
        import_id: hex::encode(&result.import_id),
        row: result.number + 1,
        activity,
        scope: result.scope,
        category: result.category,
        market_kg: result
            .market
            .map_or_else(|| location.co2e.clone(), |market| market.co2e),
        location_kg: location.co2e,
        biogenic_co2_kg: result.biogenic_co2,
        factors: result
            .factors
            .iter()
            .map(|factor| format!("{}@{}/{}", factor.set, factor.version, factor.factor))
            .collect(),
        flags: result.flags,
    })
}
