"""The measures of garments that hang, as ranges. Shirt, pullover and coat overlap, as the real ones do."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Cut:
    """The ranges that the measures of one kind of garment come from, in pixels; half-widths from the middle."""

    neck: Range
    neck_depth: Range
    shoulder: Range
    shoulder_drop: Range
    chest: Range
    waist: Range
    hem: Range
    waist_at: Range
    short: float  # the shares of short and long sleeves; the others have none
    long: float
    short_end: Range  # the row where a short sleeve ends
    long_end: Range
    reach: Range  # how far a long sleeve's end is from the middle
    short_reach: Range
    cuff: Range  # the width of a sleeve's end
    bottom: Range = (27.0, 28.4)


T_SHIRT = Cut(
    neck=(2.4, 4.8),
    neck_depth=(1.0, 4.5),
    shoulder=(6.0, 8.2),
    shoulder_drop=(1.2, 3.6),
    chest=(5.8, 7.6),
    waist=(5.6, 7.6),
    hem=(5.8, 8.2),
    waist_at=(15.0, 20.0),
    short=0.82,
    long=0.04,
    short_end=(8.0, 13.0),
    long_end=(24.0, 28.0),
    reach=(9.0, 12.0),
    short_reach=(9.4, 13.2),
    cuff=(2.5, 4.0),
)
SHIRT = Cut(
    neck=(2.1, 4.6),
    neck_depth=(0.4, 3.0),
    shoulder=(5.8, 8.2),
    shoulder_drop=(1.6, 5.0),
    chest=(5.6, 7.6),
    waist=(5.4, 7.8),
    hem=(5.5, 8.4),
    waist_at=(14.0, 20.0),
    short=0.36,
    long=0.58,
    short_end=(8.0, 13.0),
    long_end=(24.5, 28.6),
    reach=(8.6, 12.0),
    short_reach=(9.4, 13.2),
    cuff=(2.4, 4.3),
    bottom=(22.5, 28.4),
)
PULLOVER = Cut(
    neck=(2.3, 4.8),
    neck_depth=(0.4, 3.0),
    shoulder=(5.8, 8.0),
    shoulder_drop=(1.8, 5.0),
    chest=(5.6, 7.6),
    waist=(5.4, 7.8),
    hem=(5.4, 8.0),
    waist_at=(14.0, 20.0),
    short=0.03,
    long=0.97,
    short_end=(10.0, 14.0),
    long_end=(24.5, 28.6),
    reach=(8.6, 12.0),
    short_reach=(10.0, 13.0),
    cuff=(2.4, 4.3),
    bottom=(22.5, 28.4),
)
COAT = Cut(
    neck=(2.0, 4.4),
    neck_depth=(0.3, 3.0),
    shoulder=(5.7, 7.9),
    shoulder_drop=(2.0, 5.4),
    chest=(5.6, 7.6),
    waist=(5.4, 7.8),
    hem=(5.5, 8.2),
    waist_at=(14.0, 20.0),
    short=0.01,
    long=0.99,
    short_end=(10.0, 14.0),
    long_end=(24.5, 28.6),
    reach=(8.6, 12.0),
    short_reach=(10.0, 13.0),
    cuff=(2.4, 4.3),
    bottom=(22.5, 28.4),
)
DRESS = Cut(
    neck=(1.6, 3.8),
    neck_depth=(0.8, 4.5),
    shoulder=(3.2, 6.0),
    shoulder_drop=(0.6, 2.6),
    chest=(3.4, 5.6),
    waist=(3.0, 5.2),
    hem=(3.6, 9.2),
    waist_at=(9.5, 13.5),
    short=0.30,
    long=0.22,
    short_end=(5.5, 10.0),
    long_end=(12.0, 20.0),
    reach=(6.0, 9.5),
    short_reach=(5.5, 9.0),
    cuff=(1.4, 2.6),
)
