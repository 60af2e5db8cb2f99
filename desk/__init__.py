"""The staff's screens: what waits for a person, and the answers they give."""
