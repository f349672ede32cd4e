//! `hengtan policy`: who decides what.

use hengtan_api::v1 as api;
use hengtan_ledger::v1::{self, RuleKind};
use i18n::Catalogue;

use crate::console::{Cell, Column, List};

use super::arguments::{Page, Policy};
use super::presentation::time;
use super::session::{self, Session};
use super::{Exit, Failure};

pub async fn run(command: Policy, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Policy::List(page) => list(page, session).await,
    }
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let policies = session::all(page.limit, |page_size, page_token| async move {
        let request = api::PolicyListRequest {
            page_size,
            page_token,
        };
        let answer = session
            .client()
            .policy_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.policies, answer.next_page_token))
    })
    .await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("kind", catalogue.col_command()),
        Column::new("rule", catalogue.col_rule()),
        Column::new("roles", catalogue.col_roles()),
        Column::new("organisations", catalogue.col_organisations()),
        Column::new("next_rule", catalogue.col_next_rule()),
        Column::new("next_from", catalogue.col_next_from()),
    ]);
    for record in policies {
        let policy = record.policy.unwrap_or_default();
        let change = record.change.unwrap_or_default();
        list.push(vec![
            policy.kind.clone().into(),
            rule(&policy).into(),
            roles(&policy, catalogue),
            policy.organisations.join(", ").into(),
            change.policy.as_ref().map(rule).unwrap_or_default().into(),
            time(change.effective_at_ms),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// A rule as it is written: ANY, ALL, MAJORITY, n, n/m.
fn rule(policy: &v1::Policy) -> String {
    let rule = policy.rule.unwrap_or_default();
    match rule.kind() {
        RuleKind::Unspecified => String::new(),
        RuleKind::Any => "ANY".to_owned(),
        RuleKind::All => "ALL".to_owned(),
        RuleKind::Majority => "MAJORITY".to_owned(),
        RuleKind::Count => rule.n.to_string(),
        RuleKind::Fraction => format!("{}/{}", rule.n, rule.m),
    }
}

fn roles(policy: &v1::Policy, catalogue: &Catalogue) -> Cell {
    let words: Vec<&str> = policy.roles().map(v1::Role::word).collect();
    let names: Vec<String> = words
        .iter()
        .map(|word| catalogue.name("role", word))
        .collect();
    Cell::new(words, names.join(", "))
}
