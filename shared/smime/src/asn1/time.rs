//! `UTCTime` and `GeneralizedTime` (RFC 5280 §4.1.2.5).

use mail::UnixTime;

use super::{Asn1Error, Element, tag, writer};

/// Reads a Time; offsets other than Z and missing seconds occur in old certificates and are read too.
pub(crate) fn read_time(element: Element<'_>) -> Result<UnixTime, Asn1Error> {
    let text = element.content;
    let (year, rest) = match element.tag {
        tag::UTC_TIME => {
            let (digits, rest) = number(text, 2)?;
            (digits + if digits < 50 { 2000 } else { 1900 }, rest)
        }
        tag::GENERALIZED_TIME => number(text, 4)?,
        _ => return Err(Asn1Error::UnexpectedTag),
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = if rest.first().is_some_and(u8::is_ascii_digit) {
        number(rest, 2)?
    } else {
        (0, rest)
    };
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return Err(Asn1Error::BadValue);
    }
    let local = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Ok(UnixTime(local - offset_seconds(rest)?))
}

/// Writes `UTCTime` through 2049 and `GeneralizedTime` after it (RFC 8551 §2.5.1).
pub(crate) fn write_time(time: UnixTime) -> Vec<u8> {
    let days = time.0.div_euclid(86_400);
    let second = time.0.rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    let rest = format!(
        "{month:02}{day:02}{:02}{:02}{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    if (1950..2050).contains(&year) {
        writer::element(tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        writer::element(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())
    }
}

fn number(text: &[u8], digits: usize) -> Result<(i64, &[u8]), Asn1Error> {
    let (field, rest) = text.split_at_checked(digits).ok_or(Asn1Error::BadValue)?;
    let value = field.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    });
    Ok((value.ok_or(Asn1Error::BadValue)?, rest))
}

fn offset_seconds(text: &[u8]) -> Result<i64, Asn1Error> {
    let sign = match text.first() {
        Some(b'Z') if text.len() == 1 => return Ok(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(Asn1Error::BadValue),
    };
    let (hours, rest) = number(text.get(1..).unwrap_or_default(), 2)?;
    let (minutes, _) = number(rest, 2)?;
    Ok(sign * (hours * 3600 + minutes * 60))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that a leap day is last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = (march_month + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::Reader;

    fn read(tag: u8, text: &str) -> Option<i64> {
        let der = writer::element(tag, text.as_bytes());
        read_time(Reader::new(&der).any().unwrap())
            .ok()
            .map(|t| t.0)
    }

    #[test]
    fn times_read() {
        assert_eq!(read(tag::UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(read(tag::UTC_TIME, "7001010000Z"), Some(0));
        assert_eq!(read(tag::UTC_TIME, "700101010000+0100"), Some(0));
        assert_eq!(
            read(tag::GENERALIZED_TIME, "20000229235959Z"),
            Some(951_868_799)
        );
        assert_eq!(read(tag::UTC_TIME, "701301000000Z"), None);
        assert_eq!(read(tag::UTC_TIME, "soon"), None);
    }

    #[test]
    fn times_round_trip_across_the_change_of_form() {
        for seconds in [0, 951_868_799, 2_524_607_999, 2_524_608_000, 4_102_444_799] {
            let der = write_time(UnixTime(seconds));
            assert_eq!(
                read_time(Reader::new(&der).any().unwrap()),
                Ok(UnixTime(seconds))
            );
            let form = if seconds < 2_524_608_000 {
                tag::UTC_TIME
            } else {
                tag::GENERALIZED_TIME
            };
            assert_eq!(der[0], form);
        }
    }
}
