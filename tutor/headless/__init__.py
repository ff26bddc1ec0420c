"""The second front end: the same lessons and the same events, as text for people or JSON lines for programs."""
