"""A Kerberos realm on loopback, in a directory of its own: nothing of the system's configuration is read or changed."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

NAME = "ZMQ.TEST"
SBIN = "/usr/sbin:/sbin"
KRB5_CONF = """\
[libdefaults]
    default_realm = {name}
    dns_lookup_realm = false
    dns_lookup_kdc = false
    dns_canonicalize_hostname = false
    rdns = false
    # So that one address is enough.
    udp_preference_limit = 1
    default_ccache_name = MEMORY:
[realms]
    {name} = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
    .{host} = {name}
    {host} = {name}
"""
KDC_CONF = """\
[kdcdefaults]
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {name} = {{
        database_name = {where}/principal
        key_stash_file = {where}/stash
        acl_file = {where}/acl
        max_life = 1h
        supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
    }}
[logging]
    kdc = FILE:{where}/kdc.log
    default = FILE:{where}/kdc.log
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Realm:
    """with Realm(DIRECTORY) as realm: a KDC runs; realm.environment(KEYTAB) is for processes that live in the realm."""

    def __init__(self, where):
        self.where = pathlib.Path(where)
        self.host = socket.gethostname().lower()
        self.kdc = None

    def __enter__(self):
        self.run("kdb5_util", "create", "-s", "-r", NAME, "-P", "master", port=0)
        for _ in range(5):
            # The port may have been taken by another meanwhile.
            if self.start(free_port()):
                return self
        raise RuntimeError(f"no KDC: {self.log()}")

    def __exit__(self, *_):
        self.stop()

    def configure(self, port):
        names = {"name": NAME, "port": port, "where": self.where, "host": self.host}
        (self.where / "krb5.conf").write_text(KRB5_CONF.format(**names))
        (self.where / "kdc.conf").write_text(KDC_CONF.format(**names))

    def start(self, port):
        self.configure(port)
        self.port = port
        self.kdc = subprocess.Popen([tool("krb5kdc"), "-n", "-r", NAME], env=self.environment(), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.kdc.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        self.stop()
        return False

    def stop(self):
        """The KDC is gone; what is in the database stays."""
        if self.kdc:
            self.kdc.terminate()
            self.kdc.wait()
            self.kdc = None

    def log(self):
        path = self.where / "kdc.log"
        return path.read_text() if path.exists() else "it said nothing"

    def run(self, program, *arguments, port=None):
        if port is not None:
            self.configure(port)
        done = subprocess.run([tool(program), *arguments], env=self.environment(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def keytab(self, name, *principals):
        """A file with the keys of these principals, which are made."""
        path = self.where / f"{name}.keytab"
        for principal in principals:
            self.run("kadmin.local", "-r", NAME, "-q", f"addprinc -randkey {principal}")
            self.run("kadmin.local", "-r", NAME, "-q", f"ktadd -k {path} {principal}")
        return path

    def environment(self, keytab=None):
        """Everything that Kerberos reads; credentials come from the keytab and stay in memory."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("KRB5")}
        mine.update(
            KRB5_CONFIG=str(self.where / "krb5.conf"),
            KRB5_KDC_PROFILE=str(self.where / "kdc.conf"),
            KRB5CCNAME="MEMORY:",
            KRB5RCACHEDIR=str(self.where),
            KRB5_KTNAME=f"FILE:{keytab or '/nonexistent'}",
            KRB5_CLIENT_KTNAME=f"FILE:{keytab or '/nonexistent'}",
        )
        return mine


def tool(program):
    """Debian keeps these where users do not look."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":" + SBIN) or program
