using PhiGateway.Apis;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Turns a settled request into the one call that goes upstream, from the canonical request and the permit's obligations; used by Forward.
/// </summary>
internal static class CallWriter
{
    /// <summary>The call; a refusal where there is none for this kind.</summary>
    public static StageResult<UpstreamCall> Write(GatewayExchange exchange) =>
        exchange.Kind switch
        {
            RequestKind.Single or RequestKind.Export => WriteSingle(exchange),
            RequestKind.Transaction => WriteTransaction(exchange),
            RequestKind.DeclaredApi => WriteApi(exchange),
            _ => StageResult.Refuse(DenyReason.Faulted, "kind"),
        };

    /// <summary>A settled creation, without the condition that it hung on.</summary>
    public static UpstreamCall WritePlain(GatewayExchange exchange) => UpstreamCallFactory.Create(exchange.Request, exchange.Permit);

    /// <summary>
    /// Whether what was sent may go as patches, too, where no update is taken: of a transaction all of its patches must be such, for nobody
    /// knows which of them it was refused for.
    /// </summary>
    public static bool MayGoAsPatch(GatewayExchange exchange)
    {
        if (exchange.Kind != RequestKind.Transaction)
        {
            return exchange.Settled.MayGoAsPatch;
        }

        var patches = exchange.Entries.Where(static entry => entry.Request.Patch is { IsAppliedHere: true }).ToArray();
        return patches.Length > 0 && Array.TrueForAll(patches, static entry => entry.Settled.MayGoAsPatch && !NamesOthers(entry.Request));
    }

    // By a name of the transaction's, which its server replaces in resources and not in a patch that stands in its entry as a file.
    private static bool NamesOthers(FhirRequest patch)
    {
        var text = patch.Patch!.Rewritten.Span;
        return text.IndexOf("urn:uuid:"u8) >= 0 || text.IndexOf("urn:oid:"u8) >= 0;
    }

    /// <summary>A settled patch, for an upstream that takes no updates to apply to the very version that was judged; or such a transaction.</summary>
    public static UpstreamCall WritePatch(GatewayExchange exchange) =>
        exchange.Kind == RequestKind.Transaction ? WriteTransaction(exchange, asPatches: true) : WriteOnePatch(exchange);

    /// <summary>The read of what a conditional create found after all: it may show what the search may show.</summary>
    public static UpstreamCall WriteFound(GatewayExchange exchange, FhirRequest write, string id, Permit permit)
    {
        if (
            !ConditionalWrite
                .Read(ConditionalWrite.OnMatch(write, id), write, exchange.Ingressed.Route.Language)
                .TryGet(out var plain, out _)
        )
        {
            throw new InvalidOperationException("A read of a type and an id is always one.");
        }

        exchange.Recognize(new Resolved(plain, Permit: permit));
        return UpstreamCallFactory.Create(plain, permit);
    }

    /// <summary>Bytes of what the entries of a transaction write, together.</summary>
    public static long LengthOf(GatewayExchange exchange)
    {
        var length = 0L;
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            var request = exchange.Entries[i].Request;
            length += request.Patched.IsEmpty ? request.Body.Length : request.Patched.Length;
        }

        return length;
    }

    /// <summary>The reply to a transaction of which nothing is left to send.</summary>
    public static UpstreamReply NothingDone() =>
        new(
            new UpstreamAnswer(
                new UpstreamHead { Status = 200, ContentType = KnownMediaTypes.FhirJson },
                new MemoryStream("""{"resourceType":"Bundle","type":"transaction-response"}"""u8.ToArray())
            ),
            null,
            WasSent: false
        );

    /// <summary>The reply to a deletion of what no condition matches.</summary>
    public static UpstreamReply NothingDeleted() =>
        new(new UpstreamAnswer(new UpstreamHead { Status = 204 }, Stream.Null), null, WasSent: false);

    private static UpstreamCall WriteSingle(GatewayExchange exchange)
    {
        // Behind a handle, the place that the upstream named.
        if (exchange.Understood.Continuation is { IsStart: false } continuation)
        {
            return continuation.ToCall();
        }

        ref readonly var settled = ref exchange.Settled;
        var call = UpstreamCallFactory.Create(exchange.Request, settled.Permit);
        return settled.Unless is { } unless
            ? UpstreamCallFactory.Unless(call, unless.Request, unless.Permit)
            : Tie(call, exchange.Request, settled.Version);
    }

    private static UpstreamCall WriteOnePatch(GatewayExchange exchange) =>
        Tie(UpstreamCallFactory.CreatePatch(exchange.Request, exchange.Permit), exchange.Request, exchange.Settled.Version);

    private static UpstreamCall WriteTransaction(GatewayExchange exchange, bool asPatches = false)
    {
        var calls = new UpstreamCall[exchange.Entries.Count];
        for (var i = 0; i < calls.Length; i++)
        {
            var entry = exchange.Entries[i];
            calls[i] =
                asPatches && entry.Settled.MayGoAsPatch
                    ? WriteOnePatch(entry)
                    : Tie(UpstreamCallFactory.Create(entry.Request, entry.Permit), entry.Request, entry.Settled.Version);
        }

        return UpstreamCallFactory.CreateTransaction(exchange.Request, calls);
    }

    private static UpstreamCall WriteApi(GatewayExchange exchange) =>
        exchange.Understood.Continuation is { IsStart: false } continuation
            ? ApiCallFactory.Page(continuation.Page.Place)
            : ApiCallFactory.Create(
                exchange.Understood.DeclaredApi,
                exchange.Settled.Version,
                exchange.Permit,
                exchange.Settled.Parts is [{ Interaction: Interaction.Create, StoredState: StoredState.Absent }]
            );

    // The call, for that version only; a client's own version was compared with it before.
    private static UpstreamCall Tie(UpstreamCall call, FhirRequest request, string? version) =>
        version is null || request.Headers.IfMatch is not null || request.Interaction == Interaction.Operation
            ? call
            : call with
            {
                Headers = [.. call.Headers, KeyValuePair.Create("If-Match", $"W/\"{version}\"")],
            };
}
