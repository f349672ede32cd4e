//! What an operator hands on: the summary emissions report of Annex IV, 1.2 of Implementing Regulation (EU) 2025/2547, with
//! the points of the Annex as keys' documentation. Points that the document does not state are named, not filled in.

use super::form::{Direction, Installation, Process};
use super::{CODE, STANDARD};
use crate::exact::Rounding;
use crate::report::{Faults, Report};
use crate::standard::Export;
use toml::Value;
use toml::map::Map;

pub(super) const EXPORT: Export = Export {
    code: "cbam-summary",
    document: "Implementing Regulation (EU) 2025/2547, Annex IV, 1.2: operator's summary emissions report",
    write,
};

/// An object under construction, and the points that are missing in it.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn text(mut self, name: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.insert(name.to_owned(), Value::String(text));
        }
        self
    }

    fn some(self, name: &str, text: Option<String>) -> Self {
        self.text(name, text.unwrap_or_default())
    }

    fn truth(mut self, name: &str, truth: bool) -> Self {
        self.0.insert(name.to_owned(), Value::Boolean(truth));
        self
    }

    fn list(mut self, name: &str, list: Vec<Value>) -> Self {
        self.0.insert(name.to_owned(), Value::Array(list));
        self
    }

    fn value(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    fn end(self) -> Value {
        Value::Table(self.0)
    }
}

fn write(document: &Value, report: &Report) -> Result<Value, Faults> {
    let installation: Installation = crate::document::read_value(document.clone())?;
    let outcome = |code: &str, subject: &str| {
        report
            .find(code, subject)
            .map(|node| node.value.to_string())
    };
    let operator = &installation.operator;
    let indirect = installation
        .process
        .iter()
        .any(|process| process.sector.counts_indirect());
    let processes = |of: &dyn Fn(&Process) -> Value| -> Vec<Value> {
        installation.process.iter().map(of).collect()
    };
    let mut summary = Fields::default()
        .text("standard", CODE)
        .text("document", STANDARD.document)
        .text("clause", "Annex IV, 1.2")
        .text("reportingPeriod", installation.year.to_string())
        // (1), (2)
        .value(
            "operator",
            Fields::default()
                .text("name", operator.name.as_str())
                .text("registrationNumber", operator.registration.as_str())
                .text("address", operator.address.as_str())
                .end(),
        )
        .value(
            "installation",
            Fields::default()
                .text("name", installation.installation.as_str())
                .text("country", installation.country.as_str())
                .text("registryIdentifier", operator.registry_identifier.as_str())
                .text("unLocode", operator.un_locode.as_str())
                .text("address", operator.installation_address.as_str())
                .text("coordinates", operator.coordinates.as_str())
                .end(),
        )
        // (3)
        .list(
            "productionProcesses",
            processes(&|process| {
                let goods = process.goods.iter().map(|good| {
                    Fields::default()
                        .text("name", good.name.as_str())
                        .text("cnCode", good.cn_code.as_str())
                        .end()
                });
                Fields::default()
                    .text("name", process.name.as_str())
                    .text("route", process.route.as_str())
                    .text("functionalUnit", process.unit.symbol())
                    .text("activityLevel", process.activity_level.to_string())
                    .list("goods", goods.collect())
                    // (5)
                    .some(
                        "directEmissions",
                        outcome("cbam_attributed_direct", &process.name),
                    )
                    .end()
            }),
        )
        // (4)
        .list(
            "goods",
            installation
                .process
                .iter()
                .flat_map(|process| goods(process, report))
                .collect(),
        )
        // (5)
        .some("directEmissions", outcome("cbam_direct_total", ""));
    if indirect {
        // (6)
        summary = summary.some("indirectEmissions", outcome("cbam_indirect_total", ""));
    }
    let heat = |process: &Process| {
        let lists = [&process.heat_imported, &process.heat_exported];
        lists.into_iter().flatten().next().is_some()
    };
    let zero_rated = installation
        .streams
        .iter()
        .filter(|stream| stream.zero_rated)
        .map(|stream| {
            Fields::default()
                .text("name", stream.name.as_str())
                .text("evidence", stream.evidence.as_str())
                .end()
        });
    let transfers = installation
        .transfer
        .iter()
        .filter(|transfer| transfer.direction != Direction::Received)
        .map(|transfer| {
            Fields::default()
                .text("name", transfer.name.as_str())
                .text("party", transfer.party.as_str())
                .some(
                    "notEmitted",
                    outcome("cbam_co2_not_emitted", &transfer.name),
                )
                .end()
        });
    summary = summary
        // (7), (8), (9), (10)
        .truth(
            "measurableHeatExchanged",
            installation.process.iter().any(heat),
        )
        .list("zeroRatedFuels", zero_rated.collect())
        .truth(
            "wasteGasExchanged",
            installation.process.iter().any(|process| {
                !process.waste_gas_imported.is_zero() || !process.waste_gas_exported.is_zero()
            }),
        )
        .list("carbonDioxideTransferred", transfers.collect());
    if indirect {
        // (11)
        let produced = |cogeneration: bool| {
            installation.process.iter().any(|process| {
                process
                    .electricity_produced
                    .iter()
                    .any(|produced| produced.cogeneration.is_some() == cogeneration)
            })
        };
        summary = summary.value(
            "electricityProduced",
            Fields::default()
                .truth(
                    "byCogeneration",
                    !installation.cogeneration.is_empty() || produced(true),
                )
                .truth("separately", produced(false))
                .end(),
        );
    }
    let (default, actual) = precursors(&installation, report);
    let missing = missing(&installation)
        .into_iter()
        .map(|place| Value::String(place.to_owned()));
    Ok(summary
        // (12), (13), (16)
        .list("precursorsByDefaultValue", default)
        .list("precursorsByActualValue", actual)
        .list("notStated", missing.collect())
        .end())
}

