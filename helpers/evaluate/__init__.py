"""Arrays in, numbers out: retrieval, agreement, intervals."""
