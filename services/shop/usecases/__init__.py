"""What the mall can be asked: load, decide, save, commit. One file a subject."""
