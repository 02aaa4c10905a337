using System.Diagnostics;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A real rsyslog that takes messages over TLS and writes each with its structured data into a file.</summary>
internal sealed class Rsyslog : SyslogReceiver
{
    private Rsyslog(string folder, int port)
        : base(folder, port) { }

    /// <summary>Writes its configuration; does not start yet.</summary>
    public static Rsyslog Prepare(string folder, int port, TlsFiles tls)
    {
        var rsyslog = new Rsyslog(folder, port);
        File.WriteAllText(
            Path.Combine(rsyslog.Folder, "rsyslog.conf"),
            $$"""
            global(
              workDirectory="{{rsyslog.Folder}}"
              maxMessageSize="64k"
              defaultNetstreamDriver="ossl"
              defaultNetstreamDriverCAFile="{{tls.Certificate}}"
              defaultNetstreamDriverCertFile="{{tls.Certificate}}"
              defaultNetstreamDriverKeyFile="{{tls.Key}}"
            )
            module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
            template(name="whole" type="string" string="%hostname% %app-name% %msgid% %structured-data% %msg%\n")
            input(type="imtcp" port="{{port}}" address="127.0.0.1" ruleset="keep")
            ruleset(name="keep") {
              action(type="omfile" file="{{rsyslog.Written}}" template="whole" asyncWriting="off" flushOnTXEnd="on")
            }
            """
        );
        return rsyslog;
    }

    protected override ProcessStartInfo Command() =>
        new("rsyslogd", ["-n", "-f", Path.Combine(Folder, "rsyslog.conf"), "-i", Path.Combine(Folder, $"{Guid.NewGuid():N}.pid")]);
}
