"""How the pocket model is trained: vision encoder, text timelines, projector alignment, joint instruction tuning."""
