"""What is computed from pictures: embeddings, duplicates."""
