"""How a conversation moves: LangGraph state machines, guarded tools, flows and readers."""
