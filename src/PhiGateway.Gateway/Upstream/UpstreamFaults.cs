using System.Net.Sockets;
using System.Security.Authentication;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Upstream.Lean;

namespace PhiGateway.Gateway.Upstream;

/// <summary>
/// Says in one word, for the record, why an upstream was not reached: whoever connects one for the first time has nothing else to go by.
/// Never a text of the fault's, which may hold anything.
/// </summary>
internal static class UpstreamFaults
{
    /// <summary>No destination of the cluster is there to be asked.</summary>
    public const string NoDestination = "upstream:no-destination";

    /// <summary>The word of the innermost fault that has one; <c>upstream:cut</c>: the connection ended before the answer did.</summary>
    public static string WordOf(Exception fault)
    {
        var word = "upstream:cut";
        for (var one = fault; one is not null; one = one.InnerException)
        {
            word = Find(one) ?? word;
        }

        return word;
    }

    private static string? Find(Exception fault) =>
        fault switch
        {
            EgressRefusedException => "upstream:egress",
            AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "upstream:tls",
            BrokenAnswerException or HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "upstream:answer",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "upstream:name",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "upstream:name",
            NoConnectionException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "upstream:connection",
            _ => null,
        };
}
