"""A complete source to copy: docs/add-a-platform.md. It is tested like the others, and not registered."""
