"""JupyterLab as a learner opens it: the welcome notebook, and beside it a card that says how far they are."""
