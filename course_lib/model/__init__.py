"""The video language model: encode -> aggregate over time -> project -> splice -> attend."""
