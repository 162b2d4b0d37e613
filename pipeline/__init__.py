"""The steps and the user's actions as plain functions, the wiring, and the command line."""
