//! Scopes and categories of the GHG Protocol Corporate Standard and Scope 3 Standard.

use crate::error::Error;
use crate::name;

/// Where an emission stands in an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Direct emissions.
    One,
    /// Indirect emissions of purchased energy.
    Two,
    /// Other indirect emissions.
    Three,
}

/// The three scopes.
pub const SCOPES: [Scope; 3] = [Scope::One, Scope::Two, Scope::Three];

impl Scope {
    /// 1, 2 or 3.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// Stable code: `scope_1`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::One => "scope_1",
            Self::Two => "scope_2",
            Self::Three => "scope_3",
        }
    }

    /// Reads `1`, `scope 2`, `范围三`, `scope_3`.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        let folded = name::fold(text).replace(['_', ' '], "");
        let rest = folded
            .strip_prefix("scope")
            .or_else(|| folded.strip_prefix("范围"))
            .unwrap_or(&folded);
        match rest {
            "1" | "一" => Some(Self::One),
            "2" | "二" => Some(Self::Two),
            "3" | "三" => Some(Self::Three),
            _ => None,
        }
    }
}

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident $scope:ident $code:literal [$($alias:literal),*];)*) => {
        /// What kind of source an activity is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Category { $($(#[$doc])* $variant,)* }

        /// Every category, in the order of the standards.
        pub const CATEGORIES: &[Category] = &[$(Category::$variant,)*];

        impl Category {
            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The scope that the category belongs to.
            #[must_use]
            pub fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope,)* }
            }

            fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($alias),*],)* }
            }
        }
    };
}

categories! {
    /// Fuel burnt in stationary equipment.
    StationaryCombustion One "stationary_combustion" ["固定燃烧", "固定源燃烧", "固定燃烧源", "化石燃料燃烧", "燃料燃烧", "stationary"];
    /// Fuel burnt in vehicles.
    MobileCombustion One "mobile_combustion" ["移动燃烧", "移动源燃烧", "移动燃烧源", "车辆用油", "mobile", "company vehicles"];
    /// Industrial processes.
    Process One "process" ["过程排放", "工业过程", "工业生产过程", "process emissions", "industrial process"];
    /// Leaks and other releases.
    Fugitive One "fugitive" ["逸散", "逸散排放", "散逸", "制冷剂逸散", "制冷剂泄漏", "fugitive emissions", "refrigerant loss"];
    /// Electricity bought from others.
    PurchasedElectricity Two "purchased_electricity" ["购入电力", "外购电力", "净购入电力", "购电", "electricity"];
    /// Steam, heat and cooling bought from others.
    PurchasedHeat Two "purchased_heat" ["购入热力", "外购热力", "净购入热力", "外购蒸汽", "购入蒸汽", "购入热量", "purchased steam", "purchased heat and steam", "purchased steam and heat", "heat", "steam"];
    /// Scope 3 category 1.
    PurchasedGoodsAndServices Three "purchased_goods_and_services" ["外购商品和服务", "购买的商品和服务", "采购的商品和服务"];
    /// Scope 3 category 2.
    CapitalGoods Three "capital_goods" ["资本货物", "资本商品"];
    /// Scope 3 category 3: fuel- and energy-related activities not in scope 1 or 2.
    FuelAndEnergyRelated Three "fuel_and_energy_related" ["燃料和能源相关活动", "fuel and energy related activities", "fuel- and energy-related activities"];
    /// Scope 3 category 4.
    UpstreamTransport Three "upstream_transport" ["上游运输", "上游运输和配送", "上游运输与配送", "货物运输", "货运", "upstream transportation and distribution", "upstream transport and distribution", "freight"];
    /// Scope 3 category 5.
    Waste Three "waste" ["废弃物", "运营中产生的废弃物", "废物处理", "waste generated in operations"];
    /// Scope 3 category 6.
    BusinessTravel Three "business_travel" ["商务旅行", "差旅", "商务差旅"];
    /// Scope 3 category 7.
    EmployeeCommuting Three "employee_commuting" ["员工通勤", "雇员通勤", "通勤", "commuting"];
    /// Scope 3 category 8.
    UpstreamLeasedAssets Three "upstream_leased_assets" ["上游租赁资产"];
    /// Scope 3 category 9.
    DownstreamTransport Three "downstream_transport" ["下游运输", "下游运输和配送", "下游运输与配送", "downstream transportation and distribution", "downstream transport and distribution"];
    /// Scope 3 category 10.
    ProcessingOfSoldProducts Three "processing_of_sold_products" ["售出产品的加工", "所售产品的加工"];
    /// Scope 3 category 11.
    UseOfSoldProducts Three "use_of_sold_products" ["售出产品的使用", "所售产品的使用"];
    /// Scope 3 category 12.
    EndOfLife Three "end_of_life" ["售出产品的报废处理", "所售产品的报废处理", "end of life treatment of sold products", "end-of-life treatment of sold products"];
    /// Scope 3 category 13.
    DownstreamLeasedAssets Three "downstream_leased_assets" ["下游租赁资产"];
    /// Scope 3 category 14.
    Franchises Three "franchises" ["特许经营"];
    /// Scope 3 category 15.
    Investments Three "investments" ["投资"];
}

