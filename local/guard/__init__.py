"""What keeps a commit harmless: no secret in it, and no dependency known to be vulnerable."""
