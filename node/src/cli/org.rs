//! `hengtan org`: organisations of the network.

use crypto_sm::certificate::Certificate;
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;

use crate::console::{Cell, Column, List, Record};

use super::arguments::{Org, OrgAdmit, OrgShow, Page, Role};
use super::presentation::{display_name, new_display_name, short_id, time, whole_id};
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, codes, member};

pub async fn run(command: Org, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Org::List(page) => list(page, session).await,
        Org::Show(arguments) => show(arguments, session).await,
        Org::Admit(arguments) => admit(arguments, session).await,
    }
}

/// The first `limit` organisations, or all (0).
pub async fn records(
    limit: u64,
    session: &Session<'_>,
) -> Result<Vec<api::OrganisationRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::OrganisationListRequest {
            page_size,
            page_token,
        };
        let answer = session
            .client()
            .organisation_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.organisations, answer.next_page_token))
    })
    .await
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let organisations = records(page.limit, session).await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("name", catalogue.col_name()),
        Column::new("display_name", catalogue.col_display_name()),
        Column::new("unified_social_credit_code", catalogue.col_credit_code()),
        Column::new("duties", catalogue.col_duties()),
        Column::new("voting", catalogue.col_voting()),
        Column::new("index", catalogue.col_index()).right(),
    ]);
    for record in organisations {
        let standing = record.standing.unwrap_or_default();
        let organisation = record.organisation.unwrap_or_default();
        list.push(vec![
            organisation.name.clone().into(),
            display_name(organisation.display_name.as_ref(), catalogue),
            organisation.unified_social_credit_code.clone().into(),
            duties(&organisation, catalogue),
            Cell::new(organisation.voting, yes_no(organisation.voting, catalogue)),
            standing.index.into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

async fn show(arguments: OrgShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let request = api::OrganisationShowRequest { name: arguments.id };
    let answer = session
        .client()
        .organisation_show(request)
        .await
        .map_err(|status| session.failed(status))?;
    let record = answer
        .into_inner()
        .organisation
        .ok_or_else(|| unreadable("organisation"))?;
    let standing = record.standing.unwrap_or_default();
    let organisation = record.organisation.unwrap_or_default();
    let catalogue = session.console.catalogue();
    let ca = Certificate::from_der(&organisation.ca_certificate)?;
    let shown = Record::new()
        .with("name", catalogue.col_name(), organisation.name.clone())
        .with(
            "display_name",
            catalogue.col_display_name(),
            display_name(organisation.display_name.as_ref(), catalogue),
        )
        .with(
            "unified_social_credit_code",
            catalogue.col_credit_code(),
            organisation.unified_social_credit_code.clone(),
        )
        .with(
            "duties",
            catalogue.col_duties(),
            duties(&organisation, catalogue),
        )
        .with(
            "voting",
            catalogue.col_voting(),
            Cell::new(organisation.voting, yes_no(organisation.voting, catalogue)),
        )
        .with(
            "jurisdiction",
            catalogue.col_jurisdiction(),
            organisation.jurisdiction.clone(),
        )
        .with(
            "ca_key_id",
            catalogue.col_ca_key(),
            whole_id(ca.public_key().key_id().as_bytes()),
        )
        .with(
            "ca_valid_to",
            catalogue.col_ca_valid_to(),
            time(ca.validity().not_after_ms),
        )
        .with("version", catalogue.col_version(), standing.version)
        .with("index", catalogue.col_index(), standing.index)
        .with("time", catalogue.col_time(), time(standing.time_ms));
    session.console.record(&shown)?;
    Ok(Exit::Ok)
}

async fn admit(arguments: OrgAdmit, session: &Session<'_>) -> Result<Exit, Failure> {
    let display_name = new_display_name(arguments.name_zh, arguments.name_en)
        .ok_or_else(|| Failure::new(codes::NAME_MISSING))?;
    let ca = read_certificate(&arguments.ca)?;
    let mut duties: Vec<i32> = arguments
        .duty
        .iter()
        .map(|duty| v1::Role::from(*duty) as i32)
        .collect();
    duties.sort_unstable();
    duties.dedup();
    let mut members = Vec::new();
    for path in &arguments.member {
        members.push(member::new_member(&read_certificate(path)?, None, None));
    }
    members.sort_by(|left, right| left.name.cmp(&right.name));
    let head = v1::OrganisationAdmit {
        organisation: Some(v1::Organisation {
            name: arguments.id.clone(),
            display_name: Some(display_name),
            unified_social_credit_code: arguments.credit_code.unwrap_or_default(),
            ca_certificate: ca.to_der().to_vec(),
            duties,
            voting: false,
            jurisdiction: arguments.jurisdiction.unwrap_or_default(),
            ..Default::default()
        }),
        members,
    };
    let identity = session.identity(&[v1::Role::Governance])?;
    let answer = session
        .submit(
            &identity,
            Command::new("organisation.admit", &head, Vec::new()),
        )
        .await?;
    let catalogue = session.console.catalogue();
    session
        .console
        .say(&catalogue.done_org_admitted(arguments.id.as_str()));
    session.recorded(&answer)
}

fn duties(organisation: &v1::Organisation, catalogue: &i18n::Catalogue) -> Cell {
    let words: Vec<&str> = organisation.duties().map(v1::Role::word).collect();
    let names: Vec<String> = words
        .iter()
        .map(|word| catalogue.name("role", word))
        .collect();
    Cell::new(
        words.join(" "),
        names.join(&catalogue.help_separator_of_choices()),
    )
}

pub(in crate::cli) fn yes_no(yes: bool, catalogue: &i18n::Catalogue) -> String {
    if yes {
        catalogue.word_yes()
    } else {
        catalogue.word_no()
    }
}

/// Reads a certificate, PEM.
pub(super) fn read_certificate(path: &std::path::Path) -> Result<Certificate, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    Ok(Certificate::from_pem(&text)?)
}

impl From<Role> for v1::Role {
    fn from(role: Role) -> v1::Role {
        match role {
            Role::Governance => v1::Role::Governance,
            Role::Operations => v1::Role::Operations,
            Role::Business => v1::Role::Business,
            Role::Regulator => v1::Role::Regulator,
            Role::Verifier => v1::Role::Verifier,
            Role::Auditor => v1::Role::Auditor,
            Role::Registry => v1::Role::Registry,
            Role::Partner => v1::Role::Partner,
        }
    }
}

/// Key ids in lists.
pub(super) fn key_cell(key_id: &[u8]) -> Cell {
    short_id(key_id)
}
