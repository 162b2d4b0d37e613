"""Two homes for data: the posts index (embedded or Elasticsearch) and the ledger (SQL). One door in, one out."""
