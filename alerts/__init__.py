"""Window → Alert → Incident → Delivery."""
