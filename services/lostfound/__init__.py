"""Lost and found: found items, reports of loss, matches, claims, handovers."""
