#!/bin/sh
# Takes what the official image's entry point takes: a configuration file alone means "serve it".
case "${1:-}" in
    *.yml | *.yaml) exec registry serve "$@" ;;
    serve | garbage-collect | help | -*) exec registry "$@" ;;
    *) exec "$@" ;;
esac
