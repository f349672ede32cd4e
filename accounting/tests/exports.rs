//! What is handed on: the PACT data exchange's `ProductFootprint`, the CBAM operator's summary report.

use accounting::standard::{Context, find};
use accounting::{Catalogue, Faults};
use std::sync::LazyLock;
use toml::Value;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

fn exported(standard: &str, code: &str, document: &Value) -> Result<Value, Faults> {
    let standard = find(standard).expect("a standard");
    let context = Context {
        catalogue: &CATALOGUE,
    };
    let report = (standard.run)(document.clone(), context).expect("a report");
    (standard.export(code).expect("an export").write)(document, &report)
}

fn read(text: &str) -> Value {
    accounting::document::parse(text).expect("TOML")
}

/// Example 2 of the specification: bioethanol; its fossil emissions are 4.78 and 0.36 of land management.
const ETHANOL: &str = r#"
product = "Product 2"
year = 2024
boundary = "cradle_to_gate"
unit = { kind = "declared", output = "ethanol", amount = 12, unit = "L", fossil_carbon_content = 0.16, biogenic_carbon_content = 5.28 }
[cut_off]
each = 0.03
total = 0.05
excluded = [{ name = "caps", impact = 0.008, reason = "below 3 % under the most conservative factor" }]
[[process]]
name = "distillery"
stage = "production"
data = "primary"
outputs = [{ name = "ethanol", amount = 12, unit = "L" }]
inputs = [{ name = "bottle", amount = 1 }]
emissions = [{ gas = "co2e", amount = 4.56 }, { gas = "co2", amount = 19.36, kind = "uptake" }]
quality = { technological = 2.5, geographical = 4.1, temporal = 1.3 }
[[process]]
name = "bottle works"
stage = "raw_materials"
data = "secondary"
source = "ecoinvent"
packaging = true
outputs = [{ name = "bottle", amount = 1, unit = "piece" }]
emissions = [{ gas = "co2e", amount = 0.58 }]
quality = { technological = 2.5, geographical = 4.1, temporal = 1.3 }
[pact]
id = "F4B1225A-bd44-4c8e-861d-079e4e1dfd69"
preceding = ["079e425a-464f-528d-341d-4a944a1dfd70"]
created = "2025-04-30T00:00:00+00:00"
valid_from = "2024-12-31T00:00:00+00:00"
valid_to = "2027-12-31T00:00:00+00:00"
company_name = "Company 2"
company_ids = ["urn:company:example:company2"]
product_description = "Bioethanol 98 %, sugar beet feedstock, with plastic packaging"
product_ids = ["urn:gtin:4712345060507"]
classifications = ["urn:pact:productclassification:un-cpc:1234"]
mass = 9.468
reference_start = "2024-01-01T00:00:00+00:00"
reference_end = "2024-12-31T00:00:00+00:00"
country = "US"
secondary_sources = [{ name = "ecoinvent", version = "3.1" }]
rules = [{ operator = "Other", names = ["Guideline for the chemical industry, v.3"], other_operator = "TfS" }]
verification = { coverage = "product level", provider = "Auditor X", completed = "2025-03-31T00:00:00Z" }
"#;

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    path.split('.')
        .try_fold(value, |value, key| value.get(key))
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {path} in {value}"))
}

