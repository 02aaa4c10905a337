namespace PhiGateway.Cli.Common;

/// <summary>Says why the control plane was not reached and what to do about it: to whoever calls it for the first time, mostly.</summary>
internal static class ConnectionWords
{
    private const string OfCertificates =
        "Call it by a name that stands in its certificate (--server or PHIGW_SERVER), and where your own authority signed that, "
        + "name the authority's file: SSL_CERT_FILE=ca.pem phigw …";

    /// <summary>One sentence or two, without a line end.</summary>
    /// <param name="server">Where it was looked for.</param>
    /// <param name="fault">What came of it.</param>
    internal static string Of(Uri server, HttpRequestException fault) => $"{server} cannot be reached: {WhyOf(server, fault)}";

    private static string WhyOf(Uri server, HttpRequestException fault) =>
        fault.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the name {server.Host} is not known here.",
            HttpRequestError.ConnectionError => "nothing listens there. Name the control plane by --server or PHIGW_SERVER.",
            HttpRequestError.SecureConnectionError => $"{Innermost(fault)}. {OfCertificates}",
            HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse when server.Scheme == Uri.UriSchemeHttp =>
                "what listens there does not speak plain HTTP. Try https.",
            var other => $"{other}.",
        };

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }
}
