"""The rules of lost and found. They know no database, no broker and no framework."""
