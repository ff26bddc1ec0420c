"""Labs with mechanics of their own, one a file."""
