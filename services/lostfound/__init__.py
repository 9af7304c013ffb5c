"""Lost and found: found items, reports of loss, matches, claims, handovers.

Not built yet: nothing starts it.
"""
