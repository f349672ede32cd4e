//! The methods of the Technical Guidance, and the categories that have them.

use crate::derivation::Rule;
use crate::scope::Category;
use serde::Deserialize;

/// How an activity is calculated.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    /// Rates of the supplier for what was bought.
    SupplierSpecific,
    /// The supplier's own emissions, with secondary data for the rest.
    Hybrid,
    /// Physical amounts with average rates.
    AverageData,
    /// Money with input-output rates.
    SpendBased,
    /// Fuel burnt and refrigerant lost.
    FuelBased,
    /// Tonne-kilometres, passenger-kilometres, vehicle-kilometres.
    DistanceBased,
    /// Energy of a site, allocated.
    SiteSpecific,
    /// Waste by type and treatment.
    WasteTypeSpecific,
    /// Energy and losses of a leased asset.
    AssetSpecific,
    /// Emissions of the lessor, allocated.
    LessorSpecific,
    /// Emissions of the lessee, allocated.
    LesseeSpecific,
    /// Use phase of products that consume energy.
    DirectUse,
    /// Use phase of products that consume energy indirectly: optional.
    IndirectUse,
    /// Combustion of fuels and feedstocks sold.
    FuelsSold,
    /// Greenhouse gases contained in products.
    GasesContained,
    /// Emissions of franchisees.
    FranchiseSpecific,
    /// Emissions of investees or projects, by share.
    InvestmentSpecific,
    /// Lifetime emissions of projects financed: reported apart.
    ProjectedLifetime,
}

macro_rules! rules {
    ($($name:ident $code:literal $formula:literal $clause:literal;)*) => {
        $(const $name: Rule = Rule { code: $code, formula: $formula, clause: $clause };)*
    };
}

rules! {
    SUPPLIER "scope3.supplier_specific" "E = Σ Q × EF_supplier" "Technical Guidance (2013), formula 1.1";
    HYBRID "scope3.hybrid" "E = Σ E_supplier, scopes 1 and 2 + Σ m_input × EF + Σ d × m × EF + Σ m_waste × EF + Σ Q × EF_other upstream" "Technical Guidance (2013), formulas 1.2 and 1.3";
    AVERAGE "scope3.average_data" "E = Σ Q × EF_average" "Technical Guidance (2013), formulas 1.4, 4.9, 5.3, 7.2, 8.4, 10.2, 14.4";
    SPEND "scope3.spend_based" "E = Σ value × EF_input-output" "Technical Guidance (2013), formulas 1.5 and 4.7";
    ENERGY "scope3.upstream_energy" "E = Σ Q × EF_upstream, EF_upstream = EF_life cycle − EF_combustion; losses: E = Σ Q × EF × loss rate" "Technical Guidance (2013), formulas 3.1 to 3.4";
    FUEL "scope3.fuel_based" "E = Σ fuel × EF + Σ refrigerant × GWP" "Technical Guidance (2013), formula 4.1";
    DISTANCE "scope3.distance_based" "E = Σ m × d × EF, or Σ people × d × EF, or Σ d_vehicle × EF" "Technical Guidance (2013), formulas 4.6, 6.1 and 7.1";
    SITE "scope3.site_specific" "E = Σ (Q × EF) × part ÷ whole" "Technical Guidance (2013), formulas 4.8 and 10.1";
    WASTE "scope3.waste_type_specific" "E = Σ m × share of treatment × EF_waste type, treatment" "Technical Guidance (2013), formulas 5.2 and 12.1";
    ASSET "scope3.asset_specific" "E = Σ Q × area ÷ (area of building × occupancy) × EF" "Technical Guidance (2013), formulas 8.1 and 8.2";
    ALLOCATED "scope3.allocated" "E = Σ E_partner × part ÷ whole" "Technical Guidance (2013), formula 8.3; category 13";
    DIRECT_USE "scope3.direct_use" "E = Σ uses over lifetime × products sold × energy per use × EF" "Technical Guidance (2013), formula 11.1";
    INDIRECT_USE "scope3.indirect_use" "E = Σ uses over lifetime × share of the way of use × products sold × energy per use × EF" "Technical Guidance (2013), formula 11.4";
    FUELS_SOLD "scope3.fuels_sold" "E = Σ Q_sold × EF_combustion" "Technical Guidance (2013), formula 11.2";
    CONTAINED "scope3.gases_contained" "E = Σ m_gas in product × products sold × share released × GWP" "Technical Guidance (2013), formula 11.3";
    FRANCHISE "scope3.franchise_specific" "E = Σ (E_scope 1 + E_scope 2) of franchisees; groups: × number ÷ number sampled" "Technical Guidance (2013), formulas 14.1 to 14.3";
    INVESTMENT "scope3.investment_specific" "E = Σ E_scopes 1 and 2 × share of equity or of project costs" "Technical Guidance (2013), formulas 15.1 and 15.3";
    INVESTMENT_AVERAGE "scope3.investment_average" "E = Σ revenue or cost × EF_sector × share" "Technical Guidance (2013), formulas 15.2 and 15.4";
    LIFETIME "scope3.projected_lifetime" "E = Σ E per year × years × share of project costs" "Technical Guidance (2013), formula 15.5";
}

