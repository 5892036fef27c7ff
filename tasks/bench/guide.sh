#!/bin/sh
# The guide by hand: the registry and the two clients of the demo, step after step, as an able person would type it.
# `make bench` times it beside `pulumi up`. Where the guide itself goes wrong, this does not, and says so.
#
# Needs docker, docker-machine, ssh, scp, openssl and curl, and three hosts that an SSH key opens. Its environment:
#   REGISTRY_AT CLIENT1_AT CLIENT2_AT   where the hosts answer now
#   SSH_KEY                             the private key's file
#   ADDRESS NETMASK BROADCAST GATEWAY   where the registry shall answer from then on
#   REGISTRY_IMAGE                      an image of the workstation's engine
#   MACHINE_STORAGE_PATH                docker-machine's storage folder
set -eu
umask 077
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

step() {
    echo "== $1"
}

create() {
    docker-machine create --driver generic --generic-ip-address "$2" --generic-ssh-user docker \
        --generic-ssh-key "$SSH_KEY" "$1"
}

step "machines"
create registry0 "$REGISTRY_AT"
create client1 "$CLIENT1_AT"
create client2 "$CLIENT2_AT"

step "static address"
docker-machine ssh registry0 sudo tee /var/lib/boot2docker/bootsync.sh <<EOS
kill \$(cat /var/run/udhcpc.eth0.pid)
ifconfig eth0 $ADDRESS netmask $NETMASK broadcast $BROADCAST up
route add default gw $GATEWAY
EOS
# Not `docker-machine restart`: with the generic driver it would wait three minutes for the machine at its old address.
docker-machine ssh registry0 sudo shutdown -r now
# Other drivers ask their hypervisor for the address. This one has to be told.
entry=$MACHINE_STORAGE_PATH/machines/registry0/config.json
sed "s/\"IPAddress\": \"$REGISTRY_AT\"/\"IPAddress\": \"$ADDRESS\"/" "$entry" >config.json
mv config.json "$entry"
docker-machine regenerate-certs --force registry0

step "certificates"
# A certificate authority of its own: the guide's is docker-machine's, whose key opens every engine.
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=registry0.localdomain certificate authority" \
    -keyout ca-key.pem -out ca.pem
mkdir registry-certs
openssl req -new -newkey rsa:2048 -nodes -subj "/CN=registry0.localdomain" \
    -keyout registry-certs/registry-key.pem -out registry.csr
# The guide forgets extendedKeyUsage.
cat >registry.ext <<EOS
basicConstraints = CA:FALSE
keyUsage = nonRepudiation, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:registry0.localdomain, DNS:registry0, IP:$ADDRESS
EOS
openssl x509 -req -in registry.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -extfile registry.ext \
    -out registry-certs/registry.pem
cat ca.pem >>registry-certs/registry.pem
# As a folder that is nobody else's: the guide's key passes through the user's home, readable by all.
docker-machine scp -q -r registry-certs registry0:
docker-machine ssh registry0 "sudo mkdir /var/lib/boot2docker/registry-data &&
    sudo chown -R root:root registry-certs && sudo mv registry-certs /var/lib/boot2docker/"

step "registry"
docker save --output registry.tar "$REGISTRY_IMAGE"
(
    eval "$(docker-machine env --shell sh registry0)"
    docker load --input registry.tar
    docker run -d -p 443:5000 --restart=always --name registry \
        -v /var/lib/boot2docker/registry-certs:/certs -e REGISTRY_HTTP_TLS_CERTIFICATE=/certs/registry.pem \
        -e REGISTRY_HTTP_TLS_KEY=/certs/registry-key.pem -v /var/lib/boot2docker/registry-data:/var/lib/registry \
        "$REGISTRY_IMAGE"
)
tries=100
until curl --silent --show-error --fail --output /dev/null --cacert ca.pem \
    --resolve "registry0.localdomain:443:$ADDRESS" https://registry0.localdomain/v2/; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ]
    sleep 0.2
done

# What bootsync.sh does lasts: it runs at every boot.
names="for name in registry0 registry0.localdomain; do echo \"$ADDRESS \$name\" >>/etc/hosts; done"

step "client that trusts by its system"
docker-machine scp -q ca.pem client1:
docker-machine ssh client1 "sudo mkdir -p /var/lib/boot2docker/certs && sudo mv ca.pem /var/lib/boot2docker/certs/"
echo "$names" | docker-machine ssh client1 sudo tee /var/lib/boot2docker/bootsync.sh
docker-machine restart client1

step "client that trusts by its engine"
docker-machine scp -q ca.pem client2:
docker-machine ssh client2 sudo mv ca.pem /var/lib/boot2docker/
docker-machine ssh client2 sudo tee /var/lib/boot2docker/bootsync.sh <<EOS
$names
mkdir -p /etc/docker/certs.d/registry0.localdomain
cp /var/lib/boot2docker/ca.pem /etc/docker/certs.d/registry0.localdomain/ca.crt
EOS
docker-machine ssh client2 sudo sh /var/lib/boot2docker/bootsync.sh
