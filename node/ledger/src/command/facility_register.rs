//! `facility.register`: a facility of the sender's organisation; registering its name again changes it.

use super::{Call, Effect};
use crate::state::{Draft, key};
use crate::{Error, Stop, field, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::FacilityRegister = call.head()?;
    field::name("facility.name", &head.name)?;
    field::display_name(head.display_name.as_ref())?;
    if !field::is_region(&head.region) {
        return Err(Error::Value {
            what: "facility.region",
            value: head.region.chars().take(40).collect(),
        }
        .into());
    }
    field::text("facility.address", &head.address, 500)?;
    field::text("facility.industry_code", &head.industry_code, 32)?;
    field::text(
        "facility.external_identifier",
        &head.external_identifier,
        100,
    )?;
    let key = key::facility(call.organisation(), &head.name);
    let facility = v1::Facility {
        organisation: call.organisation().to_owned(),
        name: head.name,
        display_name: head.display_name,
        region: head.region,
        address: head.address,
        industry_code: head.industry_code,
        external_identifier: head.external_identifier,
    };
    let version = draft.write(&key, facility)?;
    Ok(Effect::changed(key, version))
}
