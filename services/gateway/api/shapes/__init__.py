"""What /v1 takes and answers, a file per part of the product."""
