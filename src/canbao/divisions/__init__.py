"""Where: divisions from province to village, and the units that collect (villages, schools, universities, banks)."""
