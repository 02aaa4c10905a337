using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Release.Whole;

/// <summary>
/// Names in a refusal the entry for which a server did not carry out a transaction, where the server says so: its client cannot mend what it is
/// not told.
/// </summary>
/// <remarks>Security: whoever sends the entries one by one learns the same. Nothing else of what the server says is read.</remarks>
internal static class FailedEntry
{
    // What says more is not read into a document, whose pieces nobody counts.
    private const int LongestOutcome = 256 * 1024;

    /// <summary>The refusal, with the place of the entry where it is known.</summary>
    /// <param name="exchange">What was refused; the answer's body was not read yet.</param>
    /// <param name="body">Receives the body.</param>
    /// <param name="refused">The refusal.</param>
    public static async ValueTask<StageResult> NameAsync(GatewayExchange exchange, PooledBuffer body, StageResult refused)
    {
        var answer = exchange.Forwarded.Answer;
        var isRead =
            IsAboutEntries(answer.Status)
            && KnownMediaTypes.IsFhirJson(answer.MediaType)
            && (await answer.ReadAsync(body, exchange.Http.RequestAborted)).Continues
            && body.Length <= LongestOutcome;
        return isRead && OutcomePlace.FindEntry(body.Written) is { } place && place < exchange.Entries.Count
            ? BundleDecision.RefuseFor(exchange, BundleDecision.PlaceAsAsked(exchange, place), refused)
            : refused;
    }

    // Not what is about the gateway's own credential, or the server's load.
    private static bool IsAboutEntries(int status) => status is (>= 400 and < 500 and not (401 or 403 or 408 or 429)) or 501;
}
