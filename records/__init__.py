"""All that is kept, in one SQL database, and the only code that speaks SQL."""
