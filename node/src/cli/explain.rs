//! `hengtan explain`: where a number comes from, and what a code or a term means.

mod graph;
mod number;
pub(super) mod simulate;
mod steps;

use hengtan_api::v1 as api;
use hengtan_ledger::v1;
use i18n::{Locale, catalogue, glossary};
use serde_json::json;

use crate::console::{Column, Console, List, Record, tonnes};

use super::arguments::Explain;
use super::presentation::{short_id, time, whole_id};
use super::session::{Session, unreadable};
use super::{Exit, Failure, activity, codes, inventory};

/// An error code or a term of the trade needs no node; nothing if the reference is neither.
pub fn offline(arguments: &Explain, console: &Console) -> Option<Result<Exit, Failure>> {
    let reference = arguments.reference.trim();
    if is_code(reference) {
        return Some(code(&reference.to_ascii_uppercase(), console));
    }
    None
}

/// Everything else that a reference can be.
pub async fn run(arguments: Explain, session: &Session<'_>) -> Result<Exit, Failure> {
    let reference = arguments.reference.trim();
    if let Some(other) = &arguments.diff {
        return graph::diff(reference, other, session).await;
    }
    let form = graph::Form {
        diagram: arguments.diagram,
        outline: arguments.outline,
    };
    if form.wanted() && reference.contains([':', '：']) {
        let address = activity::find_row(reference, session).await?;
        let wanted = |row: &v1::RowResult| {
            row.import_id == address.import.import_id && row.number == address.number
        };
        return graph::show(None, wanted, form, session).await;
    }
    if form.wanted() && inventory::find(Some(reference), session).await.is_ok() {
        return graph::show(Some(reference), |_| true, form, session).await;
    }
    if form.wanted()
        && let Some(wanted) = part_of(reference)
    {
        return graph::show(None, |row| wanted.holds(row), form, session).await;
    }
    if reference.contains([':', '：']) {
        return number::row(&activity::find_row(reference, session).await?, session).await;
    }
    if let Ok(index) = reference.parse::<u64>() {
        return entry(index, session).await;
    }
    if let Some(figure) = figure(reference) {
        return shown_figure(reference, &figure, session).await;
    }
    if let Some(scope) = accounting::Scope::from_name(reference) {
        let wanted = |row: &v1::RowResult| row.scope == u32::from(scope.number());
        let title = session
            .console
            .catalogue()
            .name("scope", &scope.number().to_string());
        return number::part(&title, None, wanted, session).await;
    }
    if let Ok(category) = accounting::Category::parse(reference) {
        let wanted = |row: &v1::RowResult| row.category == category.code();
        let title = session
            .console
            .catalogue()
            .name("category", category.code());
        return number::part(&title, None, wanted, session).await;
    }
    let named: Vec<accounting::Category> = accounting::scope::CATEGORIES
        .iter()
        .copied()
        .filter(|category| is_named(*category, reference))
        .collect();
    if let [category] = named.as_slice() {
        let wanted = |row: &v1::RowResult| row.category == category.code();
        let title = session
            .console
            .catalogue()
            .name("category", category.code());
        return number::part(&title, None, wanted, session).await;
    }
    match inventory::find(Some(reference), session).await {
        Ok(_) => {
            let title = session.console.catalogue().title_inventory();
            number::part(&title, Some(reference), |_| true, session).await
        }
        Err(failure) if failure.code == codes::NOT_FOUND => term(reference, session.console),
        Err(failure) => Err(failure),
    }
}

/// A part of an inventory that a name means.
enum Part {
    Scope(accounting::Scope),
    Category(accounting::Category),
}

impl Part {
    fn holds(&self, row: &v1::RowResult) -> bool {
        match self {
            Self::Scope(scope) => row.scope == u32::from(scope.number()),
            Self::Category(category) => row.category == category.code(),
        }
    }
}

fn part_of(reference: &str) -> Option<Part> {
    if let Some(scope) = accounting::Scope::from_name(reference) {
        return Some(Part::Scope(scope));
    }
    if let Ok(category) = accounting::Category::parse(reference) {
        return Some(Part::Category(category));
    }
    let mut named = accounting::scope::CATEGORIES
        .iter()
        .copied()
        .filter(|category| is_named(*category, reference));
    match (named.next(), named.next()) {
        (Some(category), None) => Some(Part::Category(category)),
        _ => None,
    }
}

/// A figure as tables show it, without its thousands separators; nothing if the text is none.
fn figure(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|character| !matches!(character, ',' | ' ' | '，'))
        .collect();
    let digits = plain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (digits && plain.matches('.').count() <= 1 && plain.bytes().any(|byte| byte.is_ascii_digit()))
        .then_some(plain)
}

