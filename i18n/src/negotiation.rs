//! Which language and character set a person gets.

use crate::locale::{Charset, Locale, UnknownLocale};

/// What may say which language a person wants. Empty texts count as absent.
pub struct Preferences<'a> {
    /// The value of `--lang`.
    pub flag: Option<&'a str>,
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The language that the context file names.
    pub context: Option<&'a str>,
}

impl Locale {
    /// The first that is given: `--lang`, `HENGTAN_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`, the context; English if none is.
    ///
    /// The environment's locale of an unknown language is passed over in favour of the next. What was chosen by hand for
    /// Hengtan must be known.
    ///
    /// # Errors
    /// `--lang` or `HENGTAN_LANG` names a language without a catalogue.
    pub fn negotiate(preferences: &Preferences<'_>) -> Result<Locale, UnknownLocale> {
        let chosen = given(preferences.flag.map(str::to_owned))
            .or_else(|| given((preferences.variable)("HENGTAN_LANG")));
        if let Some(tag) = chosen {
            return tag.parse();
        }
        let environment = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| given((preferences.variable)(name)));
        Ok(environment
            .chain(given(preferences.context.map(str::to_owned)))
            .find_map(|name| Locale::matching(&name))
            .unwrap_or_default())
    }
}

impl Charset {
    /// The character set of the terminal: that of `LC_ALL`, else `LC_CTYPE`, else `LANG` (POSIX.1-2017, 8.2).
    pub fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Charset {
        ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| given(variable(name)))
            .map_or(Charset::Utf8, |name| Charset::of(&name))
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(
        flag: Option<&str>,
        variables: &[(&str, &str)],
        context: Option<&str>,
    ) -> Result<Locale, UnknownLocale> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Locale::negotiate(&Preferences {
            flag,
            variable: &variable,
            context,
        })
    }

    #[test]
    fn the_first_that_is_given_wins() {
        let zh = Ok(Locale::ZhCn);
        let en = Ok(Locale::En);
        type Case<'a> = (
            Option<&'a str>,
            &'a [(&'a str, &'a str)],
            Option<&'a str>,
            Result<Locale, UnknownLocale>,
        );
        let cases: &[Case<'_>] = &[
            (None, &[], None, en.clone()),
            (
                Some("zh-CN"),
                &[("HENGTAN_LANG", "en"), ("LC_ALL", "en_US.UTF-8")],
                Some("en"),
                zh.clone(),
            ),
            (
                None,
                &[("HENGTAN_LANG", "zh"), ("LC_ALL", "en_US.UTF-8")],
                Some("en"),
                zh.clone(),
            ),
            (
                None,
                &[
                    ("LC_ALL", "zh_CN.UTF-8"),
                    ("LC_MESSAGES", "en_US"),
                    ("LANG", "en_US"),
                ],
                None,
                zh.clone(),
            ),
            (
                None,
                &[("LC_MESSAGES", "zh_CN"), ("LANG", "en_US")],
                None,
                zh.clone(),
            ),
            (None, &[("LANG", "zh_CN.GB18030")], Some("en"), zh.clone()),
            (None, &[("LANG", "C.UTF-8")], Some("zh-CN"), en.clone()),
            (None, &[("LANG", "POSIX")], Some("zh-CN"), en.clone()),
            (None, &[("LANG", "fr_FR.UTF-8")], Some("zh-CN"), zh.clone()),
            (
                None,
                &[("LC_ALL", "fr_FR"), ("LANG", "zh_CN")],
                None,
                zh.clone(),
            ),
            (None, &[], Some("zh-CN"), zh.clone()),
            (
                Some(""),
                &[("HENGTAN_LANG", ""), ("LC_ALL", ""), ("LANG", "zh_CN")],
                None,
                zh,
            ),
            (
                Some("fr"),
                &[("LANG", "zh_CN")],
                None,
                Err(UnknownLocale { tag: "fr".into() }),
            ),
            (
                None,
                &[("HENGTAN_LANG", "klingon")],
                None,
                Err(UnknownLocale {
                    tag: "klingon".into(),
                }),
            ),
        ];
        for (flag, variables, context, expected) in cases {
            assert_eq!(
                &negotiate(*flag, variables, *context),
                expected,
                "{flag:?} {variables:?} {context:?}"
            );
        }
    }

    #[test]
    fn ctype_decides_the_charset_before_lang() {
        let charset = |variables: &[(&str, &str)]| {
            let variables: Vec<(String, String)> = variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            Charset::of_environment(&move |name| {
                variables
                    .iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.clone())
            })
        };
        assert_eq!(charset(&[]), Charset::Utf8);
        assert_eq!(charset(&[("LANG", "zh_CN.GB18030")]), Charset::Gb18030);
        assert_eq!(
            charset(&[("LC_CTYPE", "zh_CN.UTF-8"), ("LANG", "zh_CN.GB18030")]),
            Charset::Utf8
        );
        assert_eq!(
            charset(&[("LC_ALL", "zh_CN.GBK"), ("LC_CTYPE", "zh_CN.UTF-8")]),
            Charset::Gb18030
        );
    }
}
