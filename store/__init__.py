"""Two homes for data: the posts index (Elasticsearch or embedded) and the ledger (SQL). One door to write, one to read."""
