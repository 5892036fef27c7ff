"""`make bench`: how long everything takes."""
