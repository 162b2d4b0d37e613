"""Platform → Page of native posts. One file a platform, listed in :mod:`collectors.registry`."""
