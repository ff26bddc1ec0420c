"""The figures that tutor has to reach, each measured as a ratio or a bound in one run."""
