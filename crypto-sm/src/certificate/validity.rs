//! Validity periods.

use crate::Error;
use std::time::Duration;
use x509_cert::{
    der::DateTime,
    time::{Time, Validity as EncodedValidity},
};

/// A validity period in milliseconds since 1970-01-01T00:00:00Z. Certificates count whole seconds, and the second of
/// the end belongs to the period (RFC 5280 clause 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First millisecond.
    pub not_before_ms: u64,
    /// Begin of the last second.
    pub not_after_ms: u64,
}

impl Validity {
    /// A period for a certificate to be issued, cut to whole seconds.
    ///
    /// # Errors
    /// [`Error::ValidityPeriod`] if it ends before it begins or later than the year 9999.
    pub fn new(not_before_ms: u64, not_after_ms: u64) -> Result<Self, Error> {
        let refused = Error::ValidityPeriod {
            not_before_ms,
            not_after_ms,
        };
        if not_before_ms > not_after_ms || date(not_after_ms).is_none() {
            return Err(refused);
        }
        Ok(Self {
            not_before_ms: not_before_ms / 1000 * 1000,
            not_after_ms: not_after_ms / 1000 * 1000,
        })
    }

    /// Whether the moment lies in the period.
    #[must_use]
    pub fn contains(&self, at_ms: u64) -> bool {
        at_ms >= self.not_before_ms && at_ms / 1000 * 1000 <= self.not_after_ms
    }

    pub(super) fn check(&self, at_ms: u64, name: impl FnOnce() -> String) -> Result<(), Error> {
        let Self {
            not_before_ms,
            not_after_ms,
        } = *self;
        if at_ms < not_before_ms {
            Err(Error::CertificateNotYetValid {
                name: name(),
                not_before_ms,
                at_ms,
            })
        } else if !self.contains(at_ms) {
            Err(Error::CertificateExpired {
                name: name(),
                not_after_ms,
                at_ms,
            })
        } else {
            Ok(())
        }
    }

    pub(super) fn read(encoded: &EncodedValidity) -> Self {
        let milliseconds = |time: Time| time.to_unix_duration().as_secs() * 1000;
        Self {
            not_before_ms: milliseconds(encoded.not_before),
            not_after_ms: milliseconds(encoded.not_after),
        }
    }

    pub(super) fn encode(self) -> Result<EncodedValidity, Error> {
        let Self {
            not_before_ms,
            not_after_ms,
        } = self;
        match (date(not_before_ms), date(not_after_ms)) {
            (Some(begin), Some(end)) if begin <= end => {
                Ok(EncodedValidity::new(begin.into(), end.into()))
            }
            _ => Err(Error::ValidityPeriod {
                not_before_ms,
                not_after_ms,
            }),
        }
    }
}

/// Two times for a list to be issued.
pub(super) fn period(begin_ms: u64, end_ms: u64) -> Result<EncodedValidity, Error> {
    Validity::new(begin_ms, end_ms)?.encode()
}

/// A time in its one encoding: UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 clause 5.1.2.4). Within a
/// certificate's validity the parser sees to that.
pub(crate) fn milliseconds(time: Time) -> Option<u64> {
    let canonical = Time::from(time.to_date_time()) == time;
    canonical.then(|| time.to_unix_duration().as_secs() * 1000)
}

pub(crate) fn date(milliseconds: u64) -> Option<DateTime> {
    DateTime::from_unix_duration(Duration::from_secs(milliseconds / 1000)).ok()
}