#[test]
fn a_footprint_has_the_fields_and_the_figures_of_the_specifications_example() {
    let footprint = exported("ghg_product", "pact", &read(ETHANOL)).expect("a footprint");
    // Required by the schema 3.0.3.
    for name in [
        "id",
        "specVersion",
        "created",
        "status",
        "companyName",
        "productDescription",
        "productNameCompany",
        "pcf.declaredUnitOfMeasurement",
        "pcf.declaredUnitAmount",
        "pcf.productMassPerDeclaredUnit",
        "pcf.referencePeriodStart",
        "pcf.referencePeriodEnd",
        "pcf.pcfExcludingBiogenicUptake",
        "pcf.pcfIncludingBiogenicUptake",
        "pcf.fossilGhgEmissions",
        "pcf.fossilCarbonContent",
        "pcf.exemptedEmissionsPercent",
    ] {
        assert!(!text(&footprint, name).is_empty(), "{name}");
    }
    for name in ["companyIds", "productIds", "precedingPfIds"] {
        assert_eq!(footprint[name].as_array().map(Vec::len), Some(1), "{name}");
    }
    let expected = [
        ("id", "f4b1225a-bd44-4c8e-861d-079e4e1dfd69"),
        ("status", "Active"),
        ("pcf.declaredUnitOfMeasurement", "liter"),
        ("pcf.declaredUnitAmount", "12"),
        ("pcf.productMassPerDeclaredUnit", "9.468"),
        ("pcf.pcfExcludingBiogenicUptake", "5.14"),
        ("pcf.pcfIncludingBiogenicUptake", "-14.22"),
        ("pcf.biogenicCO2Uptake", "-19.36"),
        ("pcf.fossilCarbonContent", "0.16"),
        ("pcf.biogenicCarbonContent", "5.28"),
        ("pcf.packagingGhgEmissions", "0.58"),
        ("pcf.exemptedEmissionsPercent", "0.8"),
        ("pcf.primaryDataShare", "88.715953"),
        ("pcf.dqi.technologicalDQR", "2.5"),
        ("pcf.dqi.geographicalDQR", "4.1"),
        ("pcf.dqi.temporalDQR", "1.3"),
        ("pcf.geographyCountry", "US"),
        ("pcf.verification.coverage", "product level"),
    ];
    for (path, value) in expected {
        assert_eq!(text(&footprint, path), value, "{path}");
    }
    let pcf = &footprint["pcf"];
    assert_eq!(pcf["packagingEmissionsIncluded"].as_bool(), Some(true));
    assert_eq!(
        pcf["ipccCharacterizationFactors"],
        Value::Array(vec!["AR6".into()])
    );
    assert_eq!(
        pcf["productOrSectorSpecificRules"][0]["otherOperatorName"].as_str(),
        Some("TfS")
    );
    // One geography at most, and no number that is not a text.
    assert!(pcf.get("geographyRegionOrSubregion").is_none());
    fn texts(value: &Value) -> bool {
        match value {
            Value::String(_) | Value::Boolean(_) => true,
            Value::Array(list) => list.iter().all(texts),
            Value::Table(table) => table.values().all(texts),
            _ => false,
        }
    }
    assert!(texts(&footprint), "{footprint}");
}

/// The document with a line replaced.
fn with(old: &str, new: &str) -> Value {
    assert!(ETHANOL.contains(old), "{old}");
    read(&ETHANOL.replacen(old, new, 1))
}

#[test]
fn what_the_exchange_does_not_take_is_refused_with_its_place() {
    let cases = [
        ("id = \"F4B1225A-bd44", "id = \"bd44", "HT-ACC-058@pact.id"),
        (
            "preceding = [\"079e425a-",
            "preceding = [\"",
            "HT-ACC-058@pact.preceding[0]",
        ),
        (
            "created = \"2025-04-30T00:00:00+00:00\"",
            "created = \"2025-04-30\"",
            "HT-ACC-058@pact.created",
        ),
        (
            "reference_end = \"2024-12-31",
            "reference_end = \"2023-12-31",
            "HT-ACC-127@pact.reference_end",
        ),
        (
            "valid_from = \"2024-12-31",
            "valid_from = \"2024-12-30",
            "HT-ACC-127@pact.valid_from",
        ),
        (
            "valid_to = \"2027-12-31T00:00:00+00:00\"\n",
            "",
            "HT-ACC-150@pact",
        ),
        (
            "company_ids = [\"urn:company:example:company2\"]",
            "company_ids = []",
            "HT-ACC-117@pact.company_ids",
        ),
        (
            "product_ids = [\"urn:gtin:",
            "product_ids = [\"gtin:",
            "HT-ACC-058@pact.product_ids",
        ),
        (
            "country = \"US\"",
            "country = \"USA\"",
            "HT-ACC-058@pact.country",
        ),
        (
            "country = \"US\"",
            "country = \"US\"\nregion = \"Asia\"",
            "HT-ACC-151@pact",
        ),
        (
            "country = \"US\"",
            "region = \"Far East\"",
            "HT-ACC-058@pact.region",
        ),
        (
            "country = \"US\"",
            "subdivision = \"US-California\"",
            "HT-ACC-058@pact.subdivision",
        ),
        (
            "secondary_sources = [{ name = \"ecoinvent\", version = \"3.1\" }]\n",
            "",
            "HT-ACC-117@pact.secondary_sources",
        ),
        (
            "coverage = \"product level\"",
            "coverage = \"all\"",
            "HT-ACC-058@pact.verification.coverage",
        ),
        (
            "operator = \"Other\"",
            "operator = \"TfS\"",
            "HT-ACC-058@pact.rules[0].operator",
        ),
        (
            "fossil_carbon_content = 0.16, ",
            "",
            "HT-ACC-117@unit.fossil_carbon_content",
        ),
        (
            "country = \"US\"",
            "country = \"US\"\nstatus = \"Draft\"",
            "HT-ACC-058@pact.status",
        ),
        // More biogenic CO2 released than taken up has no field.
        (
            "kind = \"uptake\"",
            "kind = \"biogenic_co2\"",
            "HT-ACC-119@",
        ),
    ];
    for (old, new, expected) in cases {
        let faults = exported("ghg_product", "pact", &with(old, new)).expect_err(new);
        let found: Vec<_> = faults
            .0
            .iter()
            .map(|fault| format!("{}@{}", fault.error.code(), fault.place))
            .collect();
        assert_eq!(found, [expected], "{new}");
    }
    // From cradle to grave is not what a supplier hands on.
    let (plain, circumstances) = ETHANOL.split_once("[pact]").expect("two parts");
    let whole = find("ghg_product").expect("known").example;
    let whole = read(&format!("{whole}\n[pact]{circumstances}"));
    let faults = exported("ghg_product", "pact", &whole).expect_err("from cradle to grave");
    let boundary = faults.0.iter().find(|fault| fault.place == "boundary");
    assert_eq!(boundary.expect("a fault").error.code(), "HT-ACC-151");
    let plain = read(plain);
    let faults = exported("ghg_product", "pact", &plain).expect_err("no circumstances");
    assert_eq!(faults.0[0].error.code(), "HT-ACC-117");
    assert!(find("ghg_product").expect("known").export("xml").is_none());
}

