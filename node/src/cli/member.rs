//! `hengtan member`: who may sign for an organisation.

use crypto_sm::certificate::Certificate;
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;

use crate::console::{Cell, Column, List, Record};

use super::arguments::{Member, MemberEnrol, MemberList, MemberRevoke, MemberShow};
use super::org::{key_cell, read_certificate};
use super::presentation::{display_name, named, new_display_name, time, whole_id};
use super::session::{self, Session};
use super::{Exit, Failure, codes};

pub async fn run(command: Member, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Member::List(arguments) => list(arguments, session).await,
        Member::Show(arguments) => show(arguments, session).await,
        Member::Enrol(arguments) => enrol(arguments, session).await,
        Member::Revoke(arguments) => revoke(arguments, session).await,
    }
}

async fn members(
    organisation: &str,
    limit: u64,
    session: &Session<'_>,
) -> Result<Vec<api::MemberRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::MemberListRequest {
            page_size,
            page_token,
            organisation: organisation.to_owned(),
        };
        let answer = session
            .client()
            .member_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.members, answer.next_page_token))
    })
    .await
}

async fn list(arguments: MemberList, session: &Session<'_>) -> Result<Exit, Failure> {
    let organisation = arguments.organisation.unwrap_or_default();
    let members = members(&organisation, arguments.page.limit, session).await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("name", catalogue.col_name()),
        Column::new("display_name", catalogue.col_display_name()),
        Column::new("role", catalogue.col_role()),
        Column::new("key_id", catalogue.col_key()),
        Column::new("valid_to", catalogue.col_valid_to()),
        Column::new("state", catalogue.col_state()),
    ]);
    for member in members.into_iter().filter_map(|record| record.member) {
        list.push(vec![
            member.organisation.clone().into(),
            member.name.clone().into(),
            display_name(member.display_name.as_ref(), catalogue),
            named("role", member.role().word(), catalogue),
            key_cell(&member.key_id),
            time(member.not_after_ms),
            state(&member, catalogue),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

fn state(member: &v1::Member, catalogue: &i18n::Catalogue) -> Cell {
    let code = if member.revoked_at_ms > 0 {
        "revoked"
    } else if member.not_after_ms < session::now_ms() {
        "expired"
    } else {
        "in_force"
    };
    named("member-state", code, catalogue)
}

/// The member with this name in the context's organisation (or `organisation/name`), or whose key id begins so.
async fn find(name: &str, session: &Session<'_>) -> Result<(api::Standing, v1::Member), Failure> {
    let own = session.organisation().unwrap_or_default();
    let (organisation, plain) = name.split_once('/').unwrap_or((own.as_str(), name));
    let all = members("", 0, session).await?;
    let all = all
        .into_iter()
        .filter_map(|record| Some((record.standing.unwrap_or_default(), record.member?)));
    let mut found: Vec<_> = all
        .filter(|(_, member)| {
            let by_name = member.name == plain
                && (organisation.is_empty() || member.organisation == organisation);
            let by_key =
                plain.len() >= 4 && hex::encode(&member.key_id).starts_with(&plain.to_lowercase());
            by_name || by_key
        })
        .collect();
    // A name belongs to one member in force; those whose keys were revoked may have had it before.
    if found
        .iter()
        .filter(|(_, member)| member.revoked_at_ms == 0)
        .count()
        == 1
    {
        found.retain(|(_, member)| member.revoked_at_ms == 0);
    }
    match found.len() {
        0 => {
            let what = session.console.catalogue().name("what", "member");
            Err(Failure::new(codes::NOT_FOUND)
                .with("what", what)
                .with("name", name))
        }
        1 => Ok(found.remove(0)),
        _ => {
            let candidates: Vec<String> = found
                .iter()
                .map(|(_, member)| {
                    format!(
                        "{}/{} {}",
                        member.organisation,
                        member.name,
                        hex::encode(&member.key_id[..6.min(member.key_id.len())])
                    )
                })
                .collect();
            Err(Failure::new(codes::AMBIGUOUS)
                .with("name", name)
                .with("candidates", candidates.join(", ")))
        }
    }
}

async fn show(arguments: MemberShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let (standing, member) = find(&arguments.member, session).await?;
    let catalogue = session.console.catalogue();
    let record = Record::new()
        .with(
            "organisation",
            catalogue.col_organisation(),
            member.organisation.clone(),
        )
        .with("name", catalogue.col_name(), member.name.clone())
        .with(
            "display_name",
            catalogue.col_display_name(),
            display_name(member.display_name.as_ref(), catalogue),
        )
        .with(
            "role",
            catalogue.col_role(),
            named("role", member.role().word(), catalogue),
        )
        .with("key_id", catalogue.col_key(), whole_id(&member.key_id))
        .with(
            "valid_from",
            catalogue.col_valid_from(),
            time(member.not_before_ms),
        )
        .with(
            "valid_to",
            catalogue.col_valid_to(),
            time(member.not_after_ms),
        )
        .with("state", catalogue.col_state(), state(&member, catalogue))
        .with(
            "revoked_at",
            catalogue.col_revoked_at(),
            time(member.revoked_at_ms),
        )
        .with(
            "reason",
            catalogue.col_reason(),
            member.revocation_reason.clone(),
        )
        .with("index", catalogue.col_index(), standing.index)
        .with("time", catalogue.col_time(), time(standing.time_ms));
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

/// What an envelope says about a new member: the certificate, and names for people.
pub(super) fn new_member(
    certificate: &Certificate,
    name: Option<String>,
    display: Option<v1::DisplayName>,
) -> v1::NewMember {
    let common_name = certificate
        .subject_common_name()
        .unwrap_or_default()
        .to_owned();
    v1::NewMember {
        display_name: display.or_else(|| {
            Some(v1::DisplayName {
                zh: String::new(),
                en: common_name.clone(),
            })
        }),
        name: name.unwrap_or(common_name),
        certificate: certificate.to_der().to_vec(),
    }
}

async fn enrol(arguments: MemberEnrol, session: &Session<'_>) -> Result<Exit, Failure> {
    let certificate = read_certificate(&arguments.certificate)?;
    let display = new_display_name(arguments.name_zh, arguments.name_en);
    let member = new_member(&certificate, arguments.name, display);
    let name = member.name.clone();
    let identity = session.identity(&[v1::Role::Governance])?;
    let head = v1::MemberEnrol {
        member: Some(member),
    };
    let answer = session
        .submit(&identity, Command::new("member.enrol", &head, Vec::new()))
        .await?;
    session.console.say(
        &session
            .console
            .catalogue()
            .done_member_enrolled(name.as_str()),
    );
    session.recorded(&answer)
}

async fn revoke(arguments: MemberRevoke, session: &Session<'_>) -> Result<Exit, Failure> {
    let (_, member) = find(&arguments.member, session).await?;
    let catalogue = session.console.catalogue();
    let name = format!("{}/{}", member.organisation, member.name);
    session.confirm(&catalogue.ask_revoke(name.as_str()))?;
    let identity = session.identity(&[v1::Role::Governance])?;
    let head = v1::MemberRevoke {
        key_id: member.key_id,
        reason: arguments.reason,
    };
    let answer = session
        .submit(&identity, Command::new("member.revoke", &head, Vec::new()))
        .await?;
    session
        .console
        .say(&catalogue.done_member_revoked(name.as_str()));
    session.recorded(&answer)
}
