"""Card payments speaking Stripe's protocol: sessions, payments, refunds, disputes, events."""
