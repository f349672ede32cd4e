//! Languages and character sets that people can be served in.

use std::fmt;
use std::str::FromStr;

/// A language that has a complete catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Chinese in simplified characters as used in mainland China.
    ZhCn,
}

/// The text names no language that has a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLocale {
    /// What was asked for.
    pub tag: String,
}

/// What the bytes of a terminal or file mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, also where the environment names nothing.
    #[default]
    Utf8,
    /// GB 18030, which contains GBK and GB 2312.
    Gb18030,
}

impl Locale {
    /// All languages, the default first.
    pub const ALL: [Locale; 2] = [Locale::En, Locale::ZhCn];

    /// The language tag (BCP 47), which is also the folder under `locales/`.
    pub const fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::ZhCn => "zh-CN",
        }
    }

    /// The language's own name.
    pub const fn own_name(self) -> &'static str {
        match self {
            Locale::En => "English",
            Locale::ZhCn => "简体中文",
        }
    }

    /// The locale for a POSIX locale name (`zh_CN.GB18030`, `C`) or a language tag (`zh-Hans-CN`), if there is a catalogue.
    ///
    /// Every kind of Chinese gets simplified Chinese as long as no other Chinese catalogue exists; `C` and `POSIX` are English.
    pub fn matching(name: &str) -> Option<Locale> {
        let name = name.trim();
        let language = name.split(['.', '@']).next().unwrap_or_default();
        let primary = language.split(['_', '-']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Locale::ZhCn)
        } else if ["en", "c", "posix"]
            .iter()
            .any(|known| primary.eq_ignore_ascii_case(known))
        {
            Some(Locale::En)
        } else {
            None
        }
    }

    /// The best locale for an HTTP `Accept-Language` header; English if none fits. A weight of 0 excludes a language.
    pub fn from_accept_language(header: &str) -> Locale {
        let mut best: Option<(u32, Locale)> = None;
        for item in header.split(',') {
            let mut parts = item.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1000), thousandths)
                .unwrap_or(0);
            let locale = if tag == "*" {
                Some(Locale::En)
            } else {
                Locale::matching(tag)
            };
            if let Some(locale) = locale
                && weight > 0
                && best.is_none_or(|(most, _)| weight > most)
            {
                best = Some((weight, locale));
            }
        }
        best.map_or(Locale::En, |(_, locale)| locale)
    }
}

/// A weight such as `0.8` in thousandths (RFC 9110, 12.4.2: at most three digits after the point).
fn thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    Some((whole * 1000 + part).min(1000))
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(tag: &str) -> Result<Locale, UnknownLocale> {
        Locale::matching(tag).ok_or_else(|| UnknownLocale {
            tag: tag.to_owned(),
        })
    }
}

impl Charset {
    /// The character set that a POSIX locale name carries after its point; UTF-8 where it carries none.
    pub fn of(name: &str) -> Charset {
        let Some((_, rest)) = name.split_once('.') else {
            return Charset::Utf8;
        };
        let charset = rest
            .split('@')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .replace(['-', '_'], "");
        match charset.as_str() {
            "gb18030" | "gbk" | "gb2312" | "euccn" | "cp936" => Charset::Gb18030,
            _ => Charset::Utf8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locale_names_map_to_catalogues() {
        for (name, expected) in [
            ("zh_CN.UTF-8", Some(Locale::ZhCn)),
            ("zh-Hans", Some(Locale::ZhCn)),
            ("zh_SG", Some(Locale::ZhCn)),
            ("zh_TW.Big5", Some(Locale::ZhCn)),
            ("ZH", Some(Locale::ZhCn)),
            ("en_GB", Some(Locale::En)),
            ("C", Some(Locale::En)),
            ("C.UTF-8", Some(Locale::En)),
            ("POSIX", Some(Locale::En)),
            ("fr_FR.UTF-8", None),
            ("zhong", None),
            ("", None),
        ] {
            assert_eq!(Locale::matching(name), expected, "{name}");
        }
    }

    #[test]
    fn accept_language_obeys_weights() {
        for (header, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::ZhCn),
            ("en;q=0.5, zh;q=0.75", Locale::ZhCn),
            ("fr, zh-TW;q=0.2", Locale::ZhCn),
            ("zh;q=0, en", Locale::En),
            ("*", Locale::En),
            ("", Locale::En),
            ("zh;q=abc", Locale::En),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header}");
        }
    }

    #[test]
    fn charset_comes_after_the_point() {
        for (name, expected) in [
            ("zh_CN.GB18030", Charset::Gb18030),
            ("zh_CN.gbk", Charset::Gb18030),
            ("zh_CN.GB2312", Charset::Gb18030),
            ("zh_CN.UTF-8", Charset::Utf8),
            ("zh_CN", Charset::Utf8),
            ("C", Charset::Utf8),
        ] {
            assert_eq!(Charset::of(name), expected, "{name}");
        }
    }
}
