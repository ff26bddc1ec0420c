"""The built-in digits and garments, drawn by seeded code. numpy only."""
