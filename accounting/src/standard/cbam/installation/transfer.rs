//! CO2 that is stored or bound instead of emitted: what may be deducted, and what is only reported.

use super::form::{Direction, Purpose, Transfer};
use super::formulas as rule;
use crate::derivation::{Derivation, Number};
use crate::error::Error;
use crate::report::Faults;
use crate::standard::bounds;

impl Transfer {
    pub(super) fn check(&self, faults: &mut Faults, place: &str) {
        bounds::not_negative(faults, format!("{place}.amount"), self.amount);
        bounds::share(
            faults,
            format!("{place}.biomass_fraction"),
            self.biomass_fraction,
        );
        let crosses = self.direction != Direction::Used;
        if crosses && self.party.is_empty() {
            faults.add(
                format!("{place}.party"),
                Error::FieldsMissing {
                    fields: "party".into(),
                },
            );
        }
        if crosses && self.measured.is_empty() {
            faults.add(
                format!("{place}.measured"),
                Error::EvidenceMissing {
                    claim: "measured".into(),
                },
            );
        }
        // Within an installation CO2 is bound or stored; it is not handed on.
        if !crosses && matches!(self.purpose, Purpose::Capture | Purpose::Transport) {
            faults.add(
                format!("{place}.purpose"),
                Error::FieldsExclude {
                    fields: "direction, purpose".into(),
                },
            );
        }
        match (self.direction, self.permanent) {
            (Direction::Received, Some(_)) => faults.add(
                format!("{place}.permanent"),
                Error::PartNotUsed {
                    what: "permanent".into(),
                },
            ),
            (Direction::Received, None) => {}
            (_, None) => faults.add(
                format!("{place}.permanent"),
                Error::FieldsMissing {
                    fields: "permanent".into(),
                },
            ),
            (_, Some(share)) => {
                bounds::share(faults, format!("{place}.permanent"), share);
                if self.chain_of_custody.is_empty() {
                    faults.add(
                        format!("{place}.chain_of_custody"),
                        Error::EvidenceMissing {
                            claim: "permanent".into(),
                        },
                    );
                }
            }
        }
    }

    /// What is reported, tCO2, and what counts: below zero, or nothing of what was received.
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        place: &str,
    ) -> Result<(Number, Option<Number>), Error> {
        let name = self.name.as_str();
        let mut input = |label, field: &str, value, unit, evidence: &str| {
            derivation.input(
                label,
                name,
                value,
                unit,
                format!("{place}.{field}"),
                evidence,
            )
        };
        if self.direction == Direction::Received {
            let received = input(
                "cbam_co2_received",
                "amount",
                self.amount,
                "tCO2",
                &self.measured,
            );
            return Ok((received, None));
        }
        let amount = input(
            "cbam_co2_passed_on",
            "amount",
            self.amount,
            "tCO2",
            &self.measured,
        );
        let permanent = input(
            "cbam_co2_permanent",
            "permanent",
            self.permanent.unwrap_or_default(),
            "",
            &self.chain_of_custody,
        );
        let biomass = input(
            "eu_biomass_fraction",
            "biomass_fraction",
            self.biomass_fraction,
            "",
            &self.measured,
        );
        let one = derivation.constant("eu_one", 1_u32, "");
        let fossil = derivation.difference(
            rule::CO2_DEDUCTED,
            "eu_fossil_share",
            name,
            "",
            &[one, biomass],
        )?;
        let kept = derivation.product(
            rule::CO2_DEDUCTED,
            "cbam_co2_not_emitted",
            name,
            "tCO2",
            &[amount, fossil, permanent],
        )?;
        let zero = derivation.constant("eu_zero", 0_u32, "tCO2");
        let deducted = derivation.difference(
            rule::CO2_DEDUCTED,
            "cbam_co2_deducted",
            name,
            "tCO2",
            &[zero, kept],
        )?;
        Ok((kept, Some(deducted)))
    }
}
