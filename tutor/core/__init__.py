"""The training module: needs torch, knows no screen and no learner."""
