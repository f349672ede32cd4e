//! Which family a connection is to have, and whether it came out so.

use super::{CURVE_SM2, Family, SM2SIG_SM3, inspection::Inspection};
use crate::Error;
use rustls::{CommonState, server::ClientHello};

/// Whether a client offers everything that RFC 8998 needs.
pub(super) fn offers_sm(hello: &ClientHello<'_>) -> bool {
    let suite = hello
        .cipher_suites()
        .iter()
        .any(|suite| Family::of_suite(*suite) == Family::Sm);
    let group = hello
        .named_groups()
        .is_some_and(|groups| groups.contains(&CURVE_SM2));
    suite && group && hello.signature_schemes().contains(&SM2SIG_SM3)
}

/// Checks after a handshake that suite, group and the peer's certificate are of one family. A client that offers both
/// families must call it before it sends or believes anything; where only one is offered it cannot fail.
///
/// # Errors
/// [`Error::TlsMixed`]; [`Error::TlsHandshake`] before the handshake has ended.
pub fn check_negotiated(connection: &CommonState) -> Result<Family, Error> {
    let suite = connection
        .negotiated_cipher_suite()
        .filter(|_| !connection.is_handshaking())
        .ok_or_else(|| Error::TlsHandshake {
            detail: "not finished".to_owned(),
        })?;
    let family = Family::of_suite(suite.suite());
    let group = connection.negotiated_key_exchange_group();
    let group = group.map_or(family, |group| match group.name() {
        CURVE_SM2 => Family::Sm,
        _ => Family::International,
    });
    let certificate = match connection.peer_certificates().and_then(<[_]>::first) {
        Some(certificate) => Inspection::of(certificate)?.family,
        None => family,
    };
    if group == family && certificate == family {
        Ok(family)
    } else {
        Err(Error::TlsMixed)
    }
}
