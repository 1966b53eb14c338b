"""Where messages come from: one module for each way, all of them the `Source` of the model."""