/// The part of the newest inventory that a table shows with this figure, in tonnes or kilograms.
async fn shown_figure(
    reference: &str,
    wanted: &str,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let (_, found) = inventory::find(None, session).await?;
    let totals = found.totals.clone().unwrap_or_default();
    let shows = |amounts: Option<&v1::Amounts>| {
        amounts.is_some_and(|amounts| {
            [&amounts.location, &amounts.market]
                .into_iter()
                .any(|kg| tonnes(kg).replace(',', "") == wanted || kg == wanted)
        })
    };
    let catalogue = session.console.catalogue();
    if let Some(part) = totals
        .categories
        .iter()
        .find(|part| shows(part.amounts.as_ref()))
    {
        let title = catalogue.name("category", &part.category);
        return number::part(&title, None, |row| row.category == part.category, session).await;
    }
    if let Some(part) = totals
        .scopes
        .iter()
        .find(|part| shows(part.amounts.as_ref()))
    {
        let title = catalogue.name("scope", &part.scope.to_string());
        return number::part(&title, None, |row| row.scope == part.scope, session).await;
    }
    if shows(totals.total.as_ref()) {
        let title = catalogue.title_inventory();
        return number::part(&title, None, |_| true, session).await;
    }
    Err(not_found(reference, session.console))
}

/// Whether the catalogue's name of a category contains the text, in either language.
fn is_named(category: accounting::Category, text: &str) -> bool {
    let text = text.to_lowercase();
    Locale::ALL.into_iter().any(|locale| {
        catalogue(locale)
            .name("category", category.code())
            .contains(&text)
    })
}

fn is_code(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|part| part.eq_ignore_ascii_case("HT"))
        && parts.next().is_some_and(|part| {
            part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
        && parts
            .next()
            .is_some_and(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.next().is_none()
}

fn code(code: &str, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let explanation = catalogue
        .explain(code, &[])
        .ok_or_else(|| not_found(code, console))?;
    let record = Record::new()
        .with("code", catalogue.col_code(), code)
        .with("what", catalogue.col_what(), explanation.what)
        .with("cause", catalogue.error_cause(), explanation.cause)
        .with("remedy", catalogue.error_remedy(), explanation.remedy)
        .with(
            "exit_code",
            catalogue.col_exit_code(),
            super::failure::exit_of(code) as u8,
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn not_found(reference: &str, console: &Console) -> Failure {
    let what = console.catalogue().name("what", "reference");
    Failure::new(codes::NOT_FOUND)
        .with("what", what)
        .with("name", reference)
}

/// Terms that contain the text, in both languages.
pub fn term(text: &str, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("zh", catalogue.col_term_zh()),
        Column::new("en", catalogue.col_term_en()),
        Column::new("standard", catalogue.col_standard()),
    ]);
    for term in glossary::find(text) {
        list.push(vec![term.zh.into(), term.en.into(), term.standard.into()]);
    }
    if list.is_empty() {
        return Err(not_found(text, console));
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

/// An entry of the log: what it is, who signed it, what became of it.
async fn entry(index: u64, session: &Session<'_>) -> Result<Exit, Failure> {
    let subject = Some(api::entry_show_request::Subject::Index(index));
    let answer = session
        .client()
        .entry_show(api::EntryShowRequest { subject })
        .await
        .map_err(|status| session.failed(status))?;
    let summary = answer
        .into_inner()
        .summary
        .ok_or_else(|| unreadable("summary"))?;
    let catalogue = session.console.catalogue();
    let outcome = if summary.what != "envelope" {
        String::new()
    } else if summary.code.is_empty() {
        catalogue.word_accepted()
    } else {
        let explanation = catalogue
            .explain(&summary.code, &[])
            .map(|explanation| explanation.what)
            .unwrap_or_default();
        catalogue.phrase_refused(summary.code.as_str(), explanation)
    };
    let record = Record::new()
        .with("index", catalogue.col_index(), summary.index)
        .with(
            "what",
            catalogue.col_kind(),
            super::presentation::named("entry-kind", &summary.what, catalogue),
        )
        .with("kind", catalogue.col_command(), summary.kind.clone())
        .with(
            "outcome",
            catalogue.col_outcome(),
            crate::console::Cell::new(summary.code.clone(), outcome),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            summary.organisation.clone(),
        )
        .with("member", catalogue.col_signer(), summary.member.clone())
        .with("sender", catalogue.col_key(), short_id(&summary.sender))
        .with("rows", catalogue.col_rows(), u64::from(summary.row_count))
        .with("time", catalogue.col_time(), time(summary.time_ms))
        .with("id", catalogue.col_envelope(), whole_id(&summary.id))
        .with("leaf", catalogue.col_leaf(), whole_id(&summary.leaf))
        .with(
            "final",
            catalogue.col_final(),
            crate::console::Cell::new(
                json!(summary.r#final),
                super::org::yes_no(summary.r#final, catalogue),
            ),
        );
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::{figure, is_code};

    #[test]
    fn figures_are_recognised_as_tables_show_them() {
        assert_eq!(figure("15,168.892").as_deref(), Some("15168.892"));
        assert_eq!(figure("15 168.892").as_deref(), Some("15168.892"));
        for text in ["electricity", "1.2.3", "", "3f2a", "2025-03"] {
            assert_eq!(figure(text), None, "{text}");
        }
    }

    #[test]
    fn codes_are_told_from_other_references() {
        assert!(is_code("HT-LED-001"));
        assert!(is_code("ht-acc-012"));
        for text in [
            "HT-LED-1",
            "HT-LEDGER-001",
            "electricity",
            "3f2a:7",
            "HT-LED-001-2",
            "",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }
}
