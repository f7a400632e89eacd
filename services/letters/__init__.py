"""Letters: the recipients' directory, the legal engine, drafts and the page that leaves."""
