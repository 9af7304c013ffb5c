"""The shared kernel: mechanism only, no noun of the airport."""
