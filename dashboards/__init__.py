"""Pages and API that read the store and call the pipeline's actions."""
