using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>A server on loopback that takes clients with a certificate only, and answers each request with the subject of the one shown.</summary>
internal sealed class CertifiedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly X509Certificate2 _own;

    public CertifiedServer()
    {
        _own = MakeOwn();
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"https://{_listener.LocalEndpoint}/r4/";

    /// <summary>How many handshakes were made, by the subject that was shown.</summary>
    public ConcurrentQueue<string> Shown { get; } = new();

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _own.Dispose();
        _stopped.Dispose();
    }

    /// <summary>A certificate of this machine's own name with its key, as a server shows it.</summary>
    public static X509Certificate2 MakeOwn()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Make("localhost", key);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Writes a certificate of a name and its key.</summary>
    public static void Write(string certificate, string privateKey, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Make(name, key);
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(privateKey, key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Make(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopped.Token));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
#pragma warning disable CA5359 // What it is told is the test's own.
            await using var stream = new SslStream(client.GetStream(), false, static (_, shown, _, _) => shown is not null);
#pragma warning restore CA5359
            await stream.AuthenticateAsServerAsync(_own, clientCertificateRequired: true, checkCertificateRevocation: false);
            var subject = stream.RemoteCertificate!.Subject;
            Shown.Enqueue(subject);
            var buffer = new byte[16 * 1024];
            var text = string.Empty;
            while (await stream.ReadAsync(buffer, _stopped.Token) is var read and > 0)
            {
                text += Encoding.Latin1.GetString(buffer, 0, read);
                if (text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    text = string.Empty;
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {subject.Length}\r\n\r\n{subject}"),
                        _stopped.Token
                    );
                }
            }
        }
        catch (Exception fault)
            when (fault
                    is OperationCanceledException
                        or IOException
                        or SocketException
                        or ObjectDisposedException
                        or AuthenticationException
            ) { }
    }
}
