//! The rules of a product's footprint with their clauses.

use crate::derivation::Rule;

macro_rules! rules {
    ($($name:ident $code:literal $formula:literal $clause:literal;)*) => {
        $(pub(super) const $name: Rule = Rule {
            code: $code,
            formula: $formula,
            clause: $clause,
        };)*
    };
}

rules! {
    EQUIVALENT "product.co2e" "CO2e = m × GWP" "GHG Protocol Product Standard 11.2; ISO 14067:2018 6.5.1; GB/T 24067-2024";
    DIRECT "product.direct" "d = Σ m × GWP of the process" "ISO 14067:2018 6.4.1";
    ALLOCATED "product.allocated" "share = a_i ÷ Σ a" "GHG Protocol Product Standard 9.3.6; ISO 14067:2018 6.4.6";
    INTENSITY "product.per_unit" "share ÷ amount of the output" "ISO 14067:2018 6.4.6";
    LINK "product.link" "c = amount × share ÷ amount of the output" "ISO 14067:2018 6.4.1";
    DISPLACED "product.displaced" "c = − amount × share ÷ amount of the output displaced" "GHG Protocol Product Standard 9.3.2; ISO 14067:2018 6.4.6";
    CONVERTED "product.unit_conversion" "amount × unit conversion" "definition of the units";
    RUNS "product.runs" "w_i = f_i + Σ c_ij × w_j" "GHG Protocol Product Standard 8.3; ISO 14067:2018 6.4.1 (scaled to the unit of analysis)";
    CONTRIBUTION "product.contribution" "w × d" "ISO 14067:2018 6.5.1";
    KIND "product.kind" "Σ w × d of the kind" "ISO 14067:2018 6.4.9, 7.2";
    REMOVAL "product.removal" "uptake counts as negative" "ISO 14067:2018 6.4.9.3; PACT v3 biogenicCO2Uptake";
    EXCLUDING "product.excluding_uptake" "fossil + land use change + biogenic CH4, N2O" "PACT v3 pcfExcludingBiogenicUptake";
    INCLUDING "product.including_uptake" "excluding uptake + biogenic CO2 − uptake" "ISO 14067:2018 7.2; PACT v3 pcfIncludingBiogenicUptake";
    STAGE "product.stage" "Σ of the stage" "GHG Protocol Product Standard 7.3.1, 13.2; ISO 14067:2018 6.3.7";
    SHARE "product.share" "part ÷ total" "GHG Protocol Product Standard 13.2";
    PRIMARY "product.primary_share" "Σ primary ÷ total × 100" "PACT v3 primaryDataShare; GHG Protocol Product Standard 8.3";
    QUALITY "product.quality" "Σ rating × contribution ÷ Σ contribution" "PACT v3 dqi; GHG Protocol Product Standard 8.3.7";
    OVERALL "product.quality_overall" "(TeR + GeR + TiR) ÷ 3" "PACT v3 dqi";
    CUT_OFF "product.cut_off" "Σ shares of what was left out" "ISO 14067:2018 6.3.4.3; GB/T 24067-2024; PACT v3 exemptedEmissionsPercent";
    VIRGIN "product.circular_virgin" "(1 − R1) + R1 × (1 − A) × Q_in − (1 − A) × R2 × Q_out" "Commission Recommendation (EU) 2021/2279 Annex I 4.4.8.1 (material); GHG Protocol Product Standard 9.3.6; ISO 14067:2018 6.4.6.3";
    RECYCLED "product.circular_recycled" "R1 × A" "Commission Recommendation (EU) 2021/2279 Annex I 4.4.8.1 (material)";
    RECOVERY "product.circular_recovery" "(1 − A) × R2" "Commission Recommendation (EU) 2021/2279 Annex I 4.4.8.1 (material)";
    DISPOSAL "product.circular_disposal" "1 − R2" "Commission Recommendation (EU) 2021/2279 Annex I 4.4.8.1 (disposal)";
}
