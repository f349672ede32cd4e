//! GWP-100 values.
//!
//! AR4 and AR5 without climate–carbon feedbacks: GHG Protocol, "Global Warming Potential Values", February 2016 (from IPCC
//! AR4 WG1 Table 2.14 and AR5 WG1 Table 8.A.1). AR5 with feedbacks: AR5 WG1 Table 8.SM.16 and Table 8.7. AR6: AR6 WG1
//! Table 7.SM.7; methane by origin from Table 7.15. Compared value by value with `globalwarmingpotentials` 0.13.2 (CC0).

use crate::decimal::Decimal;

/// One gas; a missing value means that the table has none.
pub(super) struct Row {
    pub code: &'static str,
    pub symbol: &'static str,
    pub name_en: &'static str,
    pub name_zh: &'static str,
    /// One of the seven gases of the Kyoto Protocol; others are reported apart from the scopes.
    pub kyoto: bool,
    pub ar4: Option<Decimal>,
    pub ar5: Option<Decimal>,
    pub ar5_feedback: Option<Decimal>,
    pub ar6: Option<Decimal>,
}

/// In the order of [`super::Gas`].
#[rustfmt::skip]
pub(super) const ROWS: [Row; 43] = [
    Row { code: "co2", symbol: "CO2", name_en: "carbon dioxide", name_zh: "二氧化碳", kyoto: true, ar4: Some(Decimal::ONE), ar5: Some(Decimal::ONE), ar5_feedback: Some(Decimal::ONE), ar6: Some(Decimal::ONE) },
    Row { code: "ch4", symbol: "CH4", name_en: "methane", name_zh: "甲烷", kyoto: true, ar4: Some(Decimal::from_parts(25, 0)), ar5: Some(Decimal::from_parts(28, 0)), ar5_feedback: Some(Decimal::from_parts(34, 0)), ar6: Some(Decimal::from_parts(279, 1)) },
    Row { code: "ch4_fossil", symbol: "CH4", name_en: "methane (fossil)", name_zh: "甲烷（化石源）", kyoto: true, ar4: Some(Decimal::from_parts(25, 0)), ar5: Some(Decimal::from_parts(28, 0)), ar5_feedback: Some(Decimal::from_parts(34, 0)), ar6: Some(Decimal::from_parts(298, 1)) },
    Row { code: "ch4_biogenic", symbol: "CH4", name_en: "methane (biogenic)", name_zh: "甲烷（生物源）", kyoto: true, ar4: Some(Decimal::from_parts(25, 0)), ar5: Some(Decimal::from_parts(28, 0)), ar5_feedback: Some(Decimal::from_parts(34, 0)), ar6: Some(Decimal::from_parts(27, 0)) },
    Row { code: "n2o", symbol: "N2O", name_en: "nitrous oxide", name_zh: "氧化亚氮", kyoto: true, ar4: Some(Decimal::from_parts(298, 0)), ar5: Some(Decimal::from_parts(265, 0)), ar5_feedback: Some(Decimal::from_parts(298, 0)), ar6: Some(Decimal::from_parts(273, 0)) },
    Row { code: "sf6", symbol: "SF6", name_en: "sulphur hexafluoride", name_zh: "六氟化硫", kyoto: true, ar4: Some(Decimal::from_parts(22800, 0)), ar5: Some(Decimal::from_parts(23500, 0)), ar5_feedback: Some(Decimal::from_parts(26087, 0)), ar6: Some(Decimal::from_parts(25200, 0)) },
    Row { code: "nf3", symbol: "NF3", name_en: "nitrogen trifluoride", name_zh: "三氟化氮", kyoto: true, ar4: Some(Decimal::from_parts(17200, 0)), ar5: Some(Decimal::from_parts(16100, 0)), ar5_feedback: Some(Decimal::from_parts(17885, 0)), ar6: Some(Decimal::from_parts(17400, 0)) },
    Row { code: "hfc_23", symbol: "HFC-23", name_en: "HFC-23", name_zh: "HFC-23", kyoto: true, ar4: Some(Decimal::from_parts(14800, 0)), ar5: Some(Decimal::from_parts(12400, 0)), ar5_feedback: Some(Decimal::from_parts(13856, 0)), ar6: Some(Decimal::from_parts(14600, 0)) },
    Row { code: "hfc_32", symbol: "HFC-32", name_en: "HFC-32", name_zh: "HFC-32", kyoto: true, ar4: Some(Decimal::from_parts(675, 0)), ar5: Some(Decimal::from_parts(677, 0)), ar5_feedback: Some(Decimal::from_parts(817, 0)), ar6: Some(Decimal::from_parts(771, 0)) },
    Row { code: "hfc_41", symbol: "HFC-41", name_en: "HFC-41", name_zh: "HFC-41", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(116, 0)), ar5_feedback: Some(Decimal::from_parts(141, 0)), ar6: Some(Decimal::from_parts(135, 0)) },
    Row { code: "hfc_125", symbol: "HFC-125", name_en: "HFC-125", name_zh: "HFC-125", kyoto: true, ar4: Some(Decimal::from_parts(3500, 0)), ar5: Some(Decimal::from_parts(3170, 0)), ar5_feedback: Some(Decimal::from_parts(3691, 0)), ar6: Some(Decimal::from_parts(3740, 0)) },
    Row { code: "hfc_134", symbol: "HFC-134", name_en: "HFC-134", name_zh: "HFC-134", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(1120, 0)), ar5_feedback: Some(Decimal::from_parts(1337, 0)), ar6: Some(Decimal::from_parts(1260, 0)) },
    Row { code: "hfc_134a", symbol: "HFC-134a", name_en: "HFC-134a", name_zh: "HFC-134a", kyoto: true, ar4: Some(Decimal::from_parts(1430, 0)), ar5: Some(Decimal::from_parts(1300, 0)), ar5_feedback: Some(Decimal::from_parts(1549, 0)), ar6: Some(Decimal::from_parts(1530, 0)) },
    Row { code: "hfc_143", symbol: "HFC-143", name_en: "HFC-143", name_zh: "HFC-143", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(328, 0)), ar5_feedback: Some(Decimal::from_parts(397, 0)), ar6: Some(Decimal::from_parts(364, 0)) },
    Row { code: "hfc_143a", symbol: "HFC-143a", name_en: "HFC-143a", name_zh: "HFC-143a", kyoto: true, ar4: Some(Decimal::from_parts(4470, 0)), ar5: Some(Decimal::from_parts(4800, 0)), ar5_feedback: Some(Decimal::from_parts(5508, 0)), ar6: Some(Decimal::from_parts(5810, 0)) },
    Row { code: "hfc_152", symbol: "HFC-152", name_en: "HFC-152", name_zh: "HFC-152", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(16, 0)), ar5_feedback: Some(Decimal::from_parts(20, 0)), ar6: Some(Decimal::from_parts(215, 1)) },
    Row { code: "hfc_152a", symbol: "HFC-152a", name_en: "HFC-152a", name_zh: "HFC-152a", kyoto: true, ar4: Some(Decimal::from_parts(124, 0)), ar5: Some(Decimal::from_parts(138, 0)), ar5_feedback: Some(Decimal::from_parts(167, 0)), ar6: Some(Decimal::from_parts(164, 0)) },
    Row { code: "hfc_161", symbol: "HFC-161", name_en: "HFC-161", name_zh: "HFC-161", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(4, 0)), ar5_feedback: Some(Decimal::from_parts(4, 0)), ar6: Some(Decimal::from_parts(484, 2)) },
    Row { code: "hfc_227ea", symbol: "HFC-227ea", name_en: "HFC-227ea", name_zh: "HFC-227ea", kyoto: true, ar4: Some(Decimal::from_parts(3220, 0)), ar5: Some(Decimal::from_parts(3350, 0)), ar5_feedback: Some(Decimal::from_parts(3860, 0)), ar6: Some(Decimal::from_parts(3600, 0)) },
    Row { code: "hfc_236cb", symbol: "HFC-236cb", name_en: "HFC-236cb", name_zh: "HFC-236cb", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(1210, 0)), ar5_feedback: Some(Decimal::from_parts(1438, 0)), ar6: Some(Decimal::from_parts(1350, 0)) },
    Row { code: "hfc_236ea", symbol: "HFC-236ea", name_en: "HFC-236ea", name_zh: "HFC-236ea", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(1330, 0)), ar5_feedback: Some(Decimal::from_parts(1596, 0)), ar6: Some(Decimal::from_parts(1500, 0)) },
    Row { code: "hfc_236fa", symbol: "HFC-236fa", name_en: "HFC-236fa", name_zh: "HFC-236fa", kyoto: true, ar4: Some(Decimal::from_parts(9810, 0)), ar5: Some(Decimal::from_parts(8060, 0)), ar5_feedback: Some(Decimal::from_parts(8998, 0)), ar6: Some(Decimal::from_parts(8690, 0)) },
    Row { code: "hfc_245ca", symbol: "HFC-245ca", name_en: "HFC-245ca", name_zh: "HFC-245ca", kyoto: true, ar4: None, ar5: Some(Decimal::from_parts(716, 0)), ar5_feedback: Some(Decimal::from_parts(863, 0)), ar6: Some(Decimal::from_parts(787, 0)) },
    Row { code: "hfc_245fa", symbol: "HFC-245fa", name_en: "HFC-245fa", name_zh: "HFC-245fa", kyoto: true, ar4: Some(Decimal::from_parts(1030, 0)), ar5: Some(Decimal::from_parts(858, 0)), ar5_feedback: Some(Decimal::from_parts(1032, 0)), ar6: Some(Decimal::from_parts(962, 0)) },
    Row { code: "hfc_365mfc", symbol: "HFC-365mfc", name_en: "HFC-365mfc", name_zh: "HFC-365mfc", kyoto: true, ar4: Some(Decimal::from_parts(794, 0)), ar5: Some(Decimal::from_parts(804, 0)), ar5_feedback: Some(Decimal::from_parts(966, 0)), ar6: Some(Decimal::from_parts(914, 0)) },
    Row { code: "hfc_43_10mee", symbol: "HFC-43-10mee", name_en: "HFC-43-10mee", name_zh: "HFC-43-10mee", kyoto: true, ar4: Some(Decimal::from_parts(1640, 0)), ar5: Some(Decimal::from_parts(1650, 0)), ar5_feedback: Some(Decimal::from_parts(1952, 0)), ar6: Some(Decimal::from_parts(1600, 0)) },
    Row { code: "cf4", symbol: "CF4", name_en: "tetrafluoromethane (PFC-14)", name_zh: "四氟化碳（PFC-14）", kyoto: true, ar4: Some(Decimal::from_parts(7390, 0)), ar5: Some(Decimal::from_parts(6630, 0)), ar5_feedback: Some(Decimal::from_parts(7349, 0)), ar6: Some(Decimal::from_parts(7380, 0)) },
    Row { code: "c2f6", symbol: "C2F6", name_en: "hexafluoroethane (PFC-116)", name_zh: "六氟乙烷（PFC-116）", kyoto: true, ar4: Some(Decimal::from_parts(12200, 0)), ar5: Some(Decimal::from_parts(11100, 0)), ar5_feedback: Some(Decimal::from_parts(12340, 0)), ar6: Some(Decimal::from_parts(12400, 0)) },
    Row { code: "c3f8", symbol: "C3F8", name_en: "octafluoropropane (PFC-218)", name_zh: "八氟丙烷（PFC-218）", kyoto: true, ar4: Some(Decimal::from_parts(8830, 0)), ar5: Some(Decimal::from_parts(8900, 0)), ar5_feedback: Some(Decimal::from_parts(9878, 0)), ar6: Some(Decimal::from_parts(9290, 0)) },
    Row { code: "c4f10", symbol: "C4F10", name_en: "perfluorobutane (PFC-31-10)", name_zh: "全氟丁烷（PFC-31-10）", kyoto: true, ar4: Some(Decimal::from_parts(8860, 0)), ar5: Some(Decimal::from_parts(9200, 0)), ar5_feedback: Some(Decimal::from_parts(10213, 0)), ar6: Some(Decimal::from_parts(10000, 0)) },
    Row { code: "c_c4f8", symbol: "c-C4F8", name_en: "octafluorocyclobutane (PFC-318)", name_zh: "八氟环丁烷（PFC-318）", kyoto: true, ar4: Some(Decimal::from_parts(10300, 0)), ar5: Some(Decimal::from_parts(9540, 0)), ar5_feedback: Some(Decimal::from_parts(10592, 0)), ar6: Some(Decimal::from_parts(10200, 0)) },
    Row { code: "c5f12", symbol: "C5F12", name_en: "perfluoropentane (PFC-41-12)", name_zh: "全氟戊烷（PFC-41-12）", kyoto: true, ar4: Some(Decimal::from_parts(9160, 0)), ar5: Some(Decimal::from_parts(8550, 0)), ar5_feedback: Some(Decimal::from_parts(9484, 0)), ar6: Some(Decimal::from_parts(9220, 0)) },
    Row { code: "c6f14", symbol: "C6F14", name_en: "perfluorohexane (PFC-51-14)", name_zh: "全氟己烷（PFC-51-14）", kyoto: true, ar4: Some(Decimal::from_parts(9300, 0)), ar5: Some(Decimal::from_parts(7910, 0)), ar5_feedback: Some(Decimal::from_parts(8780, 0)), ar6: Some(Decimal::from_parts(8620, 0)) },
    Row { code: "hcfc_22", symbol: "HCFC-22", name_en: "HCFC-22", name_zh: "HCFC-22", kyoto: false, ar4: Some(Decimal::from_parts(1810, 0)), ar5: Some(Decimal::from_parts(1760, 0)), ar5_feedback: Some(Decimal::from_parts(2106, 0)), ar6: Some(Decimal::from_parts(1960, 0)) },
    Row { code: "hcfc_123", symbol: "HCFC-123", name_en: "HCFC-123", name_zh: "HCFC-123", kyoto: false, ar4: Some(Decimal::from_parts(77, 0)), ar5: Some(Decimal::from_parts(79, 0)), ar5_feedback: Some(Decimal::from_parts(96, 0)), ar6: Some(Decimal::from_parts(904, 1)) },
    Row { code: "hcfc_124", symbol: "HCFC-124", name_en: "HCFC-124", name_zh: "HCFC-124", kyoto: false, ar4: Some(Decimal::from_parts(609, 0)), ar5: Some(Decimal::from_parts(527, 0)), ar5_feedback: Some(Decimal::from_parts(635, 0)), ar6: Some(Decimal::from_parts(597, 0)) },
    Row { code: "hcfc_141b", symbol: "HCFC-141b", name_en: "HCFC-141b", name_zh: "HCFC-141b", kyoto: false, ar4: Some(Decimal::from_parts(725, 0)), ar5: Some(Decimal::from_parts(782, 0)), ar5_feedback: Some(Decimal::from_parts(938, 0)), ar6: Some(Decimal::from_parts(860, 0)) },
    Row { code: "hcfc_142b", symbol: "HCFC-142b", name_en: "HCFC-142b", name_zh: "HCFC-142b", kyoto: false, ar4: Some(Decimal::from_parts(2310, 0)), ar5: Some(Decimal::from_parts(1980, 0)), ar5_feedback: Some(Decimal::from_parts(2345, 0)), ar6: Some(Decimal::from_parts(2300, 0)) },
    Row { code: "cfc_11", symbol: "CFC-11", name_en: "CFC-11", name_zh: "CFC-11", kyoto: false, ar4: Some(Decimal::from_parts(4750, 0)), ar5: Some(Decimal::from_parts(4660, 0)), ar5_feedback: Some(Decimal::from_parts(5352, 0)), ar6: Some(Decimal::from_parts(6230, 0)) },
    Row { code: "cfc_12", symbol: "CFC-12", name_en: "CFC-12", name_zh: "CFC-12", kyoto: false, ar4: Some(Decimal::from_parts(10900, 0)), ar5: Some(Decimal::from_parts(10200, 0)), ar5_feedback: Some(Decimal::from_parts(11547, 0)), ar6: Some(Decimal::from_parts(12500, 0)) },
    Row { code: "cfc_113", symbol: "CFC-113", name_en: "CFC-113", name_zh: "CFC-113", kyoto: false, ar4: Some(Decimal::from_parts(6130, 0)), ar5: Some(Decimal::from_parts(5820, 0)), ar5_feedback: Some(Decimal::from_parts(6586, 0)), ar6: Some(Decimal::from_parts(6520, 0)) },
    Row { code: "cfc_114", symbol: "CFC-114", name_en: "CFC-114", name_zh: "CFC-114", kyoto: false, ar4: Some(Decimal::from_parts(10000, 0)), ar5: Some(Decimal::from_parts(8590, 0)), ar5_feedback: Some(Decimal::from_parts(9615, 0)), ar6: Some(Decimal::from_parts(9430, 0)) },
    Row { code: "cfc_115", symbol: "CFC-115", name_en: "CFC-115", name_zh: "CFC-115", kyoto: false, ar4: Some(Decimal::from_parts(7370, 0)), ar5: Some(Decimal::from_parts(7670, 0)), ar5_feedback: Some(Decimal::from_parts(8516, 0)), ar6: Some(Decimal::from_parts(9600, 0)) },
];