impl Category {
    /// Number of a scope 3 category, 1 to 15.
    #[must_use]
    pub fn scope_3_number(self) -> Option<u8> {
        // The fifteen stand last, in order.
        let first = Self::PurchasedGoodsAndServices as u8;
        (self.scope() == Scope::Three).then(|| self as u8 - first + 1)
    }

    /// The category with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        CATEGORIES
            .iter()
            .copied()
            .find(|category| category.code() == code)
    }

    /// Finds the category that a person named, in English or Chinese: `stationary combustion`, `固定燃烧`, `6 business travel`,
    /// `类别4 上游运输`.
    ///
    /// # Errors
    /// [`Error::UnknownCategory`], also when a number contradicts the name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownCategory {
            text: text.to_owned(),
        };
        let folded = name::fold(text).replace('_', " ");
        let mut rest = folded.as_str();
        for prefix in ["scope 3 ", "category ", "cat. ", "cat ", "类别"] {
            rest = rest.strip_prefix(prefix).unwrap_or(rest).trim_start();
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, words) = rest.split_at(digits);
        let words = words.trim_start_matches([' ', '.', ':', '-', '、']);
        let by_name = CATEGORIES.iter().copied().find(|category| {
            category.code().replace('_', " ") == words || category.aliases().contains(&words)
        });
        if number.is_empty() {
            return by_name.ok_or_else(unknown);
        }
        let by_number = number.parse::<u8>().ok().and_then(|n| {
            CATEGORIES
                .iter()
                .copied()
                .find(|category| category.scope_3_number() == Some(n))
        });
        match (by_number, by_name) {
            (Some(by_number), _) if words.is_empty() => Ok(by_number),
            (Some(by_number), Some(by_name)) if by_number == by_name => Ok(by_number),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_name_categories_in_two_languages() {
        for (text, code) in [
            ("stationary combustion", "stationary_combustion"),
            ("固定燃烧", "stationary_combustion"),
            ("4 upstream transport", "upstream_transport"),
            ("6 business travel", "business_travel"),
            ("类别6 商务旅行", "business_travel"),
            ("Purchased Heat", "purchased_heat"),
            ("购入电力", "purchased_electricity"),
            ("15", "investments"),
        ] {
            assert_eq!(Category::parse(text).unwrap().code(), code, "{text}");
        }
        for text in ["", "4 business travel", "16", "0", "magic"] {
            assert!(Category::parse(text).is_err(), "{text}");
        }
        assert_eq!(Scope::from_name("范围二"), Some(Scope::Two));
        assert_eq!(Category::Investments.scope_3_number(), Some(15));
    }
}
