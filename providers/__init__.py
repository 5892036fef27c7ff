"""Dynamic providers, thin, and the plain functions behind them."""
