//! Points in time for people and machines.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Milliseconds since 1970 in the machine's time zone, as `2025-03-01 08:00:00 +08:00`.
pub fn local_time(milliseconds: u64) -> String {
    match timestamp(milliseconds) {
        Some(time) => time
            .to_zoned_datetime(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S %:z")
            .to_string(),
        None => milliseconds.to_string(),
    }
}

/// Milliseconds since 1970 by RFC 3339 in UTC.
pub fn utc_time(milliseconds: u64) -> String {
    timestamp(milliseconds).map_or_else(|| milliseconds.to_string(), |time| time.to_string())
}

fn timestamp(milliseconds: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_get_utc() {
        assert_eq!(utc_time(1_767_225_600_000), "2026-01-01T00:00:00Z");
        assert_eq!(utc_time(u64::MAX), u64::MAX.to_string());
    }
}
