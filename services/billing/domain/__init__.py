"""What credit is and how it moves: pure rules, no clock, no database."""
