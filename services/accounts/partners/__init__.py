"""Outside companies and libraries, behind the ports."""
