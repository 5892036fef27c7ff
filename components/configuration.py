"""The stack's configuration: the one place that reads it."""

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from registry_stack.settings import Settings, SettingsError, load
from registry_stack.settings.preflight import check_workstation


def read_settings() -> Settings:
    """The settings of the stack file, once they and the workstation have been checked.

    Raises pulumi.RunError, whose text names each key that is wrong, its value, and what was expected.
    """
    project = pulumi.get_project()
    try:
        config = {**get_config_env(), **CONFIG.get()}
        settings = load(config, project, secrets=[key for key in config if is_config_secret(key)])
        check_workstation(settings)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    key = f"{project}:certificates"
    for authority in settings.certificates.authorities:
        if authority.source == "provided" and not is_config_secret(key):
            how = "`pulumi config set --secret --path`: see docs/certificates.md"
            pulumi.log.warn(f"{key}: the private key of {authority.name} is not a secret in the stack file: {how}")
    return settings
