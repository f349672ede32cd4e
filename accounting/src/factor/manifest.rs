//! `set.toml`: what a factor set is and where it comes from.

use crate::date::{Date, Period};
use crate::decimal::excerpt;
use crate::error::Error;
use crate::gas::GwpSet;
use serde::Deserialize;

/// The activity periods that a whole set may be used for, and the document that says so. Unlike the window of a row, which
/// says what the figure was made for and lets later periods use it unless restricted, it binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First day; none = no bound.
    pub from: Option<Date>,
    /// Last day; none = no bound.
    pub to: Option<Date>,
    /// The document that says so.
    pub instrument: String,
}

impl Validity {
    /// Whether the whole period lies in the window.
    #[must_use]
    pub fn holds(&self, period: Period) -> bool {
        self.from.is_none_or(|from| from <= period.start())
            && self.to.is_none_or(|to| period.end() <= to)
    }

    /// The window as text: `2022-01-01/2022-12-31`, `../2022-12-31`.
    #[must_use]
    pub fn window(&self) -> String {
        super::window(self.from, self.to)
    }

    /// From its parts as a file or a ledger writes them; nothing if all are empty.
    ///
    /// # Errors
    /// The part that cannot be read, with its text: a malformed day, an end before the beginning, a window without an
    /// instrument or an instrument without a window.
    pub fn from_parts(
        from: &str,
        to: &str,
        instrument: &str,
    ) -> Result<Option<Self>, (&'static str, String)> {
        let day = |field, text: &str| match text {
            "" => Ok(None),
            text => Date::parse(text)
                .map(Some)
                .map_err(|_| (field, excerpt(text))),
        };
        let validity = Self {
            from: day("validity.from", from)?,
            to: day("validity.to", to)?,
            instrument: instrument.trim().to_owned(),
        };
        let bounded = validity.from.is_some() || validity.to.is_some();
        if bounded == validity.instrument.is_empty() {
            return Err(("validity.instrument", excerpt(instrument)));
        }
        if let (Some(first), Some(last)) = (validity.from, validity.to)
            && last < first
        {
            return Err(("validity.to", excerpt(to)));
        }
        Ok(bounded.then_some(validity))
    }
}

/// Identity and origin of a factor set.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Lower case, digits, hyphen.
    pub id: String,
    /// Our version of the set.
    pub version: String,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Issuer in English.
    pub issuer_en: String,
    /// Issuer in Chinese.
    pub issuer_zh: String,
    /// Title and edition of the source document.
    pub document: String,
    /// Day of publication.
    pub published: Option<Date>,
    /// Day on which it was read.
    pub retrieved: Option<Date>,
    /// Where it is published.
    pub url: String,
    /// SHA-256 of the source file, hexadecimal, or empty.
    pub file_sha256: String,
    /// SM3 of the rows as [`super::FactorSet::to_csv`] writes them, hexadecimal, or empty. Whoever holds a hash function
    /// checks it: the engine has none.
    pub content_sm3: String,
    /// Signature of the issuer or publisher over the digest, hexadecimal, or empty.
    pub signature: String,
    /// Who signed: key id or certificate subject.
    pub signer: String,
    /// Licence of the data.
    pub licence: String,
    /// The periods that the set may be used for; none = no bound but those of its rows.
    pub validity: Option<Validity>,
    /// GWP set of CO2e columns without their own.
    pub gwp_set: Option<GwpSet>,
    /// Set that this one replaces, or empty.
    pub supersedes: String,
    /// How a row's factor source may call the set.
    pub citations: Vec<String>,
    /// Remark in English.
    pub note_en: String,
    /// Remark in Chinese.
    pub note_zh: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Window {
    from: String,
    to: String,
    instrument: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: String,
    name_en: String,
    name_zh: String,
    issuer_en: String,
    issuer_zh: String,
    document: String,
    #[serde(default)]
    published: String,
    #[serde(default)]
    retrieved: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    file_sha256: String,
    #[serde(default)]
    content_sm3: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    signer: String,
    licence: String,
    #[serde(default)]
    validity: Option<Window>,
    #[serde(default)]
    gwp_set: String,
    #[serde(default)]
    supersedes: String,
    #[serde(default)]
    citations: Vec<String>,
    #[serde(default)]
    note_en: String,
    #[serde(default)]
    note_zh: String,
}

impl Manifest {
    /// Reads `set.toml`.
    ///
    /// # Errors
    /// [`Error::ManifestMalformed`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| Error::ManifestMalformed {
            set: String::new(),
            field: String::new(),
            text: error.message().to_owned(),
        })?;
        let malformed = |field: &str, text: &str| Error::ManifestMalformed {
            set: file.id.clone(),
            field: field.to_owned(),
            text: excerpt(text),
        };
        let day = |field: &str, text: &str| match text {
            "" => Ok(None),
            text => Date::parse(text)
                .map(Some)
                .map_err(|_| malformed(field, text)),
        };
        let published = day("published", &file.published)?;
        let retrieved = day("retrieved", &file.retrieved)?;
        let gwp_set = match file.gwp_set.as_str() {
            "" => None,
            text => Some(GwpSet::parse(text).map_err(|_| malformed("gwp_set", text))?),
        };
        let validity = match &file.validity {
            None => None,
            Some(Window {
                from,
                to,
                instrument,
            }) => Validity::from_parts(from, to, instrument)
                .map_err(|(field, text)| malformed(field, &text))?,
        };
        if file.id.is_empty()
            || !file
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(malformed("id", &file.id));
        }
        for (field, text, digits) in [
            ("content_sm3", &file.content_sm3, Some(64)),
            ("signature", &file.signature, None),
        ] {
            let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let length = digits.is_none_or(|digits| text.len() == digits);
            let sound = hexadecimal && length;
            if !text.is_empty() && !sound {
                return Err(malformed(field, text));
            }
        }
        for (field, text) in [
            ("version", &file.version),
            ("name_en", &file.name_en),
            ("name_zh", &file.name_zh),
            ("issuer_en", &file.issuer_en),
            ("issuer_zh", &file.issuer_zh),
            ("document", &file.document),
            ("licence", &file.licence),
        ] {
            if text.trim().is_empty() {
                return Err(malformed(field, text));
            }
        }
        Ok(Self {
            published,
            retrieved,
            validity,
            gwp_set,
            id: file.id,
            version: file.version,
            name_en: file.name_en,
            name_zh: file.name_zh,
            issuer_en: file.issuer_en,
            issuer_zh: file.issuer_zh,
            document: file.document,
            url: file.url,
            file_sha256: file.file_sha256,
            content_sm3: file.content_sm3,
            signature: file.signature,
            signer: file.signer,
            licence: file.licence,
            supersedes: file.supersedes,
            citations: file.citations,
            note_en: file.note_en,
            note_zh: file.note_zh,
        })
    }
}
