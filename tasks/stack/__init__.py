"""A stack by Pulumi's command line: its environment, its file, its outputs, what a killed run left."""
