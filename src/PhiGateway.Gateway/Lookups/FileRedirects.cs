using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Says where an upstream sends on to that answers the read of an export file with where the file lies (Bulk Data Access 2): below its own
/// base, or below a base that the cluster names as its storage, and nowhere else. Asked by Forward, and for files that are looked into;
/// what comes is judged like any file.
/// </summary>
internal static class FileRedirects
{
    /// <summary>A server that sends on more often sends in circles.</summary>
    public const int Most = 3;

    /// <summary>The call that the reply leads to; null when it leads nowhere that may be called, or is the file itself.</summary>
    public static UpstreamCall? Find(GatewayExchange exchange, in UpstreamReply reply) =>
        exchange is { Kind: RequestKind.Export, Asked.Interaction: Interaction.ExportFile, Understood.Continuation.Listed: null }
            ? FindFile(exchange.Ingressed.Route, reply)
            : null;

    /// <summary>The same for a file that the gateway reads for its own judgement.</summary>
    public static UpstreamCall? FindFile(PhiRoute route, in UpstreamReply reply)
    {
        if (!IsRedirect(reply.Status))
        {
            return null;
        }

        var location = reply.Answer.Value.Location?.OriginalString ?? string.Empty;
        var place = UpstreamPlace.FindBelow(location, route.Storage) ?? UpstreamPlace.Find(location, route.Language.UpstreamBases);
        return place is null ? null : new UpstreamCall("GET", place, null, default, KnownHeaders.AcceptNdjson);
    }

    private static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;
}
