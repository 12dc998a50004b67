"""nginx of the distro, configured as its documentation advises for static files."""

import os
import resource

from lib.contender import Contender, free_port, program, write_site

_CONFIG = """
{user}
worker_processes {workers};
worker_rlimit_nofile {descriptors};
daemon off;
pid {workdir}/nginx.pid;
error_log {workdir}/error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
  types {{ text/plain txt; application/octet-stream bin; }}
  client_body_temp_path {workdir}/tmp-body;
  proxy_temp_path {workdir}/tmp-proxy;
  fastcgi_temp_path {workdir}/tmp-fastcgi;
  uwsgi_temp_path {workdir}/tmp-uwsgi;
  scgi_temp_path {workdir}/tmp-scgi;
  server {{
    listen 127.0.0.1:{port} {ssl} reuseport backlog=4096;
    root {site};
    {tls}
  }}
}}
"""

# Session tickets as by default, on both sides: the clients of tls-handshake never use one, so that
# each handshake is a full one.
_TLS = """
    ssl_certificate {cert};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache none;
"""


class Nginx(Contender):
    name = "nginx"
    needs = "the package nginx"
    scenarios = ("static-300", "static-100k", "idle-10k", "startup", "tls-300", "tls-handshake")

    def executable(self):
        return program("nginx")

    def command(self, workdir, scenario):
        self.port = free_port()
        self.scheme = "https" if scenario.tls else "http"
        tls = scenario.tls and _TLS.format(cert=scenario.tls.cert, key=scenario.tls.key)
        config = workdir / "nginx.conf"
        config.write_text(_CONFIG.format(
            # Started by root, the workers would become a user who may not read the work folder.
            user="user root;" if os.geteuid() == 0 else "",
            workers=len(os.sched_getaffinity(0)),
            descriptors=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
            workdir=workdir, port=self.port, site=write_site(workdir / "static", scenario.files),
            ssl="ssl" if scenario.tls else "", tls=tls or ""))
        return [self.executable(), "-p", workdir, "-c", config, "-e", workdir / "error.log"]

    def await_url(self):
        self.await_port(self.port)
        return f"{self.scheme}://127.0.0.1:{self.port}"
