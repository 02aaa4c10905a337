using System.Diagnostics;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// A real syslog-ng that takes messages over TLS from whoever shows a certificate that it trusts, and writes each with its structured data into
/// a file.
/// </summary>
/// <remarks>Debian's package and rsyslog's exclude each other: <c>tests/peers/syslog-ng.sh</c> unpacks it beside.</remarks>
internal sealed class SyslogNg : SyslogReceiver
{
    private SyslogNg(string folder, int port)
        : base(folder, port) { }

    private static string Unpacked => RepositoryPaths.Of("tests", "peers", "syslog-ng");

    private string ConfigurationFile => Path.Combine(Folder, "syslog-ng.conf");

    /// <summary>Writes its configuration; does not start yet.</summary>
    public static SyslogNg Prepare(string folder, int port, TlsFiles tls)
    {
        var receiver = new SyslogNg(folder, port);
        File.WriteAllText(
            receiver.ConfigurationFile,
            $$"""
            @version: 3.35
            options { keep-hostname(yes); stats-freq(0); log-msg-size(65536); };
            source s_gateway {
              syslog(ip("127.0.0.1") port({{port}}) transport("tls") tls(
                key-file("{{tls.Key}}") cert-file("{{tls.Certificate}}") ca-file("{{tls.Certificate}}") peer-verify(required-trusted)));
            };
            destination d_file {
              file("{{receiver.Written}}" template("${HOST} ${PROGRAM} ${MSGID} ${SDATA} ${MSG}\n"));
            };
            log { source(s_gateway); destination(d_file); };
            """
        );
        return receiver;
    }

    protected override ProcessStartInfo Command()
    {
        string[] arguments =
        [
            "--foreground",
            "--stderr",
            "--no-caps",
            "--cfgfile",
            ConfigurationFile,
            "--persist-file",
            Path.Combine(Folder, "persist"),
            "--pidfile",
            Path.Combine(Folder, "pid"),
            "--control",
            Path.Combine(Folder, "control"),
        ];
        var program = Path.Combine(Unpacked, "usr", "sbin", "syslog-ng");
        if (!File.Exists(program))
        {
            // Where it is the system's own.
            return new ProcessStartInfo("syslog-ng", arguments);
        }

        var modules = Directory.GetDirectories(Path.Combine(Unpacked, "usr", "lib", "syslog-ng")).Single();
        var start = new ProcessStartInfo(program, [.. arguments, "--module-path", modules]);
        start.Environment["LD_LIBRARY_PATH"] = string.Join(
            ':',
            Directory
                .EnumerateFiles(Unpacked, "*.so*", SearchOption.AllDirectories)
                .Select(static file => Path.GetDirectoryName(file)!)
                .Distinct(StringComparer.Ordinal)
        );
        return start;
    }
}
