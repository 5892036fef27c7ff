"""Stacks by Pulumi's command line: environment, stack file, outputs, and what a killed run left behind."""
