//! `hengtan facility`: where emissions happen.

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;

use crate::console::{Column, List, Record};

use super::arguments::{Facility, FacilityRegister, FacilityShow, Page};
use super::presentation::{display_name, new_display_name, time};
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, codes};

pub async fn run(command: Facility, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Facility::List(page) => list(page, session).await,
        Facility::Show(arguments) => show(arguments, session).await,
        Facility::Register(arguments) => register(arguments, session).await,
    }
}

/// The facilities of an organisation; of every one if it is empty.
pub(super) async fn facilities(
    organisation: &str,
    limit: u64,
    session: &Session<'_>,
) -> Result<Vec<api::FacilityRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::FacilityListRequest {
            page_size,
            page_token,
            organisation: organisation.to_owned(),
        };
        let answer = session
            .client()
            .facility_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.facilities, answer.next_page_token))
    })
    .await
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let facilities = facilities("", page.limit, session).await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("name", catalogue.col_id()),
        Column::new("display_name", catalogue.col_display_name()),
        Column::new("region", catalogue.col_region()),
        Column::new("index", catalogue.col_index()).right(),
    ]);
    for record in facilities {
        let standing = record.standing.unwrap_or_default();
        let facility = record.facility.unwrap_or_default();
        list.push(vec![
            facility.organisation.clone().into(),
            facility.name.clone().into(),
            display_name(facility.display_name.as_ref(), catalogue),
            facility.region.clone().into(),
            standing.index.into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

async fn show(arguments: FacilityShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let own = session.organisation().unwrap_or_default();
    let (organisation, name) = arguments
        .id
        .split_once('/')
        .unwrap_or((own.as_str(), arguments.id.as_str()));
    let request = api::FacilityShowRequest {
        organisation: organisation.to_owned(),
        name: name.to_owned(),
    };
    let answer = session
        .client()
        .facility_show(request)
        .await
        .map_err(|status| session.failed(status))?;
    let record = answer
        .into_inner()
        .facility
        .ok_or_else(|| unreadable("facility"))?;
    let standing = record.standing.unwrap_or_default();
    let facility = record.facility.unwrap_or_default();
    let catalogue = session.console.catalogue();
    let shown = Record::new()
        .with(
            "organisation",
            catalogue.col_organisation(),
            facility.organisation.clone(),
        )
        .with("name", catalogue.col_id(), facility.name.clone())
        .with(
            "display_name",
            catalogue.col_display_name(),
            display_name(facility.display_name.as_ref(), catalogue),
        )
        .with("region", catalogue.col_region(), facility.region.clone())
        .with("address", catalogue.col_address(), facility.address.clone())
        .with(
            "industry_code",
            catalogue.col_industry_code(),
            facility.industry_code.clone(),
        )
        .with(
            "external_identifier",
            catalogue.col_external_id(),
            facility.external_identifier.clone(),
        )
        .with("version", catalogue.col_version(), standing.version)
        .with("index", catalogue.col_index(), standing.index)
        .with("time", catalogue.col_time(), time(standing.time_ms));
    session.console.record(&shown)?;
    Ok(Exit::Ok)
}

async fn register(arguments: FacilityRegister, session: &Session<'_>) -> Result<Exit, Failure> {
    let display_name = new_display_name(arguments.name_zh, arguments.name_en)
        .ok_or_else(|| Failure::new(codes::NAME_MISSING))?;
    let head = v1::FacilityRegister {
        name: arguments.id.clone(),
        display_name: Some(display_name),
        region: arguments.region.unwrap_or_default(),
        address: arguments.address.unwrap_or_default(),
        industry_code: arguments.industry_code.unwrap_or_default(),
        external_identifier: arguments.external_id.unwrap_or_default(),
    };
    let identity = session.identity(&[v1::Role::Business, v1::Role::Operations])?;
    let answer = session
        .submit(
            &identity,
            Command::new("facility.register", &head, Vec::new()),
        )
        .await?;
    session.console.say(
        &session
            .console
            .catalogue()
            .done_facility_registered(arguments.id.as_str()),
    );
    session.recorded(&answer)
}
