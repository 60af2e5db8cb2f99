"""Readers: what turns a customer's words into a `Reading`, with a language model or without one."""
