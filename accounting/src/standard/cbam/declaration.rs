//! The declaration of an importer in the Union: embedded emissions of imports, free-allocation adjustment, carbon price
//! paid, certificates. Regulation (EU) 2023/956, Implementing Regulations (EU) 2025/2620 and 2025/2621.

mod adjustment;
mod form;

use super::Sector;
use super::tables::{self, Tables};
use crate::derivation::{Derivation, Number, Operator, Rule};
use crate::error::Error;
use crate::report::{Faults, Report};
use crate::standard::{Context, Standard, bounds};
use form::{Basis, Declaration, Import};

const CODE: &str = "cbam_declaration";
/// The standard.
pub const STANDARD: Standard = Standard {
    code: CODE,
    document: "Regulation (EU) 2023/956, Implementing Regulations (EU) 2025/2620 and 2025/2621",
    example: include_str!("../../../examples/cbam_declaration.toml"),
    exports: &[],
    run,
};
/// Most digits after the comma of actual values (IR (EU) 2025/2547, Annex II A.1, point 8).
const PLACES: u32 = 5;

const THRESHOLD_MASS: Rule = Rule {
    code: "cbam.threshold_mass",
    formula: "Σ net mass of iron and steel, aluminium, fertilisers, cement",
    clause: "Regulation (EU) 2023/956 Article 2a(1), (4)",
};
const THRESHOLD_SHARE: Rule = Rule {
    code: "cbam.threshold_share",
    formula: "net mass ÷ 50 t",
    clause: "Regulation (EU) 2023/956 Article 25a",
};
const COUNTED: Rule = Rule {
    code: "cbam.counted_emissions",
    formula: "SEE_dir + SEE_indir where indirect emissions count",
    clause: "Regulation (EU) 2023/956 Article 7(1) and Annex II",
};
const DEFAULT: Rule = Rule {
    code: "cbam.default_value",
    formula: "default value × (1 + mark-up)",
    clause: "IR (EU) 2025/2621 Article 1 and Annex I",
};
const EMBEDDED: Rule = Rule {
    code: "cbam.embedded_emissions",
    formula: "mass × SEE",
    clause: "Regulation (EU) 2023/956 Article 6(2)(b)",
};
const ADJUSTED: Rule = Rule {
    code: "cbam.adjusted_emissions",
    formula: "max((SEE − SEFA) × mass, 0)",
    clause: "Regulation (EU) 2023/956 Article 31, IR (EU) 2025/2620",
};
const CARBON_PRICE: Rule = Rule {
    code: "cbam.carbon_price",
    formula: "(paid − rebate) × exchange rate ÷ certificate price",
    clause: "Regulation (EU) 2023/956 Article 9",
};
const CERTIFICATES: Rule = Rule {
    code: "cbam.certificates",
    formula: "max(adjusted emissions − carbon price paid, 0); none below the threshold",
    clause: "Regulation (EU) 2023/956 Articles 2a, 6(2)(c) and 22",
};
const PHASE_IN: Rule = Rule {
    code: "cbam.phase_in",
    formula: "1 − share of free allocation left",
    clause: "Directive 2003/87/EC Article 10a(1a)",
};
const COST: Rule = Rule {
    code: "cbam.cost",
    formula: "certificates × price",
    clause: "Regulation (EU) 2023/956 Articles 21 and 22",
};

/// Calculates a document.
///
/// # Errors
/// Every fault of the document.
pub fn run(document: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let declaration: Declaration = crate::document::read_value(document)?;
    let tables = tables::tables()?;
    let mut faults = Faults::new();
    check(&declaration, &tables, &mut faults);
    faults.none()?;
    let mut report = Report::new(CODE, "Regulation (EU) 2023/956");
    calculate(&declaration, &tables, &mut report)?;
    Ok(report)
}

