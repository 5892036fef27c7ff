"""When certificates end, to the second."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry_stack.certificates.dates import earlier, moment, warnings

END = datetime(2027, 12, 31, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
MONTH = 30 * DAY


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("2027-01-31T12:00:00Z", timedelta(0), "2027-01-31T12:00:00Z"),
        ("2027-01-31T12:00:00Z", timedelta(hours=13), "2027-01-30T23:00:00Z"),
        ("2027-01-31T13:00:00+01:00", MONTH, "2027-01-01T12:00:00Z"),
        ("2027-01-31T12:00:00.123456789Z", timedelta(0), "2027-01-31T12:00:00Z"),
        ("2024-03-01T00:00:00-05:30", DAY, "2024-02-29T05:30:00Z"),
    ],
)
def test_moments(text: str, by: timedelta, expected: str) -> None:
    assert earlier(text, by) == expected


def test_a_moment_is_written_in_utc() -> None:
    assert moment(datetime(2027, 1, 31, 13, tzinfo=timezone(timedelta(hours=1)))) == "2027-01-31T12:00:00Z"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (END - 1000 * DAY, None),
        (END - 90 * DAY - SECOND, None),
        (END - 90 * DAY, "ends"),
        (END - SECOND, "ends"),
        (END, "ended"),
        (END + 1000 * DAY, "ended"),
    ],
)
def test_a_warning_in_time_to_rotate(now: datetime, said: str | None) -> None:
    expected = f"the certificate authority old {said} on 2027-12-31T12:00:00Z: see docs/certificates.md: rotation"
    ends = {"old": moment(END), "new": moment(END + 10_000 * DAY)}
    assert warnings(ends, MONTH, now) == ([expected] if said else [])


def test_whoever_renews_earlier_is_warned_earlier() -> None:
    now = END - 100 * DAY
    assert warnings({"a": moment(END)}, 39 * DAY, now) == []
    assert len(warnings({"a": moment(END), "b": moment(END)}, 40 * DAY, now)) == 2
