"""Whole conversations played and judged."""