fn check(declaration: &Declaration, tables: &Tables, faults: &mut Faults) {
    bounds::unique(
        faults,
        "import",
        declaration.import.iter().map(|import| import.name.as_str()),
    );
    faults.keep("year", tables.threshold(declaration.year));
    if let Some(price) = &declaration.certificate_price {
        bounds::positive(faults, "certificate_price.amount", price.amount);
    }
    for (position, import) in declaration.import.iter().enumerate() {
        let place = format!("import[{position}]");
        bounds::not_negative(faults, format!("{place}.mass"), import.mass);
        if tables::sector(&import.cn_code).is_none() {
            faults.add(
                format!("{place}.cn_code"),
                Error::GoodsUnknown {
                    cn_code: import.cn_code.clone(),
                    detail: import.origin.clone(),
                },
            );
            continue;
        }
        for (field, value) in [
            ("direct", import.direct),
            ("indirect", import.indirect),
            ("default_value", import.default_value),
        ] {
            let Some(value) = value else { continue };
            bounds::not_negative(faults, format!("{place}.{field}"), value);
            if field != "default_value" && value.scale() > PLACES {
                faults.add(
                    format!("{place}.{field}"),
                    Error::TooManyPlaces {
                        text: value.to_string(),
                        places: PLACES,
                    },
                );
            }
        }
        let counts = tables::sector(&import.cn_code).is_some_and(Sector::counts_indirect);
        if tables.exempt(&import.origin) {
            // Nothing of it counts.
        } else if import.basis == Basis::Actual {
            if import.direct.is_none() {
                faults.add(
                    place.as_str(),
                    Error::FieldsMissing {
                        fields: "direct".into(),
                    },
                );
            }
            if counts && import.indirect.is_none() {
                faults.add(
                    place.as_str(),
                    Error::FieldsMissing {
                        fields: "indirect".into(),
                    },
                );
            }
            if import.verification_report.is_empty() {
                faults.add(
                    format!("{place}.verification_report"),
                    Error::EvidenceMissing {
                        claim: "basis = \"actual\"".into(),
                    },
                );
            }
        } else if import.direct.is_some() || import.indirect.is_some() {
            faults.add(
                place.as_str(),
                Error::FieldsExclude {
                    fields: "basis = \"default\", direct, indirect".into(),
                },
            );
        }
        if import.default_value.is_some() && import.default_document.is_empty() {
            faults.add(
                format!("{place}.default_document"),
                Error::EvidenceMissing {
                    claim: "default_value".into(),
                },
            );
        }
        let mut route = import.route.clone();
        if import.basis == Basis::Default
            && import.default_value.is_none()
            && !tables.exempt(&import.origin)
        {
            let default =
                tables.default_value(&import.origin, &import.cn_code, import.default_route());
            if let Some(default) = faults.keep(format!("{place}.cn_code"), default) {
                route = route.or(Some(default.route).filter(|route| !route.is_empty()));
            }
        }
        if !tables.exempt(&import.origin) {
            adjustment::check(import, route.as_deref(), tables, faults, &place);
        }
        if let Some(paid) = &import.carbon_price {
            for (field, value) in [
                ("paid", paid.paid),
                ("rebate", paid.rebate),
                ("exchange_rate", paid.exchange_rate),
            ] {
                bounds::not_negative(faults, format!("{place}.carbon_price.{field}"), value);
            }
            if declaration.certificate_price.is_none() {
                faults.add(
                    format!("{place}.carbon_price"),
                    Error::FieldsMissing {
                        fields: "certificate_price".into(),
                    },
                );
            }
            if paid.evidence.is_empty() {
                faults.add(
                    format!("{place}.carbon_price.evidence"),
                    Error::EvidenceMissing {
                        claim: "carbon_price".into(),
                    },
                );
            }
        }
    }
}

/// Whether the 50 t rule knows these goods.
fn under_threshold(sector: Option<Sector>) -> bool {
    !matches!(sector, Some(Sector::Electricity | Sector::Hydrogen))
}

