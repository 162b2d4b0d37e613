"""How good is the model, beside others? One file a table; `python -m sentiment.quality` prints them all."""
