//! Regions that a factor is for: the world, a country (ISO 3166-1), a part of it (ISO 3166-2) or a grid.

use crate::error::Error;
use crate::name;
use std::fmt;

/// A region code of at most 20 bytes: `GLOBAL`, `CN`, `CN-BJ`, `CN-GRID-NORTH`, `US-EGRID-CAMX`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    bytes: [u8; 20],
    len: u8,
}

impl Region {
    /// The whole world.
    pub const GLOBAL: Self = Self {
        bytes: *b"GLOBAL\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        len: 6,
    };

    /// Reads a code in any case.
    ///
    /// # Errors
    /// [`Error::UnknownRegion`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownRegion {
            text: crate::decimal::excerpt(text),
        };
        let upper = name::fold(text).to_ascii_uppercase();
        let mut parts = upper.split('-');
        let country = parts.next().unwrap_or_default();
        let well_formed = upper == "GLOBAL"
            || (country.len() == 2
                && country.bytes().all(|b| b.is_ascii_uppercase())
                && parts.all(|part| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric())
                }));
        if !well_formed || upper.len() > 20 {
            return Err(unknown());
        }
        let mut bytes = [0; 20];
        bytes[..upper.len()].copy_from_slice(upper.as_bytes());
        Ok(Self {
            bytes,
            len: upper.len() as u8,
        })
    }

    /// Finds the region that a person named: a code, `中国`, `北京`, `北京市`, `Guangdong`.
    ///
    /// # Errors
    /// [`Error::UnknownRegion`].
    pub fn from_name(text: &str) -> Result<Self, Error> {
        let folded = name::fold(text);
        let bare = [
            "壮族自治区",
            "回族自治区",
            "维吾尔自治区",
            "自治区",
            "省",
            "市",
            " province",
        ]
        .iter()
        .find_map(|suffix| folded.strip_suffix(suffix))
        .unwrap_or(&folded);
        for (code, zh, en) in PROVINCES {
            if bare == zh || bare == en.to_ascii_lowercase() {
                return Self::parse(code);
            }
        }
        for (code, names) in COUNTRIES {
            if names.contains(&bare) {
                return Self::parse(code);
            }
        }
        Self::parse(text)
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }

    /// The country that holds the region, itself if it is one; the world for the world.
    #[must_use]
    pub fn country(&self) -> Self {
        if *self == Self::GLOBAL {
            return *self;
        }
        let mut bytes = [0; 20];
        bytes[..2].copy_from_slice(&self.bytes[..2]);
        Self { bytes, len: 2 }
    }

    /// Whether the region is smaller than a country.
    #[must_use]
    pub fn is_part(&self) -> bool {
        *self != Self::GLOBAL && self.len > 2
    }

    /// Chinese and English name, where this crate knows them.
    #[must_use]
    pub fn names(&self) -> Option<(&'static str, &'static str)> {
        PROVINCES
            .iter()
            .find(|(code, ..)| *code == self.code())
            .map(|(_, zh, en)| (*zh, *en))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

const COUNTRIES: [(&str, &[&str]); 3] = [
    ("CN", &["中国", "china", "全国"]),
    ("GB", &["英国", "uk", "united kingdom", "great britain"]),
    ("US", &["美国", "usa", "united states"]),
];

/// ISO 3166-2:CN, provinces, municipalities and autonomous regions of the mainland.
pub const PROVINCES: [(&str, &str, &str); 31] = [
    ("CN-BJ", "北京", "Beijing"),
    ("CN-TJ", "天津", "Tianjin"),
    ("CN-HE", "河北", "Hebei"),
    ("CN-SX", "山西", "Shanxi"),
    ("CN-NM", "内蒙古", "Inner Mongolia"),
    ("CN-LN", "辽宁", "Liaoning"),
    ("CN-JL", "吉林", "Jilin"),
    ("CN-HL", "黑龙江", "Heilongjiang"),
    ("CN-SH", "上海", "Shanghai"),
    ("CN-JS", "江苏", "Jiangsu"),
    ("CN-ZJ", "浙江", "Zhejiang"),
    ("CN-AH", "安徽", "Anhui"),
    ("CN-FJ", "福建", "Fujian"),
    ("CN-JX", "江西", "Jiangxi"),
    ("CN-SD", "山东", "Shandong"),
    ("CN-HA", "河南", "Henan"),
    ("CN-HB", "湖北", "Hubei"),
    ("CN-HN", "湖南", "Hunan"),
    ("CN-GD", "广东", "Guangdong"),
    ("CN-GX", "广西", "Guangxi"),
    ("CN-HI", "海南", "Hainan"),
    ("CN-CQ", "重庆", "Chongqing"),
    ("CN-SC", "四川", "Sichuan"),
    ("CN-GZ", "贵州", "Guizhou"),
    ("CN-YN", "云南", "Yunnan"),
    ("CN-XZ", "西藏", "Tibet"),
    ("CN-SN", "陕西", "Shaanxi"),
    ("CN-GS", "甘肃", "Gansu"),
    ("CN-QH", "青海", "Qinghai"),
    ("CN-NX", "宁夏", "Ningxia"),
    ("CN-XJ", "新疆", "Xinjiang"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names() {
        assert_eq!(Region::from_name("北京市").unwrap().code(), "CN-BJ");
        assert_eq!(Region::from_name("广西壮族自治区").unwrap().code(), "CN-GX");
        assert_eq!(Region::from_name("Shaanxi").unwrap().code(), "CN-SN");
        assert_eq!(
            Region::parse("cn-grid-north").unwrap().country().code(),
            "CN"
        );
        assert_eq!(Region::parse("global").unwrap(), Region::GLOBAL);
        for text in [
            "",
            "C",
            "CHN",
            "CN-",
            "CN--X",
            "中国人",
            "CN-ABCDEFGHIJKLMNOPQRSTU",
        ] {
            assert!(Region::parse(text).is_err(), "{text}");
        }
    }
}