fn calculate(declaration: &Declaration, tables: &Tables, report: &mut Report) -> Result<(), Error> {
    let year = declaration.year;
    let masses: Vec<Number> = declaration
        .import
        .iter()
        .enumerate()
        .map(|(position, import)| {
            let unit = if tables::sector(&import.cn_code) == Some(Sector::Electricity) {
                "MWh"
            } else {
                "t"
            };
            report.derivation.input(
                "cbam_mass",
                import.name.as_str(),
                import.mass,
                unit,
                format!("import[{position}].mass"),
                import.evidence.as_str(),
            )
        })
        .collect();

    // The 50 t rule: all sectors together, by importer and year.
    let counted: Vec<Number> = declaration
        .import
        .iter()
        .zip(&masses)
        .filter(|(import, _)| {
            under_threshold(tables::sector(&import.cn_code)) && !tables.exempt(&import.origin)
        })
        .map(|(_, mass)| *mass)
        .collect();
    let (limit, alert) = tables.threshold(year)?;
    let derivation = &mut report.derivation;
    let limit = derivation.parameter("cbam_threshold", "", limit.0, "t", limit.1);
    let alert = derivation.parameter("cbam_alert", "", alert.0, "", alert.1);
    let mass = derivation.sum(THRESHOLD_MASS, "cbam_threshold_mass", "", "t", &counted)?;
    let used = derivation.quotient(
        THRESHOLD_SHARE,
        "cbam_threshold_share",
        "",
        "",
        &[mass, limit],
    )?;
    let exceeded = derivation.value(mass) > derivation.value(limit);
    let near = derivation.value(used) > derivation.value(alert);
    report.outcome(mass);
    report.outcome(used);
    if !counted.is_empty() && !exceeded {
        report.notice("cbam_below_threshold", "", "");
    }
    if near && !exceeded {
        report.notice("cbam_near_threshold", "", "");
    }
    if exceeded {
        report.notice("cbam_above_threshold", "", "");
    }

    if let Ok((left, citation)) = tables.phase_in(year) {
        let derivation = &mut report.derivation;
        let left = derivation.parameter("cbam_free_allocation_left", "", left, "", citation);
        let one = derivation.constant("eu_one", 1_u32, "");
        let phase = derivation.difference(PHASE_IN, "cbam_phase_in", "", "", &[one, left])?;
        report.outcome(phase);
    }
    let price = declaration.certificate_price.as_ref().map(|price| {
        report.derivation.input(
            "cbam_certificate_price",
            "",
            price.amount,
            "EUR/t",
            "certificate_price.amount",
            price.document.as_str(),
        )
    });

    let (mut embedded, mut certificates) = (Vec::new(), Vec::new());
    for (position, import) in declaration.import.iter().enumerate() {
        let place = format!("import[{position}]");
        let free = under_threshold(tables::sector(&import.cn_code)) && !exceeded;
        let (emissions, obligation) = one_import(
            import,
            &place,
            masses[position],
            (declaration, tables, price),
            report,
        )?;
        let derivation = &mut report.derivation;
        let name = import.name.as_str();
        let due = if free {
            let zero = derivation.constant("eu_zero", 0_u32, "t");
            derivation.derive(
                CERTIFICATES,
                Operator::Choice,
                "cbam_certificates",
                name,
                "t",
                &[zero, mass, limit],
            )?
        } else {
            let zero = derivation.constant("eu_zero", 0_u32, "t");
            derivation.derive(
                CERTIFICATES,
                Operator::Maximum,
                "cbam_certificates",
                name,
                "t",
                &[obligation, zero],
            )?
        };
        report.outcome(due);
        embedded.push(emissions);
        certificates.push(due);
    }
    let derivation = &mut report.derivation;
    let embedded = derivation.sum(EMBEDDED, "cbam_embedded", "", "tCO2e", &embedded)?;
    let due = derivation.sum(CERTIFICATES, "cbam_certificates", "", "t", &certificates)?;
    let cost = price
        .map(|price| derivation.product(COST, "cbam_cost", "", "EUR", &[due, price]))
        .transpose()?;
    report.outcome(embedded);
    report.outcome(due);
    if let Some(cost) = cost {
        report.outcome(cost);
    }
    report.notice("cbam_certificates_unrounded", "", "");
    Ok(())
}

