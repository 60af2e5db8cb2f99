"""The state machines of tasks: booking, changing a booking, and forms."""
