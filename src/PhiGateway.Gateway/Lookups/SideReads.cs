using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Reads that the gateway makes for its own judgement, beside what the client asked for.</summary>
internal static class SideReads
{
    private static readonly KeyValuePair<string, string>[] AcceptJson = [KeyValuePair.Create("Accept", "application/fhir+json")];

    /// <summary>The call for a place below the upstream's base.</summary>
    public static UpstreamCall To(string place) => new("GET", place, null, default, AcceptJson);

    /// <summary>Reads a place once the client's own request was answered: the record goes on telling of that answer.</summary>
    public static async ValueTask<UpstreamResult> ReadBesideAsync(this IUpstream upstream, string place, GatewayExchange exchange)
    {
        var status = exchange.UpstreamStatus;
        var sent = await upstream.SendAsync(To(place), exchange, exchange.Http.RequestAborted);
        exchange.UpstreamStatus = status;
        return sent;
    }
}
