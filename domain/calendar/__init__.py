"""English words for days and times: what `domain.when` reads with. Nothing outside `domain.when` needs these modules."""
