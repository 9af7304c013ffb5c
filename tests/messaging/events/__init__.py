"""Events from commit to effect, on a real broker: messaging.md, facts 1, 7, 15, 19, 20 and "Events"."""
