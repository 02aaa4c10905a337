using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// What the records on the pages of one walk are judged by beside themselves; filled page by page by <see cref="PageLookup"/>.
/// </summary>
internal sealed class PageSources
{
    /// <summary>Who names the Binaries that were met.</summary>
    public FileReferrers Files { get; } = new();

    /// <summary>What Slots (and their kin) hang on.</summary>
    public HopTargets Hops { get; } = new();

    /// <summary>What a Provenance (or its kin) speaks of; null: nothing has to be known.</summary>
    public KnownTargets? Targets { get; private init; }

    /// <summary>Nothing is known yet.</summary>
    /// <param name="exchange">The client's request; its permit judges.</param>
    public static PageSources Begin(GatewayExchange exchange) => new() { Targets = TargetLookup.Begin(exchange, exchange.Permit.Release) };

    /// <summary>The options of a filter that judges by this, too.</summary>
    /// <param name="options">All others.</param>
    public AnswerOptions AddTo(AnswerOptions options) => options with { Referrers = Files, Hops = Hops, Targets = Targets };
}
