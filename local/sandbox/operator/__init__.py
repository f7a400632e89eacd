"""A registered-mail operator speaking the AR24 protocol."""
