//! Errors as they leave the node: google.rpc details, from which REST makes its problems. The sentences come from the catalogue.

use crate::error::{Class, Error};
use axum::http::{HeaderMap, header};
use i18n::{Locale, catalogue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// Domain of the error codes in `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "hengtan";

/// The reader's language.
#[must_use]
pub fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    wanted.map_or_else(Locale::default, Locale::from_accept_language)
}

/// gRPC status of an error: message in English, code and fields as ErrorInfo, the sentence in the reader's language.
#[must_use]
pub fn grpc_status(error: &Error, locale: Locale) -> Status {
    let code = match error.class() {
        Class::BadInput => Code::InvalidArgument,
        Class::NotAuthorised => Code::PermissionDenied,
        Class::NotFound => Code::NotFound,
        Class::Conflict => Code::FailedPrecondition,
        Class::TooMany => Code::ResourceExhausted,
        Class::Unavailable => Code::Unavailable,
        Class::Integrity => Code::DataLoss,
        Class::Internal => Code::Internal,
    };
    let fields = error.fields();
    let say = |locale| {
        catalogue(locale)
            .explain(error.code(), &fields)
            .map_or_else(|| error.code().to_owned(), |said| said.what)
    };
    let mut details = ErrorDetails::new();
    let metadata: std::collections::HashMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    details.set_error_info(error.code(), DOMAIN, metadata);
    details.set_localized_message(locale.tag(), say(locale));
    if let Error::Field { field, .. } = error {
        details.add_bad_request_violation(field.clone(), say(Locale::En));
    }
    Status::with_error_details(code, say(Locale::En), details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grpc_status_carries_code_fields_and_sentence() {
        let error = Error::QueueFull { limit: 3 };
        let status = grpc_status(&error, Locale::ZhCn);
        assert_eq!(status.code(), Code::ResourceExhausted);
        let details = status.get_error_details();
        let info = details.error_info().expect("there");
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("HT-API-002", DOMAIN)
        );
        assert_eq!(info.metadata["limit"], "3");
        assert_eq!(details.localized_message().expect("there").locale, "zh-CN");
    }
}