/// Point (4): each of the goods, of the process itself where it names none.
fn goods(process: &Process, report: &Report) -> Vec<Value> {
    let outcome = |code: &str, subject: &str| {
        report
            .find(code, subject)
            .map(|node| node.value.to_string())
    };
    // A quotient may have no end; the digits of specific emissions are enough for a share of them.
    let share = || {
        report
            .find("cbam_default_share", &process.name)
            .and_then(|node| node.value.to_fixed(5, Rounding::HalfUp).ok())
            .unwrap_or_else(|| "0".to_owned())
    };
    let entry = |name: &str, cn_code: &str, subject: &str, unit: &str| {
        let mut fields = Fields::default()
            .text("name", name)
            .text("cnCode", cn_code)
            .text("unit", unit)
            .some(
                "specificDirectEmissions",
                outcome("cbam_see_direct", subject),
            )
            .text("shareOfDefaultValues", share());
        if process.sector.counts_indirect() {
            fields = fields.some(
                "specificIndirectEmissions",
                outcome("cbam_see_indirect", subject),
            );
        }
        fields
    };
    if process.goods.is_empty() {
        let name = process.name.as_str();
        return vec![entry(name, "", name, process.unit.specific()).end()];
    }
    process
        .goods
        .iter()
        .map(|good| {
            let subject = format!("{} ({})", good.name, good.cn_code);
            let unit = if good.content.is_some() {
                "tCO2e/t"
            } else {
                process.unit.specific()
            };
            let mut fields = entry(&good.name, &good.cn_code, &subject, unit);
            if !good.parameters.is_empty() {
                // Annex IV, 2
                let parameters = good
                    .parameters
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                    .collect();
                fields = fields.value("sectorParameters", Value::Table(parameters));
            }
            fields.end()
        })
        .collect()
}

/// Points (12) and (13): precursors of other installations.
fn precursors(installation: &Installation, report: &Report) -> (Vec<Value>, Vec<Value>) {
    let (mut default, mut actual) = (Vec::new(), Vec::new());
    for precursor in &installation.precursor {
        let noticed = |code: &str| {
            report
                .notices
                .iter()
                .any(|notice| notice.code == code && notice.subject == precursor.name)
        };
        let fields = Fields::default()
            .text("name", precursor.name.as_str())
            .some("cnCode", precursor.cn_code.clone())
            .text("countryOfOrigin", precursor.origin.as_str());
        let last = |label: &str| {
            report
                .derivation
                .nodes()
                .iter()
                .rev()
                .find(|node| node.label == label && node.subject == precursor.name)
                .map(|node| node.value.to_string())
        };
        if noticed("cbam_precursor_default") {
            default.push(
                fields
                    .some("defaultValue", last("cbam_precursor_default"))
                    .end(),
            );
        } else if !noticed("cbam_precursor_exempt") {
            actual.push(
                fields
                    .text("verificationReport", precursor.verification_report.as_str())
                    .some("specificDirectEmissions", last("cbam_precursor_direct"))
                    .some("specificIndirectEmissions", last("cbam_precursor_indirect"))
                    .end(),
            );
        }
    }
    (default, actual)
}

/// What the Annex asks for and the document does not state.
fn missing(installation: &Installation) -> Vec<&'static str> {
    let operator = &installation.operator;
    let mut missing: Vec<&'static str> = [
        ("operator.name", &operator.name),
        ("operator.registration", &operator.registration),
        ("operator.address", &operator.address),
        (
            "operator.registry_identifier",
            &operator.registry_identifier,
        ),
        ("operator.un_locode", &operator.un_locode),
        (
            "operator.installation_address",
            &operator.installation_address,
        ),
        ("operator.coordinates", &operator.coordinates),
    ]
    .into_iter()
    .filter(|(_, text)| text.is_empty())
    .map(|(place, _)| place)
    .collect();
    if installation
        .process
        .iter()
        .any(|process| process.route.is_empty())
    {
        missing.push("process.route");
    }
    if installation
        .process
        .iter()
        .any(|process| process.goods.is_empty())
    {
        missing.push("process.goods");
    }
    // (4)(e) and (f): the adjustment is the declarant's calculation.
    missing.push("specific embedded free allocation");
    missing
}
