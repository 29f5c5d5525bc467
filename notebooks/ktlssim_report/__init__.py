"""Tables and plots of ktlssim's results, shared by `ktlssim report` and the notebooks."""
