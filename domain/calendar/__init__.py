"""English words for days and times: what `domain.when` reads with, and nobody else needs."""
