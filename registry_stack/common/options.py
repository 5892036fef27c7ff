"""The values that a docker-machine driver's options take."""

OptionValue = bool | int | str | list[str]
