"""`make tools`: what is needed before `pulumi up`."""
