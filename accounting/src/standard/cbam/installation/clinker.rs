//! Process emissions of cement clinker by the amount of clinker, and of dust that leaves the kiln.

use super::super::rules::Methodology;
use super::form::{Clinker, Deliveries};
use super::formulas as rule;
use super::gases::published_figure;
use crate::derivation::{Derivation, Number, Stated};
use crate::error::Error;
use crate::report::Faults;
use crate::standard::bounds;

impl Clinker {
    pub(super) fn check(&self, faults: &mut Faults, place: &str) {
        for (field, value) in [
            ("amount", self.amount.unwrap_or_default()),
            ("emission_factor", self.emission_factor.unwrap_or_default()),
            ("dust", self.dust),
        ] {
            bounds::not_negative(faults, format!("{place}.{field}"), value);
        }
        match (&self.amount, &self.deliveries) {
            (None, None) => faults.add(
                place,
                Error::FieldsMissing {
                    fields: "amount, deliveries".into(),
                },
            ),
            (Some(_), Some(_)) => faults.add(
                place,
                Error::FieldsExclude {
                    fields: "amount, deliveries".into(),
                },
            ),
            (None, Some(balance)) => {
                for (field, value) in [
                    ("cement", balance.cement),
                    ("clinker_ratio", balance.clinker_ratio),
                    ("supplied", balance.supplied),
                    ("dispatched", balance.dispatched),
                ] {
                    bounds::not_negative(faults, format!("{place}.deliveries.{field}"), value);
                }
                let ratio = format!("{place}.deliveries.clinker_ratio");
                bounds::share(faults, ratio, balance.clinker_ratio);
            }
            (Some(_), None) => {}
        }
        if let Some(value) = self.calcination {
            bounds::share(faults, format!("{place}.calcination"), value);
            // Equation 28 takes the factor of the installation's own clinker.
            if self.emission_factor.is_none() {
                faults.add(
                    place,
                    Error::FieldsMissing {
                        fields: "emission_factor".into(),
                    },
                );
            }
        }
    }

    /// tCO2.
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        place: &str,
    ) -> Result<Number, Error> {
        let name = self.name.as_str();
        let evidence = self.evidence.as_str();
        let clinker = match &self.deliveries {
            Some(balance) => balance.calculate(derivation, self, &format!("{place}.deliveries"))?,
            None => derivation.input(
                "cbam_clinker",
                name,
                self.amount.unwrap_or_default(),
                "t",
                format!("{place}.amount"),
                evidence,
            ),
        };
        let factor = match self.emission_factor {
            Some(value) => derivation.input(
                "cbam_clinker_factor",
                name,
                value,
                "tCO2/t",
                format!("{place}.emission_factor"),
                evidence,
            ),
            None => published_figure(
                derivation,
                "cbam_clinker_factor",
                name,
                rules.figure("clinker_factor")?,
            ),
        };
        let emissions = derivation.product(
            rule::CLINKER,
            "cbam_clinker_emissions",
            name,
            "tCO2",
            &[clinker, factor],
        )?;
        if self.dust.is_zero() {
            return Ok(emissions);
        }
        let dust = derivation.input(
            "cbam_dust",
            name,
            self.dust,
            "t",
            format!("{place}.dust"),
            evidence,
        );
        let dust_factor = self.dust_factor(derivation, rules, factor, place)?;
        let of_dust = derivation.product(
            rule::DUST,
            "cbam_dust_emissions",
            name,
            "tCO2",
            &[dust, dust_factor],
        )?;
        derivation.sum(
            rule::DUST,
            "cbam_clinker_emissions",
            name,
            "tCO2",
            &[emissions, of_dust],
        )
    }

    /// tCO2/t of partially calcined dust.
    fn dust_factor(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        clinker: Number,
        place: &str,
    ) -> Result<Number, Error> {
        let name = self.name.as_str();
        let Some(calcination) = self.calcination else {
            let figure = rules.figure("dust_factor")?;
            return Ok(published_figure(
                derivation,
                "cbam_dust_factor",
                name,
                figure,
            ));
        };
        let calcination = derivation.input(
            "cbam_calcination",
            name,
            calcination,
            "",
            format!("{place}.calcination"),
            self.evidence.as_str(),
        );
        let one = derivation.constant("eu_one", 1_u32, "");
        let raw = derivation.sum(
            rule::DUST_FACTOR,
            "cbam_raw_material",
            name,
            "t/t",
            &[one, clinker],
        )?;
        let whole = derivation.quotient(
            rule::DUST_FACTOR,
            "cbam_released",
            name,
            "",
            &[clinker, raw],
        )?;
        let released = derivation.product(
            rule::DUST_FACTOR,
            "cbam_released",
            name,
            "",
            &[whole, calcination],
        )?;
        let left = derivation.difference(
            rule::DUST_FACTOR,
            "cbam_dust_left",
            name,
            "",
            &[one, released],
        )?;
        derivation.quotient(
            rule::DUST_FACTOR,
            "cbam_dust_factor",
            name,
            "tCO2/t",
            &[released, left],
        )
    }
}

impl Deliveries {
    /// t of clinker produced.
    fn calculate(
        &self,
        derivation: &mut Derivation,
        of: &Clinker,
        place: &str,
    ) -> Result<Number, Error> {
        let name = of.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &of.evidence,
        };
        let cement = stated.input(
            derivation,
            "cbam_cement_delivered",
            "cement",
            self.cement,
            "t",
        );
        let cement_stock = stated.input(
            derivation,
            "cbam_cement_stock",
            "cement_stock",
            self.cement_stock,
            "t",
        );
        let ratio = stated.input(
            derivation,
            "cbam_clinker_ratio",
            "clinker_ratio",
            self.clinker_ratio,
            "t/t",
        );
        let supplied = stated.input(
            derivation,
            "cbam_clinker_supplied",
            "supplied",
            self.supplied,
            "t",
        );
        let dispatched = stated.input(
            derivation,
            "cbam_clinker_dispatched",
            "dispatched",
            self.dispatched,
            "t",
        );
        let stock = stated.input(
            derivation,
            "cbam_clinker_stock",
            "clinker_stock",
            self.clinker_stock,
            "t",
        );
        let produced = derivation.difference(
            rule::CLINKER_BALANCE,
            "cbam_cement_produced",
            name,
            "t",
            &[cement, cement_stock],
        )?;
        let ground = derivation.product(
            rule::CLINKER_BALANCE,
            "cbam_clinker_in_cement",
            name,
            "t",
            &[produced, ratio],
        )?;
        let used = derivation.sum(
            rule::CLINKER_BALANCE,
            "cbam_clinker_used",
            name,
            "t",
            &[ground, dispatched],
        )?;
        let clinker = derivation.difference(
            rule::CLINKER_BALANCE,
            "cbam_clinker",
            name,
            "t",
            &[used, supplied, stock],
        )?;
        if derivation.value(clinker).is_negative() {
            return Err(Error::NumberNegative {
                text: derivation.value(clinker).to_string(),
            });
        }
        Ok(clinker)
    }
}