/// Embedded emissions of an import, and what is to be surrendered before the threshold is looked at.
fn one_import(
    import: &Import,
    place: &str,
    mass: Number,
    (declaration, tables, price): (&Declaration, &Tables, Option<Number>),
    report: &mut Report,
) -> Result<(Number, Number), Error> {
    let name = import.name.as_str();
    let zero_origin = tables.exempt(&import.origin);
    if zero_origin {
        let derivation = &mut report.derivation;
        let none = derivation.constant("cbam_exempt_goods", 0_u32, "tCO2e");
        report.notice("cbam_country_exempt", import.origin.as_str(), name);
        return Ok((none, none));
    }
    let (specific, route) = specific(import, place, declaration.year, tables, report)?;
    report.outcome(specific);
    let derivation = &mut report.derivation;
    let emissions =
        derivation.product(EMBEDDED, "cbam_embedded", name, "tCO2e", &[mass, specific])?;
    report.outcome(emissions);
    let free = adjustment::calculate(
        import,
        place,
        route.as_deref(),
        declaration.year,
        tables,
        &mut report.derivation,
    )?;
    report.outcome(free);
    let derivation = &mut report.derivation;
    let net = derivation.difference(
        ADJUSTED,
        "cbam_adjusted_specific",
        name,
        "tCO2e/t",
        &[specific, free],
    )?;
    let net = derivation.product(ADJUSTED, "cbam_adjusted", name, "tCO2e", &[net, mass])?;
    let zero = derivation.constant("eu_zero", 0_u32, "tCO2e");
    let adjusted = derivation.derive(
        ADJUSTED,
        Operator::Maximum,
        "cbam_adjusted",
        name,
        "tCO2e",
        &[net, zero],
    )?;
    report.outcome(adjusted);
    let obligation = match (&import.carbon_price, price) {
        (Some(paid), Some(price)) => {
            let derivation = &mut report.derivation;
            let input = |derivation: &mut Derivation, label, field: &str, value, unit| {
                derivation.input(
                    label,
                    name,
                    value,
                    unit,
                    format!("{place}.carbon_price.{field}"),
                    paid.evidence.as_str(),
                )
            };
            let gross = input(derivation, "cbam_price_paid", "paid", paid.paid, "");
            let rebate = input(derivation, "cbam_price_rebate", "rebate", paid.rebate, "");
            let rate = input(
                derivation,
                "cbam_exchange_rate",
                "exchange_rate",
                paid.exchange_rate,
                "EUR",
            );
            let net = derivation.difference(
                CARBON_PRICE,
                "cbam_price_paid_net",
                name,
                "",
                &[gross, rebate],
            )?;
            let euros = derivation.product(
                CARBON_PRICE,
                "cbam_price_paid_net",
                name,
                "EUR",
                &[net, rate],
            )?;
            let reduction = derivation.quotient(
                CARBON_PRICE,
                "cbam_price_reduction",
                name,
                "t",
                &[euros, price],
            )?;
            let rest = derivation.difference(
                CERTIFICATES,
                "cbam_obligation",
                name,
                "t",
                &[adjusted, reduction],
            )?;
            report.outcome(reduction);
            report.notice("cbam_carbon_price_method", name, "");
            rest
        }
        _ => adjusted,
    };
    Ok((emissions, obligation))
}

/// Specific embedded emissions that count, and the production route of the default value.
fn specific(
    import: &Import,
    place: &str,
    year: i64,
    tables: &Tables,
    report: &mut Report,
) -> Result<(Number, Option<String>), Error> {
    let name = import.name.as_str();
    let derivation = &mut report.derivation;
    let sector = tables::sector(&import.cn_code).unwrap_or(Sector::IronAndSteel);
    let unit = if sector == Sector::Electricity {
        "tCO2e/MWh"
    } else {
        "tCO2e/t"
    };
    if import.basis == Basis::Actual {
        let evidence = import.verification_report.as_str();
        let mut parts = vec![derivation.input(
            "cbam_see_direct",
            name,
            import.direct.unwrap_or_default(),
            unit,
            format!("{place}.direct"),
            evidence,
        )];
        if sector.counts_indirect() {
            parts.push(derivation.input(
                "cbam_see_indirect",
                name,
                import.indirect.unwrap_or_default(),
                unit,
                format!("{place}.indirect"),
                evidence,
            ));
        } else if import.indirect.is_some() {
            report.notice("cbam_direct_only", name, "");
        }
        let total = report
            .derivation
            .sum(COUNTED, "cbam_see", name, unit, &parts)?;
        return Ok((total, import.route.clone()));
    }
    let mut route = import.route.clone();
    let total = match import.default_value {
        Some(value) => derivation.input(
            "cbam_default_value",
            name,
            value,
            unit,
            format!("{place}.default_value"),
            import.default_document.as_str(),
        ),
        None => {
            let default =
                tables.default_value(&import.origin, &import.cn_code, import.default_route())?;
            if route.is_none() && !default.route.is_empty() {
                route = Some(default.route);
            }
            let (value, citation) = default.total;
            let number = derivation.parameter("cbam_default_value", name, value, unit, citation);
            if default.other_countries {
                report.notice(
                    "cbam_default_of_other_countries",
                    name,
                    import.origin.as_str(),
                );
            }
            number
        }
    };
    let derivation = &mut report.derivation;
    let (mark_up, citation) = tables.mark_up(sector, year)?;
    let mark_up = derivation.parameter("cbam_mark_up", name, mark_up, "", citation);
    let one = derivation.constant("eu_one", 1_u32, "");
    let factor = derivation.sum(DEFAULT, "cbam_mark_up_factor", name, "", &[one, mark_up])?;
    let marked = derivation.product(DEFAULT, "cbam_see", name, unit, &[total, factor])?;
    report.notice("cbam_default_used", name, "");
    Ok((marked, route))
}
