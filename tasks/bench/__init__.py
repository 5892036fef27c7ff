"""Measuring how long everything takes."""
