using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Finds what the records of a finished export that may leave name of what is nobody's, by reading all of its files, and opens for each file
/// what its lines are judged by. Used by the release of exports.
/// </summary>
internal sealed class ExportNames(
    Fetch fetch,
    HandleIssuer handles,
    HopLookup hops,
    TargetLookup targets,
    AnswerBuffers buffers,
    NamesMemory memory
)
{
    private const string Detail = "export-names";

    /// <summary>What the lines of one file are judged by; null where nothing can be withheld: nothing has to be known.</summary>
    /// <param name="exchange">The poll, or the read of a file.</param>
    /// <param name="names">What is nobody's is held to; null: to nothing.</param>
    public FileSources? Open(GatewayExchange exchange, Once? names) =>
        UpstreamCallFactory.Withholds(exchange.Permit) ? new FileSources(exchange, hops, targets, names) : null;

    /// <summary>
    /// What is nobody's in the files of an export is held to; null where it is held to nothing: in an export of all that there is, as in a
    /// search for all of it.
    /// </summary>
    /// <param name="exchange">The poll, or the read of a file.</param>
    /// <param name="listing">What the manifests name; null: it is not known here, and nothing counts as named.</param>
    /// <param name="most">How many bytes of the files are read at most.</param>
    public Once? Begin(GatewayExchange exchange, ExportListing? listing, long most)
    {
        if (!IsOfPatients(exchange) || !UpstreamCallFactory.Withholds(exchange.Permit))
        {
            return null;
        }

        return new Once(cancellation => listing is null ? new(NamedByLines.Nothing) : FindAsync(exchange, listing, most, cancellation));
    }

    // Then a server writes beside the records of these patients what they name.
    private static bool IsOfPatients(GatewayExchange exchange) =>
        exchange.Request.Type == ResourceType.Patient
        || exchange.Request.Type == ResourceType.Group
        || exchange.Request.Parameter("patient") is not null;

    private ValueTask<StageResult<NamedByLines>> FindAsync(
        GatewayExchange exchange,
        ExportListing listing,
        long most,
        CancellationToken cancellation
    )
    {
        // Where a poll came to its bound, a file goes on.
        var key = ShownMemory.KeyOf(exchange, listing);
        return memory.FindAsync(key, $"{key} {most}", () => FindOutAsync(exchange, listing, most, cancellation), cancellation);
    }

    private async ValueTask<StageResult<NamedByLines>> FindOutAsync(
        GatewayExchange exchange,
        ExportListing listing,
        long most,
        CancellationToken cancellation
    )
    {
        var places = new List<string>();
        foreach (var (list, url) in listing.Files)
        {
            var isReleased = list.Name == "output" && exchange.Permit.Release.Types.Contains(list.Type);
            if (isReleased && handles.FindFile(exchange, url) is { } place)
            {
                places.Add(place);
            }
        }

        // What is named is held until the file has left.
        var room = buffers.Take(exchange, 0);
        exchange.Hold(room);
        var named = new NamedByLines(bytes => room.Grow(bytes, HeldFor.Read));
        await using var lines = new JoinedFiles(fetch, exchange, places, most);
        var read = await ReadAsync(exchange, lines, named, room, cancellation);
        if (!read.Continues)
        {
            return read;
        }

        if (lines.IsCut || named.IsCut)
        {
            return StageResult.Refuse(DenyReason.AnswerTooLarge, Detail);
        }

        named.Settle();
        return named;
    }

    private async ValueTask<StageResult> ReadAsync(
        GatewayExchange exchange,
        JoinedFiles lines,
        NamedByLines named,
        HeldShare room,
        CancellationToken cancellation
    )
    {
        var sources = new FileSources(exchange, hops, targets, null) { Gathers = named };
        try
        {
            var verdict = await NdjsonFilter.RunAsync(
                lines,
                exchange.Permit.Release,
                exchange.Ingressed.Route.Language,
                static (_, _, _) => ValueTask.CompletedTask,
                new StreamLimits { TakeRoom = bytes => room.Grow(2 * bytes, HeldFor.Read) },
                cancellation,
                sources: sources
            );
            return verdict == StreamVerdict.Complete ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return sources.Outcome.Continues ? StageResult.Refuse(DenyReason.UnreadableAnswer, Detail) : sources.Outcome;
        }
    }

    /// <summary>What is named, found out when something is met that hangs on it, and once.</summary>
    /// <param name="find">Reads the files.</param>
    internal sealed class Once(Func<CancellationToken, ValueTask<StageResult<NamedByLines>>> find)
    {
        private StageResult<NamedByLines>? _found;

        /// <summary>What is named, or why that cannot be said.</summary>
        public async ValueTask<StageResult<NamedByLines>> FindAsync(CancellationToken cancellation) => _found ??= await find(cancellation);
    }
}
