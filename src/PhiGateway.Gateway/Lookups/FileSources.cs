using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Looks up for one file of an export what its lines are judged by beside themselves. A window of lines costs the upstream a search for each
/// twenty records that they hang on or speak of, and so no more than in proportion to what it sends.
/// </summary>
/// <param name="exchange">The poll, or the read of a file.</param>
/// <param name="hops">Finds what lines hang on.</param>
/// <param name="targets">Finds what they speak of.</param>
/// <param name="names">What is nobody's is held to what the records beside it name; null: each line is judged by itself.</param>
internal sealed class FileSources(GatewayExchange exchange, HopLookup hops, TargetLookup targets, ExportNames.Once? names) : ILineSources
{
    /// <inheritdoc/>
    public HopTargets Hops { get; } = new();

    /// <inheritdoc/>
    public KnownTargets Targets { get; } = new();

    /// <summary>Why lines could not be judged; continues while all is well.</summary>
    public StageResult Outcome { get; private set; } = StageResult.Continue;

    /// <inheritdoc/>
    public NamedByLines? Holds { get; private set; } = names is null ? null : NamedByLines.Nothing;

    /// <inheritdoc/>
    public NamedByLines? Gathers { get; init; }

    /// <summary>
    /// Finds what is named before a file is opened whose records are held to that: nobody would read the open file meanwhile, and a server
    /// that waits too long for its reader cuts it off.
    /// </summary>
    /// <param name="type">Type of the records that the file is to hold.</param>
    /// <param name="cancellation">The file's.</param>
    /// <exception cref="IOException">It cannot be found out.</exception>
    public async ValueTask BeginAsync(ResourceType type, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (NamedByLines.AreOf(type))
        {
            await FindNamedAsync(cancellation);
        }

        ThrowIfAway();
    }

    /// <inheritdoc/>
    public async ValueTask FindAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var policy = exchange.Permit.Release;
        if (HopTargets.Matter(exchange.Request, policy, lines.Span))
        {
            Outcome = await hops.FindInLinesAsync(exchange, policy, lines, Hops);
        }

        if (Outcome.Continues && KnownTargets.Matter(lines.Span, policy))
        {
            Outcome = await targets.FindInLinesAsync(exchange, policy, lines, Targets);
        }

        if (Outcome.Continues && IsUnknown && NamedByLines.Matter(lines.Span, policy, exchange.Ingressed.Route.Language))
        {
            await FindNamedAsync(cancellation);
        }

        ThrowIfAway();
    }

    // Once it was found out it holds for all lines that follow.
    private bool IsUnknown => ReferenceEquals(Holds, NamedByLines.Nothing);

    private async ValueTask FindNamedAsync(CancellationToken cancellation)
    {
        if (IsUnknown)
        {
            var found = await names!.FindAsync(cancellation);
            Outcome = found.Result;
            Holds = found.Continues ? found.Value : Holds;
        }
    }

    private void ThrowIfAway()
    {
        if (!Outcome.Continues)
        {
            throw new IOException("What lines of the export are judged by cannot be had.");
        }
    }
}
