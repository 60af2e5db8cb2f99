"""What the agent can do: one file a tool."""

MACHINERY = ("availability", "langchain", "payments", "wording")
