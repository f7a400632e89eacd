"""The register of insurance intermediaries, played with invented firms, over SOAP 1.1."""
