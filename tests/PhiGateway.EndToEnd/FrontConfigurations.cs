namespace PhiGateway.EndToEnd;

/// <summary>What docs/deployment.md shows for each program in front of the gateway, with a test's ports and files.</summary>
/// <param name="folder">Where a program may write.</param>
/// <param name="server">Certificate and key of the program, PEM.</param>
/// <param name="clients">Authorities of clients' certificates, PEM.</param>
/// <param name="gateway">The node's data port.</param>
internal sealed class FrontConfigurations(string folder, string server, string clients, int gateway)
{
    /// <summary>HAProxy, calling the node from an address of its own.</summary>
    public string Haproxy(int port, string from) =>
        $$"""
            global
              log stderr local0 err
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 120s
            frontend clients
              bind 127.0.0.1:{{port}} ssl crt {{server}} ca-file {{clients}} verify optional
              http-request del-header X-Forwarded-For
              http-request del-header Client-Cert
              http-request set-header X-Forwarded-For %[src]
              http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }
              default_backend gateway
            backend gateway
              option httpchk GET /readyz
              server gw 127.0.0.1:{{gateway}} check inter 200 source {{from}}

            """;

    /// <summary>nginx, as one process in the foreground.</summary>
    public string Nginx(int port, string from) =>
        $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr crit;
            events {}
            http {
              access_log off;
              client_body_temp_path {{folder}}/nginx-body;
              proxy_temp_path {{folder}}/nginx-proxy;
              fastcgi_temp_path {{folder}}/nginx-fastcgi;
              uwsgi_temp_path {{folder}}/nginx-uwsgi;
              scgi_temp_path {{folder}}/nginx-scgi;
              server {
                listen 127.0.0.1:{{port}} ssl;
                ssl_certificate {{server}};
                ssl_certificate_key {{server}};
                ssl_client_certificate {{clients}};
                ssl_verify_client optional;
                location / {
                  proxy_pass http://127.0.0.1:{{gateway}};
                  proxy_bind {{from}};
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header Client-Cert $ssl_client_escaped_cert;
                  proxy_buffering off;
                  proxy_request_buffering off;
                }
              }
            }

            """;

    /// <summary>stunnel, which passes on what is within TLS and adds nothing.</summary>
    public string Stunnel(int port, string from) =>
        $$"""
            foreground = yes
            pid =
            syslog = no
            debug = 3
            [gateway]
            accept = 127.0.0.1:{{port}}
            connect = 127.0.0.1:{{gateway}}
            local = {{from}}
            cert = {{server}}

            """;
}
