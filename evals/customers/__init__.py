"""Simulated customers, without a model: agendas with recorded sentences, characters, scripts."""
