"""Certificates made for a test, with the openssl command."""

import ssl
import subprocess


def make_certificate(folder, name, common_name="localhost", key_type="ec"):
    """Makes NAME.crt and NAME.key in `folder`; returns their paths."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    kind = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
            "rsa": ["-newkey", "rsa:2048"]}[key_type]
    subprocess.run(["openssl", "req", "-x509", *kind, "-nodes", "-days", "30", "-keyout", key, "-out",
                    certificate, "-subj", f"/CN={common_name}", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def client_context(*trusted, version=None, alpn=("http/1.1",)):
    """A TLS client that trusts the certificates in the files `trusted` alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for certificate in trusted:
        context.load_verify_locations(certificate)
    if version:
        context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def common_name(client):
    """Of the certificate that the server of `client` has shown."""
    subject = client.socket.getpeercert()["subject"]
    return next(value for part in subject for key, value in part if key == "commonName")
