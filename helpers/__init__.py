"""The house behind the notebooks: eight floors, each uses only floors below it."""
