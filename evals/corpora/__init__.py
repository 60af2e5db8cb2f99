"""Recorded conversations of others: what the reader and the guards make of them."""
