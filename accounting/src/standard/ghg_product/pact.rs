//! The footprint as the PACT data exchange passes it on: a `ProductFootprint` of the PACT Technical Specifications, version 3.
//! Field names and their forms follow the specification's OpenAPI schema 3.0.3.

use super::form::{Allocation, Boundary, Data, Pact, Product};
use crate::date::Date;
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use crate::report::{Faults, Report};
use crate::standard::{Export, bounds};
use crate::unit::{Basis, Conditions, Kind, Unit};
use toml::Value;
use toml::map::Map;

pub(super) const EXPORT: Export = Export {
    code: "pact",
    document: "PACT Technical Specifications 3.0.3, ProductFootprint",
    write,
};

/// Version of the specification that `specVersion` states.
const VERSION: &str = "3.0.3";

/// Values of `geographyRegionOrSubregion`.
const REGIONS: [&str; 22] = [
    "Africa",
    "Americas",
    "Asia",
    "Europe",
    "Oceania",
    "Australia and New Zealand",
    "Central Asia",
    "Eastern Asia",
    "Eastern Europe",
    "Latin America and the Caribbean",
    "Melanesia",
    "Micronesia",
    "Northern Africa",
    "Northern America",
    "Northern Europe",
    "Polynesia",
    "South-eastern Asia",
    "Southern Asia",
    "Southern Europe",
    "Sub-Saharan Africa",
    "Western Asia",
    "Western Europe",
];

fn write(document: &Value, report: &Report) -> Result<Value, Faults> {
    let product: Product = crate::document::read_value(document.clone())?;
    let Some(pact) = &product.pact else {
        let what = "pact".to_owned();
        return Err(Error::PartNeeded { what }.into());
    };
    let mut faults = Faults::new();
    check(&product, pact, &mut faults);
    let declared = faults.keep("unit", declared_unit(&product));
    faults.none()?;
    let pcf = carbon_footprint(&product, pact, declared, report)?;
    let mut fields = Fields::default();
    fields.text("id", &pact.id.to_ascii_lowercase());
    fields.text("specVersion", VERSION);
    fields.texts("precedingPfIds", &pact.preceding);
    fields.text("created", &pact.created);
    fields.text("status", pact.status.as_deref().unwrap_or("Active"));
    fields.some("validityPeriodStart", pact.valid_from.as_deref());
    fields.some("validityPeriodEnd", pact.valid_to.as_deref());
    fields.text("companyName", &pact.company_name);
    fields.texts("companyIds", &pact.company_ids);
    fields.text("productDescription", &pact.product_description);
    fields.texts("productIds", &pact.product_ids);
    fields.texts("productClassifications", &pact.classifications);
    fields.text("productNameCompany", &product.product);
    fields.some("comment", pact.comment.as_deref());
    fields.0.insert("pcf".to_owned(), Value::Table(pcf));
    Ok(Value::Table(fields.0))
}

/// An object under construction; what is not known is left out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn text(&mut self, name: &str, text: &str) {
        self.0
            .insert(name.to_owned(), Value::String(text.to_owned()));
    }

    fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.text(name, text);
        }
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            let list = texts.iter().cloned().map(Value::String).collect();
            self.0.insert(name.to_owned(), Value::Array(list));
        }
    }

    fn truth(&mut self, name: &str, truth: bool) {
        self.0.insert(name.to_owned(), Value::Boolean(truth));
    }

    fn tables(&mut self, name: &str, tables: Vec<Self>) {
        if !tables.is_empty() {
            let list = tables
                .into_iter()
                .map(|table| Value::Table(table.0))
                .collect();
            self.0.insert(name.to_owned(), Value::Array(list));
        }
    }
}

fn malformed(faults: &mut Faults, place: &str, form: &str) {
    faults.add(
        place,
        Error::DocumentPart {
            place: place.to_owned(),
            detail: form.to_owned(),
        },
    );
}

