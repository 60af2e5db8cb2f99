"""What runs by itself: hearing, turns, deliveries, timers, sealing."""
