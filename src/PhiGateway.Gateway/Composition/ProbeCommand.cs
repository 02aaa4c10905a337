using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Asks this machine's own node whether it is ready: the health check of containers, whose images have no other program that could.
/// </summary>
internal static class ProbeCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>0: ready; 1: not ready, or not there.</summary>
    public static async Task<int> RunAsync(string file)
    {
        var (options, _) = GatewayConfiguration.Read(GatewayConfiguration.Load(file));
        if (!Uri.TryCreate(options.Listeners.Admin, UriKind.Absolute, out var listener))
        {
            return 1;
        }

        var isAny = listener.Host is "0.0.0.0" or "[::]";
        var place = new UriBuilder(listener) { Host = isAny ? "127.0.0.1" : listener.Host, Path = "/readyz" }.Uri;
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                // The certificate is made out to the name that administrators use, not to this machine: it must be the configured one.
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, presented, _, _) => IsOwn(presented, options.Listeners.CertificatePath),
                },
            }
        )
        {
            Timeout = Patience,
        };
        try
        {
            using var answer = await http.GetAsync(place);
            return answer.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }

    private static bool IsOwn(X509Certificate? presented, string? path)
    {
        if (presented is null || path is null)
        {
            return false;
        }

        try
        {
            // A renewed file is shown some seconds later.
            using var own = X509CertificateLoader.LoadCertificateFromFile(path);
            return own.RawDataMemory.Span.SequenceEqual(presented.GetRawCertData()) || own.Subject == presented.Subject;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // A file that cannot be used: the node shows the one before. Nothing secret is told to whoever answers here.
            return true;
        }
    }
}
