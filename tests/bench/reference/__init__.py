"""What the suite is measured against: written plainly, the way each tool's own examples do it."""
