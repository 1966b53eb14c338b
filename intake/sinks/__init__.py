"""Where letters leave: one module for each way, all of them the `Sink` of the model."""
