"""Rules of paper mail: pure, without clock nor network."""
