//! The rules of Implementing Regulation (EU) 2025/2547 for operators, with their equations.

use crate::derivation::Rule;
use crate::standard::source_stream::Clauses;

macro_rules! rules {
    ($($name:ident $code:literal $formula:literal $clause:literal;)*) => {
        $(pub(super) const $name: Rule = Rule {
            code: $code,
            formula: $formula,
            clause: concat!("IR (EU) 2025/2547 ", $clause),
        };)*
    };
}

rules! {
    ACTIVITY "cbam.activity_data" "AD = FQ × NCV" "Annex II B.3.1.1, Equation 6";
    COMBUSTION "cbam.combustion" "Em = AD × EF × OF" "Annex II B.3.1.1, Equation 5";
    OXIDATION "cbam.oxidation" "OF = 1 − C_ash ÷ C_total" "Annex II B.3.1.1, Equation 7";
    FACTOR_FROM_CARBON "cbam.factor_from_carbon" "EF = CC × f" "Annex II B.3.1.1, Equation 9";
    FOSSIL_FACTOR "cbam.fossil_factor" "EF = EF_pre × (1 − BF)" "Annex II B.3.1.1, Equation 10";
    PROCESS "cbam.process_emissions" "Em = AD × EF × CF" "Annex II B.3.1.2, Equation 11";
    OUTPUT "cbam.output" "AD of outputs is negative" "Annex II B.3.2, Equation 12";
    CARBON_FROM_ENERGY "cbam.carbon_from_energy_factor" "CC = EF × NCV ÷ f" "Annex II B.3.2, Equation 13";
    CARBON_FROM_FACTOR "cbam.carbon_from_factor" "CC = EF ÷ f" "Annex II B.3.2, Equation 14";
    FOSSIL_CARBON "cbam.fossil_carbon" "CC = CC_pre × (1 − BF)" "Annex II B.3.2, Equation 15";
    MASS_BALANCE "cbam.mass_balance" "Em = f × AD × CC" "Annex II B.3.2, Equation 12";
    BIOGENIC "cbam.biogenic" "Em_bio = AD × EF_pre × BF × OF" "Annex II B.3.1.1, Equation 10 (for information)";
    ANODE_EFFECT "cbam.anode_effect_minutes" "AEM = frequency × duration" "Annex II B.7.1, Equation 23";
    SLOPE "cbam.pfc_slope" "CF4 = AEM × (SEF ÷ 1000) × Pr_Al" "Annex II B.7.1, Equation 21";
    OVERVOLTAGE "cbam.pfc_overvoltage" "CF4 = OVC × (AEO ÷ CE) × Pr_Al × 0.001" "Annex II B.7.2, Equation 24";
    HEXAFLUOROETHANE "cbam.pfc_c2f6" "C2F6 = CF4 × F_C2F6" "Annex II B.7.1, Equations 22 and 25";
    PFC_EQUIVALENT "cbam.pfc_equivalent" "PFC = CF4 × GWP_CF4 + C2F6 × GWP_C2F6" "Annex II B.7.3, Equation 26";
    PFC_TOTAL "cbam.pfc_total" "PFC = PFC_duct ÷ collection efficiency" "Annex II B.7, Equation 20";
    MEASURED "cbam.measured" "GHG = concentration × hours × flow" "Annex II B.6.2.1, Equation 16";
    SUBSTITUTE "cbam.substitute_concentration" "C_subst = C + 2 × σ" "Annex II B.6.2.6, Equation 19";
    FLUE_GAS "cbam.flue_gas_flow" "V = V_air × (1 − O2_air) ÷ (1 − O2_flue gas)" "Annex II B.9.3.2, Equation 29";
    MEASURED_FOSSIL "cbam.measured_fossil" "GHG_fossil = GHG × (1 − BF)" "Annex II B.6.2.3";
    NITROUS_PLACES "cbam.nitrous_oxide_places" "N2O to three decimal places" "Annex II B.6.2.4";
    NITROUS "cbam.nitrous_oxide" "CO2e = N2O × GWP_N2O" "Annex II B.6.2.4, Equation 18";
    NITROUS_TONNES "cbam.nitrous_oxide_tonnes" "CO2e of N2O to full tonnes" "Annex II B.6.2.4";
    CLINKER_BALANCE "cbam.clinker_balance" "Cli = (Cem_deliv − Cem_SV) × CCR − Cli_s + Cli_d − Cli_SV" "Annex II B.9.2.2, Equation 27";
    CLINKER "cbam.clinker" "Em = Cli × EF_Cli" "Annex II B.3.1.2 and B.9.2.2, Equation 11, method B";
    DUST_FACTOR "cbam.dust_factor" "EF_CKD = EF_Cli ÷ (1 + EF_Cli) × d ÷ (1 − EF_Cli ÷ (1 + EF_Cli) × d)" "Annex II B.9.2.3, Equation 28";
    DUST "cbam.dust" "Em = CKD × EF_CKD" "Annex II B.9.2.3";
    CO2_DEDUCTED "cbam.co2_deducted" "Em = − CO2 × (1 − BF) × share stored or bound" "Annex II B.8.2";
    DIRECT "cbam.directly_attributable" "DirEm* = Σ Em of the process" "Annex III A.3, Equation 55";
    SHARED "cbam.shared_stream" "Em_process = Em × share" "Annex III A.1";
    RECONCILIATION "cbam.reconciliation" "RecF = D_inst ÷ Σ D_pp; D_pp,corr = D_pp × RecF" "Annex III A.1, Equations 41 and 42";
    TOTAL "cbam.installation_total" "Σ Em of the installation" "Annex II B.1";
    FUEL_BALANCE "cbam.fuel_balance" "Σ AD of source streams with a calorific value" "Annex IV, 1.1";
    TONNES "cbam.full_tonnes" "to full tonnes" "Annex II A.1, point 6";
    UNATTRIBUTED "cbam.unattributed" "Em_inst − Σ AttrEm" "Annex III A.1";
    CHP_EMISSIONS "cbam.chp_emissions" "Em_CHP = Σ AD × NCV × EF + Em_FGC" "Annex III A.2.2, Equation 46";
    CHP_EFFICIENCY "cbam.chp_efficiency" "η_heat = Q_net ÷ E_in; η_el = E_el ÷ E_in" "Annex III A.2.2, Equations 47 and 48";
    CHP_SHARE "cbam.chp_share" "F_heat = (η_heat ÷ η_ref,heat) ÷ (η_heat ÷ η_ref,heat + η_el ÷ η_ref,el)" "Annex III A.2.2, Equations 49 and 50";
    CHP_HEAT "cbam.chp_heat_factor" "EF_heat = Em_CHP × F_heat ÷ Q_net" "Annex III A.2.2, Equation 51";
    CHP_ELECTRICITY "cbam.chp_electricity_factor" "EF_el = Em_CHP × F_el ÷ E_el" "Annex III A.2.2, Equation 52";
    WASTE_GAS_FACTOR "cbam.waste_gas_factor" "min(EF, EF_NG)" "Annex II D.4.1, Annex III A.2.2";
    FUEL_MIX "cbam.fuel_mix" "EF_mix = (Σ AD × NCV × EF + Em_FGC) ÷ Σ AD × NCV" "Annex III A.2.2, Equation 45";
    GENERATION "cbam.generation" "EF_El = (Σ AD × NCV × EF + Em_FGC) ÷ El_prod" "Annex II D.4.1, Equation 38";
    MOLAR "cbam.molar_ratio" "Em_i = Em × (m_i ÷ M_i) ÷ Σ (m_i ÷ M_i)" "Annex III A.2.1, Equation 43";
    HEAT_FACTOR "cbam.heat_factor" "EF_heat = EF_mix ÷ η" "Annex III A.2.2, Equation 44";
    HEAT "cbam.heat" "Em_heat = Q × EF_heat" "Annex III A.3, Equation 55";
    WASTE_GAS_IN "cbam.waste_gas_imported" "WG = V × NCV × EF_NG" "Annex III A.2.3, Equation 53";
    WASTE_GAS_OUT "cbam.waste_gas_exported" "WG = V × NCV × EF_NG × Corr_η" "Annex III A.2.3, Equation 54";
    ELECTRICITY "cbam.electricity" "Em_el = E_el × EF_el" "Annex II D.1, Equation 35";
    ELECTRICITY_MIX "cbam.electricity_mix" "EF = Σ E_i × EF_i ÷ Σ E_i" "Article 9";
    ATTRIBUTED_DIRECT "cbam.attributed_direct" "AttrEm_dir = DirEm* + Em_H,imp − Em_H,exp + WG_imp − WG_exp − Em_el,prod" "Annex III A.3, Equation 55";
    NOT_BELOW_ZERO "cbam.not_below_zero" "max(AttrEm_dir, 0)" "Annex III A.3";
    ATTRIBUTED_INDIRECT "cbam.attributed_indirect" "AttrEm_indir = Em_el,cons" "Annex III A.3, Equation 56";
    SPECIFIC_ATTRIBUTED "cbam.specific_attributed" "ae = AttrEm ÷ AL" "Annex III A.3 and B, Equations 57, 58 and 63";
    PRECURSOR_INDIRECT "cbam.precursor_indirect" "SEE_indir = electricity × EF" "Annex III A.3, Equation 58";
    PRECURSOR_DEFAULT "cbam.precursor_default" "default value × (1 + mark-up)" "Annex II A.1, point 5";
    PRECURSOR_EMISSIONS "cbam.precursor_emissions" "EE_InpMat = Σ M_i × SEE_i" "Annex III B, Equation 60";
    MASS_CONSUMPTION "cbam.mass_consumption" "m_i = M_i ÷ AL" "Annex III B, Equation 61";
    SPECIFIC "cbam.specific_embedded" "SEE = (AttrEm + EE_InpMat) ÷ AL" "Annex III B, Equation 59";
    SPECIFIC_SUM "cbam.specific_sum" "SEE = SEE_dir + SEE_indir" "Annex III A.3";
    FIVE_PLACES "cbam.five_places" "at most 5 digits after the comma" "Annex II A.1, point 8";
    DEFAULT_SHARE "cbam.default_share" "Σ M_i × SEE_i,default ÷ (SEE_dir × AL)" "Annex IV, 1.1";
    COMPOSITION "cbam.composition" "SEE(content) = SEE × content" "Annex III B, Equations 64 to 66";
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
