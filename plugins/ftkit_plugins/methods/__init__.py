"""The built-in fine-tuning methods, one a file."""