fn check(product: &Product, pact: &Pact, faults: &mut Faults) {
    // The exchange is about cradle to gate: what a supplier hands to its customer.
    if product.boundary != Boundary::CradleToGate {
        faults.add(
            "boundary",
            Error::FieldsExclude {
                fields: "boundary, pact".into(),
            },
        );
    }
    for (number, id) in std::iter::once(&pact.id).chain(&pact.preceding).enumerate() {
        let place = match number {
            0 => "pact.id".to_owned(),
            number => format!("pact.preceding[{}]", number - 1),
        };
        if !is_uuid(id) {
            malformed(faults, &place, "UUID");
        }
    }
    for (place, moment) in [
        ("pact.created", Some(&pact.created)),
        ("pact.reference_start", Some(&pact.reference_start)),
        ("pact.reference_end", Some(&pact.reference_end)),
        ("pact.valid_from", pact.valid_from.as_ref()),
        ("pact.valid_to", pact.valid_to.as_ref()),
        (
            "pact.verification.completed",
            pact.verification
                .as_ref()
                .and_then(|verification| verification.completed.as_ref()),
        ),
    ] {
        if moment.is_some_and(|moment| day_of(moment).is_none()) {
            malformed(faults, place, "RFC 3339 date-time");
        }
    }
    let mut order = |place: &str, first: &str, second: &str, equal: bool| {
        let days = (day_of(first), day_of(second));
        if let (Some(start), Some(end)) = days
            && (end < start || (end == start && !equal))
        {
            faults.add(
                place,
                Error::YearsReversed {
                    first: first.to_owned(),
                    second: second.to_owned(),
                },
            );
        }
    };
    order(
        "pact.reference_end",
        &pact.reference_start,
        &pact.reference_end,
        false,
    );
    if let (Some(from), Some(to)) = (&pact.valid_from, &pact.valid_to) {
        order("pact.valid_from", &pact.reference_end, from, true);
        order("pact.valid_to", from, to, false);
    }
    if pact.valid_from.is_some() != pact.valid_to.is_some() {
        faults.add(
            "pact",
            Error::FieldsMissing {
                fields: "valid_from, valid_to".into(),
            },
        );
    }
    for (place, ids, needed) in [
        ("pact.company_ids", &pact.company_ids, true),
        ("pact.product_ids", &pact.product_ids, true),
        ("pact.classifications", &pact.classifications, false),
    ] {
        if needed && ids.is_empty() {
            faults.add(place, Error::PartNeeded { what: place.into() });
        }
        if ids.iter().any(|id| !is_urn(id)) {
            malformed(faults, place, "URN");
        }
    }
    if pact.company_name.is_empty() {
        faults.add(
            "pact.company_name",
            Error::PartNeeded {
                what: "pact.company_name".into(),
            },
        );
    }
    if !matches!(pact.status.as_deref(), None | Some("Active" | "Deprecated")) {
        malformed(faults, "pact.status", "Active, Deprecated");
    }
    geography(pact, faults);
    bounds::not_negative(faults, "pact.mass", pact.mass);
    if product.unit.fossil_carbon_content.is_none() {
        let what = "unit.fossil_carbon_content".to_owned();
        faults.add(what.clone(), Error::PartNeeded { what });
    }
    let secondary = product
        .process
        .iter()
        .any(|process| process.data == Data::Secondary);
    let what = || "pact.secondary_sources".to_owned();
    match (secondary, pact.secondary_sources.is_empty()) {
        (true, true) => faults.add(what(), Error::PartNeeded { what: what() }),
        (false, false) => faults.add(what(), Error::PartNotUsed { what: what() }),
        _ => {}
    }
    if let Some(verification) = &pact.verification
        && !matches!(
            verification.coverage.as_str(),
            "PCF calculation model" | "PCF program" | "product level"
        )
    {
        malformed(
            faults,
            "pact.verification.coverage",
            "PCF calculation model, PCF program, product level",
        );
    }
    for (number, rule) in pact.rules.iter().enumerate() {
        let place = format!("pact.rules[{number}]");
        let other = rule.operator == "Other";
        if !other && !matches!(rule.operator.as_str(), "PEF" | "EPD International") {
            malformed(
                faults,
                &format!("{place}.operator"),
                "PEF, EPD International, Other",
            );
        }
        if rule.names.is_empty() || (other && rule.other_operator.is_none()) {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "names, other_operator".into(),
                },
            );
        }
    }
}

