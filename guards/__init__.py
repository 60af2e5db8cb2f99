"""Who may do what to whom, and when: pure rules, one file a guard, and the one door that records their answer."""

MACHINERY = ("door", "facts", "gate", "optout")
