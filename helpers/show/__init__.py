"""Arrays in, figures and pages out."""