fn geography(pact: &Pact, faults: &mut Faults) {
    let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let stated = [&pact.country, &pact.subdivision, &pact.region];
    if stated.into_iter().flatten().count() > 1 {
        faults.add(
            "pact",
            Error::FieldsExclude {
                fields: "country, subdivision, region".into(),
            },
        );
    }
    if let Some(country) = &pact.country
        && !(country.len() == 2 && capitals(country))
    {
        malformed(faults, "pact.country", "ISO 3166-1 alpha-2");
    }
    if let Some(subdivision) = &pact.subdivision {
        let sound = subdivision.split_once('-').is_some_and(|(country, part)| {
            country.len() == 2
                && capitals(country)
                && (1..=3).contains(&part.len())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        });
        if !sound {
            malformed(faults, "pact.subdivision", "ISO 3166-2");
        }
    }
    if let Some(region) = &pact.region
        && !REGIONS.contains(&region.as_str())
    {
        malformed(faults, "pact.region", "UN M49");
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_urn(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    parts
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn"))
        && parts.next().is_some_and(|space| space.len() > 1)
        && parts.next().is_some_and(|rest| !rest.is_empty())
}

/// The day of an RFC 3339 date-time; `None` if it is none.
fn day_of(text: &str) -> Option<Date> {
    let date = text.get(..10)?;
    let rest = text.get(10..)?.strip_prefix(['T', 't'])?;
    let (time, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => return None,
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let within = |text: &str, colons: usize, limits: &[u8]| {
        let parts: Vec<&str> = text.split(':').collect();
        parts.len() == colons + 1
            && parts.iter().zip(limits).all(|(part, limit)| {
                part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number <= *limit)
            })
    };
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let zone = matches!(offset, "Z" | "z") || within(offset.get(1..)?, 1, &[23, 59]);
    if within(clock, 2, &[23, 59, 60]) && digits && zone {
        Date::parse(date).ok()
    } else {
        None
    }
}

/// Name of the unit of measurement in the specification, and how many of it the declared unit has.
fn declared_unit(product: &Product) -> Result<(&'static str, Exact), Error> {
    let output = product
        .process
        .iter()
        .flat_map(|process| &process.outputs)
        .find(|output| output.name == product.unit.output);
    let text = product
        .unit
        .unit
        .as_deref()
        .or(output.map(|output| output.unit.as_str()))
        .unwrap_or_default();
    let amount = Exact::from(product.unit.amount);
    match text {
        "hour" | "h" => return Ok(("hour", amount)),
        "megabit second" => return Ok(("megabit second", amount)),
        _ => {}
    }
    let unit = Unit::parse(text)?;
    let (name, code) = match (unit.kind(), unit.code()) {
        (Kind::Mass, _) => ("kilogram", "kg"),
        (Kind::Volume(Conditions::Unstated), "m3") => ("cubic meter", "m3"),
        (Kind::Volume(Conditions::Unstated), _) => ("liter", "L"),
        (Kind::Energy(Basis::None), code) if code.ends_with('J') => ("megajoule", "MJ"),
        (Kind::Energy(Basis::None), _) => ("kilowatt hour", "kW.h"),
        (Kind::MassDistance, _) => ("ton kilometer", "t.km"),
        (Kind::Area, _) => ("square meter", "m2"),
        (Kind::Count, _) => ("piece", "{item}"),
        _ => {
            return Err(Error::DocumentPart {
                place: "unit.unit".to_owned(),
                detail: "liter, kilogram, cubic meter, kilowatt hour, megajoule, ton kilometer, square meter, piece, hour, megabit second".to_owned(),
            });
        }
    };
    Ok((name, unit.convert(&amount, Unit::parse(code)?)?))
}

fn carbon_footprint(
    product: &Product,
    pact: &Pact,
    declared: Option<(&'static str, Exact)>,
    report: &Report,
) -> Result<Map<String, Value>, Faults> {
    let rounded = |value: &Exact| value.round(pact.places, Rounding::HalfUp);
    let outcome = |code: &str, subject: &str| {
        report
            .find(code, subject)
            .map(|node| rounded(&node.value))
            .transpose()
    };
    let total = |code: &str| outcome(code, "").map(Option::unwrap_or_default);
    let mut fields = Fields::default();
    if let Some((unit, amount)) = declared {
        fields.text("declaredUnitOfMeasurement", unit);
        fields.text("declaredUnitAmount", &rounded(&amount)?.to_string());
    }
    fields.text("productMassPerDeclaredUnit", &pact.mass.to_string());
    fields.text("referencePeriodStart", &pact.reference_start);
    fields.text("referencePeriodEnd", &pact.reference_end);
    fields.some("geographyCountry", pact.country.as_deref());
    fields.some("geographyCountrySubdivision", pact.subdivision.as_deref());
    fields.some("geographyRegionOrSubregion", pact.region.as_deref());
    fields.some(
        "boundaryProcessesDescription",
        pact.boundary_description.as_deref(),
    );
    let excluding = total("pcf_excluding_uptake")?;
    let including = total("pcf_including_uptake")?;
    // Of the rounded figures, so that the two footprints differ by just this.
    let uptake = including.sub(&excluding)?;
    if !uptake.is_negative() && !uptake.is_zero() {
        return Err(Error::PartExceedsWhole {
            part: total("pcf_biogenic_co2")?.to_string(),
            whole: total("pcf_biogenic_uptake")?.negated().to_string(),
        }
        .into());
    }
    fields.text("pcfExcludingBiogenicUptake", &excluding.to_string());
    fields.text("pcfIncludingBiogenicUptake", &including.to_string());
    fields.text("biogenicCO2Uptake", &uptake.to_string());
    for (name, code) in [
        ("fossilGhgEmissions", "pcf_fossil"),
        ("landUseChangeGhgEmissions", "pcf_land_use_change"),
        ("biogenicNonCO2Emissions", "pcf_biogenic_other"),
        ("aircraftGhgEmissions", "pcf_aircraft"),
        ("fossilCarbonContent", "pcf_fossil_carbon_content"),
        ("biogenicCarbonContent", "pcf_biogenic_carbon_content"),
        ("primaryDataShare", "pcf_primary_data_share"),
    ] {
        if let Some(value) = outcome(code, "")? {
            fields.text(name, &value.to_string());
        }
    }
    if let Some(carbon) = pact.recycled_carbon_content {
        fields.text("recycledCarbonContent", &carbon.to_string());
    }
    fields.truth("ccsTechnologicalCO2CaptureIncluded", false);
    let packaging = outcome("pcf_packaging", "")?;
    fields.truth("packagingEmissionsIncluded", packaging.is_some());
    if let Some(packaging) = packaging {
        fields.text("packagingGhgEmissions", &packaging.to_string());
    }
    let report_of = match product.gwp_set.as_deref() {
        Some(text) => crate::gas::GwpSet::parse(text)?.code(),
        None => crate::gas::GwpSet::Ar6.code(),
    };
    fields.texts(
        "ipccCharacterizationFactors",
        &[report_of.get(..3).unwrap_or(report_of).to_ascii_uppercase()],
    );
    let standards = if pact.standards.is_empty() {
        vec!["ISO14067".to_owned(), "GHGP-Product".to_owned()]
    } else {
        pact.standards.clone()
    };
    fields.texts("crossSectoralStandards", &standards);
    let rules = pact.rules.iter().map(|rule| {
        let mut entry = Fields::default();
        entry.text("operator", &rule.operator);
        entry.texts("ruleNames", &rule.names);
        entry.some("otherOperatorName", rule.other_operator.as_deref());
        entry
    });
    fields.tables("productOrSectorSpecificRules", rules.collect());
    let exempted = match report.find("pcf_excluded_total", "impact") {
        Some(node) => rounded(&node.value.mul(&Exact::from_integer(100))?)?,
        None => Exact::ZERO,
    };
    fields.text("exemptedEmissionsPercent", &exempted.to_string());
    let reasons: Vec<String> = product
        .cut_off
        .iter()
        .flat_map(|cut_off| &cut_off.excluded)
        .map(|excluded| format!("{}: {}", excluded.name, excluded.reason))
        .collect();
    fields.some("exemptedEmissionsDescription", Some(&reasons.join("; ")));
    let allocations: Vec<String> = product
        .process
        .iter()
        .filter_map(|process| {
            let by = match process.allocation? {
                Allocation::Mass => "mass",
                Allocation::Energy => "energy",
                Allocation::Economic => "economic",
                Allocation::Shares => "shares",
                Allocation::SystemExpansion => "system expansion",
            };
            Some(format!(
                "{}: {by}; {}",
                process.name, process.allocation_reason
            ))
        })
        .collect();
    fields.some("allocationRulesDescription", Some(&allocations.join(". ")));
    let sources = pact.secondary_sources.iter().map(|source| {
        let mut entry = Fields::default();
        entry.text("name", &source.name);
        entry.text("version", &source.version);
        entry
    });
    fields.tables("secondaryEmissionFactorSources", sources.collect());
    let ratings = [
        ("technologicalDQR", "pcf_technological_rating"),
        ("geographicalDQR", "pcf_geographical_rating"),
        ("temporalDQR", "pcf_temporal_rating"),
    ];
    let mut quality = Fields::default();
    for (name, code) in ratings {
        if let Some(value) = outcome(code, "")? {
            quality.text(name, &value.to_string());
        }
    }
    if quality.0.len() == ratings.len() {
        fields.0.insert("dqi".to_owned(), Value::Table(quality.0));
    }
    if let Some(verification) = &pact.verification {
        let mut entry = Fields::default();
        entry.text("coverage", &verification.coverage);
        entry.some("providerName", verification.provider.as_deref());
        entry.some("completedAt", verification.completed.as_deref());
        entry.some("standardName", verification.standard.as_deref());
        entry.some("comments", verification.comments.as_deref());
        fields
            .0
            .insert("verification".to_owned(), Value::Table(entry.0));
    }
    Ok(fields.0)
}

/// Decimal places of figures, if the document says nothing.
pub(super) fn places() -> u32 {
    6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_identifiers_and_names_have_their_forms() {
        for good in [
            "2025-04-30T00:00:00Z",
            "2025-04-30T23:59:60.125+08:00",
            "2025-04-30t00:00:00-05:30",
        ] {
            assert!(day_of(good).is_some(), "{good}");
        }
        for bad in [
            "2025-04-30",
            "2025-04-30T00:00:00",
            "2025-02-30T00:00:00Z",
            "2025-04-30T24:00:00Z",
            "2025-04-30T00:00Z",
            "2025-04-30T00:00:00.Z",
            "2025-04-30T00:00:00+8:00",
            "2025-04-30 00:00:00Z",
            "二〇二五年四月三十日",
        ] {
            assert!(day_of(bad).is_none(), "{bad}");
        }
        assert!(is_uuid("f4b1225a-bd44-4c8e-861d-079e4e1dfd69"));
        assert!(!is_uuid("f4b1225abd444c8e861d079e4e1dfd69"));
        assert!(is_urn("urn:gtin:4712345060507"));
        assert!(is_urn("URN:company:example:company1"));
        assert!(!is_urn("gtin:4712345060507"));
        assert!(!is_urn("urn:gtin:"));
    }

    #[test]
    fn declared_units_are_those_of_the_specification() {
        let unit = |text: &str| {
            let document = format!(
                "product = 'a'\nyear = 2025\nboundary = 'cradle_to_gate'\nunit = {{ kind = 'declared', output = 'a', amount = 2, unit = '{text}' }}\nprocess = []"
            );
            let product: Product = crate::document::read(&document).expect("a document");
            declared_unit(&product).map(|(name, amount)| format!("{amount} {name}"))
        };
        for (text, expected) in [
            ("t", "2000 kilogram"),
            ("g", "0.002 kilogram"),
            ("m3", "2 cubic meter"),
            ("L", "2 liter"),
            ("GJ", "2000 megajoule"),
            ("MWh", "2000 kilowatt hour"),
            ("t.km", "2 ton kilometer"),
            ("m2", "2 square meter"),
            ("piece", "2 piece"),
            ("hour", "2 hour"),
        ] {
            assert_eq!(unit(text), Ok(expected.to_owned()), "{text}");
        }
        assert!(unit("room.night").is_err());
    }
}
