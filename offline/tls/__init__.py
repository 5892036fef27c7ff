"""The tls plugin: PrivateKey, SelfSignedCert, CertRequest and LocallySignedCert on `cryptography`."""
