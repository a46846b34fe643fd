"""What is planted where: copies, siblings, wrong labels; and the files written."""
