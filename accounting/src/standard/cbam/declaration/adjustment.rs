//! Free-allocation adjustment, Implementing Regulation (EU) 2025/2620: what goods made in the Union would have received
//! free of charge.

use super::super::tables::Tables;
use super::form::{Basis, Import, Precursor};
use crate::decimal::Decimal;
use crate::derivation::{Derivation, Number, Rule};
use crate::error::Error;
use crate::report::Faults;
use crate::standard::bounds;

const ADJUSTMENT: Rule = Rule {
    code: "cbam.free_allocation",
    formula: "SEFA = CBAM_y × CSCF_y × BM",
    clause: "IR (EU) 2025/2620",
};
const COMPLEX: Rule = Rule {
    code: "cbam.free_allocation_complex",
    formula: "SEFA = SFA_proc + Σ m_i × SEFA_i",
    clause: "IR (EU) 2025/2620",
};

/// Notes what is wrong with the benchmarks of an import. `route` is the one that decides them.
pub(super) fn check(
    import: &Import,
    route: Option<&str>,
    tables: &Tables,
    faults: &mut Faults,
    place: &str,
) {
    let goods = Goods {
        name: &import.name,
        cn_code: &import.cn_code,
        basis: import.basis,
        route,
        benchmark: import.benchmark,
        document: &import.benchmark_document,
        precursors: &import.precursors,
    };
    check_goods(&goods, tables, faults, place);
}

fn check_goods(goods: &Goods<'_>, tables: &Tables, faults: &mut Faults, place: &str) {
    match goods.benchmark {
        Some(value) => {
            bounds::not_negative(faults, format!("{place}.benchmark"), value);
            if goods.document.is_empty() {
                faults.add(
                    format!("{place}.benchmark_document"),
                    Error::EvidenceMissing {
                        claim: "benchmark".into(),
                    },
                );
            }
        }
        None => {
            let known = tables.benchmark(goods.cn_code, goods.column(), goods.route);
            faults.keep(format!("{place}.route"), known);
        }
    }
    if goods.basis == Basis::Default && !goods.precursors.is_empty() {
        faults.add(
            format!("{place}.precursors"),
            Error::FieldsExclude {
                fields: "basis = \"default\", precursors".into(),
            },
        );
    }
    for (position, precursor) in goods.precursors.iter().enumerate() {
        let place = format!("{place}.precursors[{position}]");
        bounds::not_negative(faults, format!("{place}.amount"), precursor.amount);
        check_goods(&Goods::from(precursor), tables, faults, &place);
    }
}

/// The two factors of the year, and where to look the rest up.
struct Year<'a> {
    left: Number,
    correction: Number,
    tables: &'a Tables,
}

/// Goods whose benchmark is wanted.
struct Goods<'a> {
    name: &'a str,
    cn_code: &'a str,
    basis: Basis,
    route: Option<&'a str>,
    benchmark: Option<Decimal>,
    document: &'a str,
    precursors: &'a [Precursor],
}

impl Goods<'_> {
    fn column(&self) -> &'static str {
        match self.basis {
            Basis::Actual => "A",
            Basis::Default => "B",
        }
    }
}

impl<'a> From<&'a Precursor> for Goods<'a> {
    fn from(precursor: &'a Precursor) -> Self {
        Self {
            name: &precursor.name,
            cn_code: &precursor.cn_code,
            basis: precursor.basis,
            route: precursor.route.as_deref(),
            benchmark: precursor.benchmark,
            document: &precursor.benchmark_document,
            precursors: &precursor.precursors,
        }
    }
}

/// tCO2e/t.
pub(super) fn calculate(
    import: &Import,
    place: &str,
    route: Option<&str>,
    year: i64,
    tables: &Tables,
    derivation: &mut Derivation,
) -> Result<Number, Error> {
    let (left, citation) = tables.phase_in(year)?;
    let left = derivation.parameter("cbam_free_allocation_left", "", left, "", citation);
    if derivation.value(left).is_zero() {
        // From 2034 nothing is left to adjust for, and no cross-sectoral correction is needed.
        return derivation.product(
            ADJUSTMENT,
            "cbam_free_allocation",
            import.name.as_str(),
            "tCO2e/t",
            &[left],
        );
    }
    let (correction, citation) = tables.correction(year)?;
    let correction = derivation.parameter("cbam_correction", "", correction, "", citation);
    let goods = Goods {
        name: &import.name,
        cn_code: &import.cn_code,
        basis: import.basis,
        route,
        benchmark: import.benchmark,
        document: &import.benchmark_document,
        precursors: &import.precursors,
    };
    let year = Year {
        left,
        correction,
        tables,
    };
    of_goods(&goods, place, &year, derivation)
}

fn of_goods(
    goods: &Goods<'_>,
    place: &str,
    year: &Year<'_>,
    derivation: &mut Derivation,
) -> Result<Number, Error> {
    let benchmark = match goods.benchmark {
        Some(value) => derivation.input(
            "cbam_benchmark",
            goods.name,
            value,
            "tCO2e/t",
            format!("{place}.benchmark"),
            goods.document,
        ),
        None => {
            let (value, citation) =
                year.tables
                    .benchmark(goods.cn_code, goods.column(), goods.route)?;
            derivation.parameter("cbam_benchmark", goods.name, value, "tCO2e/t", citation)
        }
    };
    let own = derivation.product(
        ADJUSTMENT,
        "cbam_free_allocation",
        goods.name,
        "tCO2e/t",
        &[year.left, year.correction, benchmark],
    )?;
    if goods.precursors.is_empty() {
        return Ok(own);
    }
    let mut parts = vec![own];
    for (position, precursor) in goods.precursors.iter().enumerate() {
        let place = format!("{place}.precursors[{position}]");
        let of_precursor = of_goods(&Goods::from(precursor), &place, year, derivation)?;
        let amount = derivation.input(
            "cbam_mass_consumption",
            precursor.name.as_str(),
            precursor.amount,
            "",
            format!("{place}.amount"),
            "",
        );
        parts.push(derivation.product(
            COMPLEX,
            "cbam_free_allocation_part",
            precursor.name.as_str(),
            "tCO2e/t",
            &[amount, of_precursor],
        )?);
    }
    derivation.sum(
        COMPLEX,
        "cbam_free_allocation",
        goods.name,
        "tCO2e/t",
        &parts,
    )
}