impl Method {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::SupplierSpecific => "supplier_specific",
            Self::Hybrid => "hybrid",
            Self::AverageData => "average_data",
            Self::SpendBased => "spend_based",
            Self::FuelBased => "fuel_based",
            Self::DistanceBased => "distance_based",
            Self::SiteSpecific => "site_specific",
            Self::WasteTypeSpecific => "waste_type_specific",
            Self::AssetSpecific => "asset_specific",
            Self::LessorSpecific => "lessor_specific",
            Self::LesseeSpecific => "lessee_specific",
            Self::DirectUse => "direct_use",
            Self::IndirectUse => "indirect_use",
            Self::FuelsSold => "fuels_sold",
            Self::GasesContained => "gases_contained",
            Self::FranchiseSpecific => "franchise_specific",
            Self::InvestmentSpecific => "investment_specific",
            Self::ProjectedLifetime => "projected_lifetime",
        }
    }

    /// Whether the Technical Guidance has the method for the category.
    pub(super) fn allowed_in(self, category: Category) -> bool {
        use Category as C;
        let methods: &[Self] = match category {
            C::PurchasedGoodsAndServices | C::CapitalGoods => &[
                Self::SupplierSpecific,
                Self::Hybrid,
                Self::AverageData,
                Self::SpendBased,
            ],
            C::FuelAndEnergyRelated => &[Self::SupplierSpecific, Self::AverageData],
            C::UpstreamTransport | C::DownstreamTransport => &[
                Self::FuelBased,
                Self::DistanceBased,
                Self::SpendBased,
                Self::SiteSpecific,
                Self::AverageData,
            ],
            C::Waste => &[
                Self::SupplierSpecific,
                Self::WasteTypeSpecific,
                Self::AverageData,
            ],
            C::BusinessTravel => &[
                Self::FuelBased,
                Self::DistanceBased,
                Self::SpendBased,
                Self::AverageData,
                Self::SupplierSpecific,
            ],
            C::EmployeeCommuting => &[Self::FuelBased, Self::DistanceBased, Self::AverageData],
            C::UpstreamLeasedAssets => {
                &[Self::AssetSpecific, Self::LessorSpecific, Self::AverageData]
            }
            C::ProcessingOfSoldProducts => &[Self::SiteSpecific, Self::AverageData],
            C::UseOfSoldProducts => &[
                Self::DirectUse,
                Self::IndirectUse,
                Self::FuelsSold,
                Self::GasesContained,
            ],
            C::EndOfLife => &[Self::WasteTypeSpecific, Self::AverageData],
            C::DownstreamLeasedAssets => {
                &[Self::AssetSpecific, Self::LesseeSpecific, Self::AverageData]
            }
            C::Franchises => &[
                Self::FranchiseSpecific,
                Self::AssetSpecific,
                Self::AverageData,
            ],
            C::Investments => &[
                Self::InvestmentSpecific,
                Self::AverageData,
                Self::ProjectedLifetime,
            ],
            _ => &[],
        };
        methods.contains(&self)
    }

    /// The formula with its number in the Technical Guidance.
    pub(super) fn rule(self, category: Category) -> Rule {
        match (self, category) {
            (_, Category::FuelAndEnergyRelated) => ENERGY,
            (Self::AverageData, Category::Investments) => INVESTMENT_AVERAGE,
            (Self::SupplierSpecific, _) => SUPPLIER,
            (Self::Hybrid, _) => HYBRID,
            (Self::AverageData, _) => AVERAGE,
            (Self::SpendBased, _) => SPEND,
            (Self::FuelBased, _) => FUEL,
            (Self::DistanceBased, _) => DISTANCE,
            (Self::SiteSpecific, _) => SITE,
            (Self::WasteTypeSpecific, _) => WASTE,
            (Self::AssetSpecific, _) => ASSET,
            (Self::LessorSpecific | Self::LesseeSpecific, _) => ALLOCATED,
            (Self::DirectUse, _) => DIRECT_USE,
            (Self::IndirectUse, _) => INDIRECT_USE,
            (Self::FuelsSold, _) => FUELS_SOLD,
            (Self::GasesContained, _) => CONTAINED,
            (Self::FranchiseSpecific, _) => FRANCHISE,
            (Self::InvestmentSpecific, _) => INVESTMENT,
            (Self::ProjectedLifetime, _) => LIFETIME,
        }
    }

    /// Reported apart from scope 3 (Technical Guidance, category 15).
    pub(super) fn is_apart(self) -> bool {
        self == Self::ProjectedLifetime
    }

    /// Outside the minimum boundary (Table 5.4).
    pub(super) fn is_optional(self) -> bool {
        self == Self::IndirectUse
    }
}
