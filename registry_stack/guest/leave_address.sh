# shellcheck shell=sh
# Goes back to the address that the interface had before, while nobody is connected. address_changes.py sets what is in
# capitals, and defines leave, remove and apply, which are the guest's own.

cd / || exit 1
leave
remove
apply
rm -rf "$STATE"