#[test]
fn an_operators_summary_gives_what_is_calculated_and_names_what_is_not_stated() {
    let standard = find("cbam_installation").expect("a standard");
    let plain = read(standard.example);
    let summary = exported("cbam_installation", "cbam-summary", &plain).expect("a summary");
    let names = |list: &Value| -> Vec<String> {
        list.as_array()
            .expect("a list")
            .iter()
            .map(|entry| text(entry, "name").to_owned())
            .collect()
    };
    assert_eq!(
        names(&summary["goods"]),
        ["billets Q235", "hot-rolled bars"]
    );
    assert_eq!(
        names(&summary["productionProcesses"]),
        ["melt shop", "rolling mill"]
    );
    assert_eq!(
        names(&summary["precursorsByDefaultValue"]),
        ["ferro-manganese"]
    );
    assert_eq!(names(&summary["precursorsByActualValue"]), ["pig iron"]);
    assert_eq!(names(&summary["zeroRatedFuels"]), ["biochar"]);
    assert_eq!(summary["measurableHeatExchanged"].as_bool(), Some(true));
    assert_eq!(summary["wasteGasExchanged"].as_bool(), Some(false));
    // Iron and steel: direct emissions only.
    assert!(summary.get("indirectEmissions").is_none());
    let context = Context {
        catalogue: &CATALOGUE,
    };
    let report = (standard.run)(plain, context).expect("a report");
    let value = |code: &str, subject: &str| {
        report
            .find(code, subject)
            .expect("an outcome")
            .value
            .to_string()
    };
    assert_eq!(
        text(&summary, "directEmissions"),
        value("cbam_direct_total", "")
    );
    for good in summary["goods"].as_array().expect("a list") {
        let subject = format!("{} ({})", text(good, "name"), text(good, "cnCode"));
        assert_eq!(
            text(good, "specificDirectEmissions"),
            value("cbam_see_direct", &subject)
        );
    }
    let missing = |summary: &Value| summary["notStated"].as_array().expect("a list").len();
    assert_eq!(missing(&summary), 9);
    let stated = format!(
        "operator = {{ name = \"Jiangbei Special Steel Co., Ltd.\", registration = \"9132\", address = \"1 Works Road\", registry_identifier = \"CN-1\", un_locode = \"CNNKG\", installation_address = \"1 Works Road\", coordinates = \"32.06, 118.78\" }}\n{}",
        standard.example.replace(
            "sector = \"iron_and_steel\"",
            "sector = \"iron_and_steel\"\nroute = \"EAF\""
        )
    );
    let summary = exported("cbam_installation", "cbam-summary", &read(&stated)).expect("a summary");
    // The free-allocation adjustment is the declarant's.
    assert_eq!(missing(&summary), 1);
    assert_eq!(text(&summary, "installation.unLocode"), "CNNKG");
}
