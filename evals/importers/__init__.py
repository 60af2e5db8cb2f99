"""Conversations of other formats as cases, one format a file."""
