"""Lessons and progress: no torch, no screen."""
