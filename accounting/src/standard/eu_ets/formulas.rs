//! The rules of the EU ETS with their clauses.

use crate::derivation::Rule;
use crate::standard::source_stream::Clauses;

macro_rules! rules {
    ($($name:ident $code:literal $formula:literal $clause:literal;)*) => {
        $(const $name: Rule = Rule {
            code: $code,
            formula: $formula,
            clause: $clause,
        };)*
    };
}

macro_rules! public_rules {
    ($($name:ident $code:literal $formula:literal $clause:literal;)*) => {
        $(pub(super) const $name: Rule = Rule {
            code: $code,
            formula: $formula,
            clause: $clause,
        };)*
    };
}

rules! {
    ACTIVITY "ets.activity_data" "AD = FQ × NCV" "MRR Article 24(1)";
    COMBUSTION "ets.combustion" "Em = AD × EF × OF" "MRR Article 24(1)";
    OXIDATION "ets.oxidation" "OF = 1 − C_ash ÷ C_total" "MRR Annex II, 1";
    FACTOR_FROM_CARBON "ets.factor_from_carbon" "EF = CC × f" "MRR Article 36(3)";
    FOSSIL_FACTOR "ets.fossil_factor" "EF = EF_pre × (1 − zero-rated fraction)" "MRR Articles 38, 39";
    PROCESS "ets.process_emissions" "Em = AD × EF × CF" "MRR Article 24(2)";
    OUTPUT "ets.output" "AD of outputs is negative" "MRR Article 25(1)";
    CARBON_FROM_ENERGY "ets.carbon_from_energy_factor" "CC = EF × NCV ÷ f" "MRR Article 25(3)";
    CARBON_FROM_FACTOR "ets.carbon_from_factor" "CC = EF ÷ f" "MRR Article 25(3)";
    FOSSIL_CARBON "ets.fossil_carbon" "CC = CC_pre × (1 − zero-rated fraction)" "MRR Articles 25, 38";
    MASS_BALANCE "ets.mass_balance" "Em = f × AD × CC" "MRR Article 25(1)";
    BIOGENIC "ets.biogenic" "Em_bio = AD × EF_pre × zero-rated fraction × OF" "MRR Annex X (for information)";
}

public_rules! {
    TOTAL "ets.total" "Σ Em" "MRR Article 24";
    ENERGY "ets.energy" "Σ FQ × NCV" "MRR Annex X";
    TONNES "ets.tonnes" "to full tonnes" "MRR Article 72(1)";
    SIZE "ets.stream_size" "|Em|" "MRR Article 19(3)";
    CLASS "ets.class" "max(t, min(share × Σ|Em|, ceiling))" "MRR Article 19(3)";
    HISTORICAL "ets.historical_level" "arithmetic mean of the years" "FAR Article 15";
    CHANGE "ets.level_change" "(mean of two years − HAL) ÷ HAL; beyond ±15 % the mean counts" "IR (EU) 2019/1842 Article 5(1)";
    PRELIMINARY "ets.preliminary" "BM × AL × CLEF (× CBAM factor)" "FAR Article 16(2) to (5)";
    FINAL "ets.final" "preliminary × CSCF" "FAR Article 16(8)";
    INTEGER "ets.integer" "nearest integer" "FAR Article 16";
    INSTALLATION "ets.installation" "Σ of the sub-installations" "FAR Article 16(7)";
}

pub(super) const CLAUSES: Clauses = Clauses {
    activity: ACTIVITY,
    combustion: COMBUSTION,
    oxidation: OXIDATION,
    factor_from_carbon: FACTOR_FROM_CARBON,
    fossil_factor: FOSSIL_FACTOR,
    process: PROCESS,
    output: OUTPUT,
    carbon_from_energy_factor: CARBON_FROM_ENERGY,
    carbon_from_factor: CARBON_FROM_FACTOR,
    fossil_carbon: FOSSIL_CARBON,
    mass_balance: MASS_BALANCE,
    biogenic: BIOGENIC,
};
