"""Benchmarks: what a turn costs in CPU and bytes, beside LangGraph's ready-made agent."""
