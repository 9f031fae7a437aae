//! Days of the calendar, for suppressions that end.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date")]
pub struct NotADate(String);

impl Date {
    /// The day (UTC) that lies so many seconds after the start of 1970.
    ///
    /// Counts years from March on, so that the leap day comes last.
    #[must_use]
    pub fn of_unix_seconds(seconds: u64) -> Self {
        const DAY: u64 = 86_400;
        const DAYS_OF_400_YEARS: u64 = 146_097;
        /// From the first of March of the year 0 to the start of 1970.
        const BEFORE_1970: u64 = 719_468;
        let days = seconds / DAY + BEFORE_1970;
        let era = days / DAYS_OF_400_YEARS;
        let day_of_era = days % DAYS_OF_400_YEARS;
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// `2027-03-01`, and nothing else.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let wrong = || NotADate(text.to_owned());
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return Err(wrong()) };
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(wrong());
        }
        let date = Self {
            year: year.parse().map_err(|_| wrong())?,
            month: month.parse().map_err(|_| wrong())?,
            day: day.parse().map_err(|_| wrong())?,
        };
        let leap = date.year.is_multiple_of(4) && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
        let last = match date.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(wrong()),
        };
        if (1..=last).contains(&date.day) { Ok(date) } else { Err(wrong()) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (4_107_542_400, "2100-03-01"),
            (1_798_675_199, "2026-12-30"),
        ] {
            assert_eq!(Date::of_unix_seconds(seconds).to_string(), day);
        }
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        for text in ["2027-03-01", "2024-02-29", "2000-02-29"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2027-3-1",
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "soon",
            "2027-03-01-",
            "",
            "+027-03-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
